package main

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"strings"
	"text/tabwriter"
)

// curve is cost against one size.
type curve struct {
	// Name is that of the SVG file, Axis what x counts.
	Name   string `json:"name"`
	Title  string `json:"title"`
	Axis   string `json:"axis"`
	Lines  []line `json:"lines"`
	Goal   string `json:"goal,omitempty"`
	Change string `json:"change,omitempty"` // how far the cost moves over the range
	Met    bool   `json:"met,omitempty"`
}

type line struct {
	Name   string  `json:"name"`
	Points []point `json:"points"`
}

type point struct {
	X float64 `json:"x"`
	Y float64 `json:"ns"`
	// weight is what the cost is compared by: where all sizes ran in turns, the
	// median of quotients within a round, which a busy machine moves less.
	weight float64
}

const (
	lineFirst = "first sight"
	lineSeen  = "seen before"
	lineLimit = "the limit"
)

// sweep measures a curve: step makes the workloads of one size, the name of
// each that of its line.
type sweep struct {
	curve
	sizes []int
	flat  bool // the goal: cost does not grow with the size
	// apart sizes are measured one after the other, because two of them at a
	// time take too much memory.
	apart bool
	step  func(size int) (x float64, work []workload, err error)
}

// flatWithin is what counts as flat: the largest size against the smallest.
const flatWithin = 1.25

func (s *sweep) measure(ctx context.Context, p plan) (*curve, error) {
	var xs []float64
	var all []workload
	var results []figures
	for _, size := range s.sizes {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		x, work, err := s.step(size)
		if err != nil {
			return nil, fmt.Errorf("%s, %d: %w", s.Name, size, err)
		}
		for range work {
			xs = append(xs, x)
		}
		if !s.apart {
			all = append(all, work...)
			continue
		}
		runtime.GC() // what the size before left
		r, err := p.measure(work)
		if err != nil {
			return nil, fmt.Errorf("%s, %d: %w", s.Name, size, err)
		}
		results = append(results, r...)
	}
	if !s.apart {
		var err error
		if results, err = p.measure(all); err != nil {
			return nil, fmt.Errorf("%s: %w", s.Name, err)
		}
	}
	c := s.curve
	for i, r := range results {
		weight := r.Ratio
		if s.apart {
			weight = r.Nanoseconds
		}
		c.add(r.Name, point{xs[i], r.Nanoseconds, weight})
	}
	if s.flat {
		c.judge()
	}
	return &c, nil
}

func (c *curve) add(name string, p point) {
	for i := range c.Lines {
		if c.Lines[i].Name == name {
			c.Lines[i].Points = append(c.Lines[i].Points, p)
			return
		}
	}
	c.Lines = append(c.Lines, line{name, []point{p}})
}

// judge tells how the cost of the largest size stands to that of the smallest.
func (c *curve) judge() {
	c.Goal, c.Met = "flat", true
	var said []string
	for _, l := range c.Lines {
		first, last := l.Points[0], l.Points[len(l.Points)-1]
		growth := last.weight / first.weight
		c.Met = c.Met && growth <= flatWithin
		said = append(said, fmt.Sprintf("%s %s → %s (%s×)", l.Name, duration(first.Y), duration(last.Y), significant(growth)))
	}
	c.Change = strings.Join(said, "; ")
}

func (s *settings) measureScale(ctx context.Context, r *report, progress io.Writer) error {
	for _, w := range sweeps(s.quick) {
		if s.only != nil && !s.only.MatchString(w.Name) {
			continue
		}
		fmt.Fprintf(progress, "bench: %s\n", w.Title)
		c, err := w.measure(ctx, s.plan)
		if err != nil {
			return err
		}
		r.Curves = append(r.Curves, *c)
	}
	if s.only != nil && !s.only.MatchString("entry") {
		return nil
	}
	fmt.Fprintln(progress, "bench: memory of an entry")
	count := 4_000
	if s.quick {
		count = 100
	}
	var err error
	r.Entry, err = entryFootprint(ctx, count)
	return err
}

// rows are the curve's points, a line of the table for each size.
func (c *curve) rows() (heading []string, rows [][]string) {
	heading = []string{c.Axis}
	for i, l := range c.Lines {
		heading = append(heading, l.Name)
		for n, p := range l.Points {
			if i == 0 {
				rows = append(rows, []string{count(p.X)})
			}
			rows[n] = append(rows[n], duration(p.Y))
		}
	}
	return heading, rows
}

func (r *report) printScale(w io.Writer) error {
	fmt.Fprintf(w, "%s, %s\n", r.Date, r.Machine)
	for i := range r.Curves {
		c := &r.Curves[i]
		fmt.Fprintf(w, "\n%s\n", c.Title)
		heading, rows := c.rows()
		tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
		for _, row := range append([][]string{heading}, rows...) {
			fmt.Fprintln(tw, "  "+strings.Join(row, "\t"))
		}
		if err := tw.Flush(); err != nil {
			return err
		}
	}
	if r.Entry != nil {
		fmt.Fprintf(w, "\nOne cached session: %s\n", r.Entry)
	}
	return printGoals(w, r.scaleVerdicts())
}

func (r *report) scaleVerdicts() [][]string {
	var rows [][]string
	for _, c := range r.Curves {
		if c.Goal != "" {
			rows = append(rows, []string{c.Title, "", fmt.Sprintf("%s (≤ %g× over the range)", c.Goal, flatWithin), c.Change, mark(c.Met)})
		}
	}
	if r.Entry != nil {
		const most = 2048
		rows = append(rows, []string{"Memory of a cached token", "RS256", "≤ 2 KB", r.Entry.String(), mark(r.Entry.Bytes <= most && r.Entry.Derived <= most)})
	}
	return rows
}

// count writes a number with its thousands apart.
func count(x float64) string {
	s := fmt.Sprintf("%.0f", x)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
