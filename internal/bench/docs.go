package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

const (
	pageFile   = "docs/benchmarks.md"
	plotFolder = "docs/benchmarks"
	readmeFile = "README.md"
)

// writeDocs replaces what stands between the markers of the page and, if it has
// them, of the README. What people wrote around them stays.
func (s *settings) writeDocs(r *report, progress io.Writer) error {
	if s.only != nil {
		return errors.New("-write wants the whole: leave out -only")
	}
	root, err := s.checkout()
	if err != nil {
		return err
	}
	page, readme := filepath.Join(root, filepath.FromSlash(pageFile)), filepath.Join(root, readmeFile)
	if len(r.Curves) > 0 {
		return r.writeScale(root, page)
	}
	if err := replace(page, "bench", r.tablesMarkdown()); err != nil {
		return err
	}
	err = replace(readme, "bench", r.summaryMarkdown())
	if errors.Is(err, errNoMarkers) {
		fmt.Fprintf(progress, "bench: %v, left alone\n", err)
		return nil
	}
	return err
}

var errNoMarkers = errors.New("no markers")

// replace puts text between <!-- name:begin --> and <!-- name:end -->.
func replace(path, name, text string) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	begin, end := "<!-- "+name+":begin -->", "<!-- "+name+":end -->"
	before, rest, ok := strings.Cut(string(data), begin)
	_, after, closed := strings.Cut(rest, end)
	if !ok || !closed {
		return fmt.Errorf("%s: %w %s … %s", filepath.Base(path), errNoMarkers, begin, end)
	}
	return os.WriteFile(path, []byte(before+begin+"\n\n"+strings.TrimSpace(text)+"\n\n"+end+after), 0o644)
}

func (r *report) provenance() string {
	return fmt.Sprintf("Measured %s on %s; median of %d rounds in random order, slices of %s.\n\n", r.Date, r.Machine, r.Rounds, r.Slice)
}

func (r *report) tablesMarkdown() string {
	var b strings.Builder
	b.WriteString(r.provenance())
	fmt.Fprintf(&b, "The RS256 token has %d bytes. Rows decode the claims into a struct, unless they say \"session only\".\n\n### Goals\n\n", r.Token)
	b.WriteString(markdown(goalHeading(), verdicts(r.Tables)))
	for _, t := range r.Tables {
		fmt.Fprintf(&b, "\n### %s\n\n%s", t.caption(), markdown(t.Kind.heading(), t.cells()))
	}
	return b.String()
}

// summaryMarkdown is the README's table: one column an algorithm.
func (r *report) summaryMarkdown() string {
	heading := []string{""}
	byName := map[string][]string{}
	var names []string
	for _, t := range r.Tables {
		if t.Kind != kindVerify {
			continue
		}
		heading = append(heading, t.Title)
		for _, row := range t.Rows {
			if _, known := byName[row.Name]; !known {
				names = append(names, row.Name)
			}
			cell := "–"
			if !row.Unsupported {
				cell = ratio(row.Ratio) + "×"
			}
			if row.Name == rowLimit {
				cell = duration(row.Nanoseconds)
			}
			for len(byName[row.Name]) < len(heading)-2 {
				byName[row.Name] = append(byName[row.Name], "–")
			}
			byName[row.Name] = append(byName[row.Name], cell)
		}
	}
	heading = append(heading, "RS256 allocs")
	var rows [][]string
	for _, name := range names {
		cells := byName[name]
		for len(cells) < len(heading)-2 {
			cells = append(cells, "–")
		}
		allocs := "–"
		for _, row := range r.Tables[0].Rows {
			if row.Name == name && !row.Unsupported {
				allocs = fmt.Sprintf("%.0f", row.Allocations)
			}
		}
		rows = append(rows, append(append([]string{name}, cells...), allocs))
	}
	return "One verification against the limit, which is SHA-256 and the standard library's signature check alone. " + r.provenance() +
		markdown(heading, rows)
}

func (r *report) writeScale(root, page string) error {
	folder := filepath.Join(root, filepath.FromSlash(plotFolder))
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	var b strings.Builder
	b.WriteString(r.provenance())
	b.WriteString(markdown(goalHeading(), r.scaleVerdicts()))
	for i := range r.Curves {
		c := &r.Curves[i]
		plot := c.svg("one verification, " + r.Date + ", " + r.Machine)
		if err := os.WriteFile(filepath.Join(folder, c.Name+".svg"), []byte(plot), 0o644); err != nil {
			return err
		}
		heading, rows := c.rows()
		fmt.Fprintf(&b, "\n### %s\n\n![%s: time of one verification](benchmarks/%s.svg)\n\n%s", c.Title, c.Title, c.Name, plain(heading, rows))
	}
	return replace(page, "scale", b.String())
}

// plain is a table of numbers only.
func plain(heading []string, rows [][]string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "| %s |\n|%s\n", strings.Join(heading, " | "), strings.Repeat("--:|", len(heading)))
	for _, row := range rows {
		fmt.Fprintf(&b, "| %s |\n", strings.Join(row, " | "))
	}
	return b.String()
}
