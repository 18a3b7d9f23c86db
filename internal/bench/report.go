package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"text/tabwriter"
	"time"
)

// report is everything that one run measured.
type report struct {
	Date    string     `json:"date"`
	Machine string     `json:"machine"`
	Token   int        `json:"tokenBytes"` // RS256
	Rounds  int        `json:"rounds"`
	Slice   string     `json:"slice"`
	Tables  []*table   `json:"tables,omitempty"`
	Curves  []curve    `json:"curves,omitempty"`
	Entry   *footprint `json:"entry,omitempty"`
}

func newReport(p plan) (*report, error) {
	f, err := newFixture("RS256")
	if err != nil {
		return nil, err
	}
	token, err := f.token()
	if err != nil {
		return nil, err
	}
	return &report{
		Date: time.Now().UTC().Format("2006-01-02"), Machine: machine(), Token: len(token), Rounds: p.rounds, Slice: p.slice.String(),
	}, nil
}

// machine names what the figures depend on.
func machine() string {
	model := runtime.GOARCH
	if file, err := os.Open("/proc/cpuinfo"); err == nil {
		defer file.Close()
		for lines := bufio.NewScanner(file); lines.Scan(); {
			if name, value, ok := strings.Cut(lines.Text(), ":"); ok && strings.TrimSpace(name) == "model name" {
				model = strings.TrimSpace(value)
				break
			}
		}
	}
	return fmt.Sprintf("%s, %d cores, %s %s/%s", model, runtime.NumCPU(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
}

// heading are the columns of a kind of table.
func (k tableKind) heading() []string {
	if k == kindMiddleware {
		return []string{"", "added", "allocs added", "request", "note"}
	}
	return []string{"", "time", "× limit", "allocs", "bytes", "note"}
}

func (t *table) cells() [][]string {
	var all [][]string
	for i, r := range t.Rows {
		note := strings.Join(r.Notes, "; ")
		switch {
		case r.Unsupported && t.Kind == kindMiddleware:
			all = append(all, []string{r.Name, "–", "–", "–", note})
		case r.Unsupported:
			all = append(all, []string{r.Name, "–", "–", "–", "–", note})
		case t.Kind == kindMiddleware && i == 0:
			all = append(all, []string{r.Name, "", "", duration(r.Nanoseconds), note})
		case t.Kind == kindMiddleware:
			all = append(all, []string{r.Name, duration(r.Added), fmt.Sprintf("%.0f", r.AddedAllocations), duration(r.Nanoseconds), note})
		default:
			all = append(all, []string{r.Name, duration(r.Nanoseconds), ratio(r.Ratio), fmt.Sprintf("%.0f", r.Allocations), fmt.Sprintf("%.0f", r.Bytes), note})
		}
	}
	return all
}

func (t *table) caption() string {
	switch t.Kind {
	case kindMiddleware:
		return t.Title + ": what the guard adds to one request, RS256"
	case kindParallel:
		return "In parallel: " + t.Title
	case kindRefuse:
		return "Refused: " + strings.TrimSuffix(t.Title, " refused") + ", RS256"
	default:
		return t.Title
	}
}

// print writes the tables for a terminal.
func (r *report) print(w io.Writer) error {
	fmt.Fprintf(w, "%s, %s\n%d rounds in random order, slices of %s, medians; a token of %d bytes (RS256)\n", r.Date, r.Machine, r.Rounds, r.Slice, r.Token)
	for _, t := range r.Tables {
		fmt.Fprintf(w, "\n%s\n", t.caption())
		tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
		for _, row := range append([][]string{t.Kind.heading()}, t.cells()...) {
			fmt.Fprintln(tw, "  "+strings.Join(row, "\t"))
		}
		if err := tw.Flush(); err != nil {
			return err
		}
	}
	return nil
}

// printAll adds the goals that were measured.
func (r *report) printAll(w io.Writer) error {
	if err := r.print(w); err != nil {
		return err
	}
	return printGoals(w, verdicts(r.Tables))
}

func printGoals(w io.Writer, rows [][]string) error {
	if len(rows) == 0 {
		return nil
	}
	fmt.Fprintln(w, "\nGoals")
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, row := range append([][]string{goalHeading()}, rows...) {
		fmt.Fprintln(tw, "  "+strings.ReplaceAll(strings.Join(row, "\t"), "**", ""))
	}
	return tw.Flush()
}

func goalHeading() []string { return []string{"", "row", "goal", "reached", "met"} }

// markdown is a table as the page shows it.
func markdown(heading []string, rows [][]string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "| %s |\n|---%s\n", strings.Join(heading, " | "), strings.Repeat("|--:", len(heading)-2)+"|---|")
	for _, row := range rows {
		if strings.HasPrefix(row[0], "auth-go") {
			row[0] = "**" + row[0] + "**"
		}
		fmt.Fprintf(&b, "| %s |\n", strings.Join(row, " | "))
	}
	return b.String()
}

// duration has three significant figures.
func duration(ns float64) string {
	sign := ""
	if ns < 0 {
		sign, ns = "−", -ns
	}
	switch {
	case ns < 999.5:
		return sign + significant(ns) + " ns"
	case ns < 999.5e3:
		return sign + significant(ns/1e3) + " µs"
	default:
		return sign + significant(ns/1e6) + " ms"
	}
}

func significant(v float64) string {
	switch {
	case v < 9.995:
		return fmt.Sprintf("%.2f", v)
	case v < 99.95:
		return fmt.Sprintf("%.1f", v)
	default:
		return fmt.Sprintf("%.0f", v)
	}
}

func ratio(v float64) string {
	if v < 0.1 {
		return fmt.Sprintf("%.3f", v)
	}
	return significant(v)
}
