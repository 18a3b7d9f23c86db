package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Rows that others are compared with.
const (
	rowLimit = "the limit"
	rowBare  = "no guard"
)

// figures are benchstat's medians of one row. If it compared two files, change
// is the factor between them; 1 where the difference may be chance.
type figures struct {
	benchmark, group, row string // of a name like Verify/RS256/auth-go,_new_token-2
	ns, bytes, allocs     float64
	compared              bool
	change                float64
}

var processors = regexp.MustCompile(`-\d+$`)

// parse reads benchstat's CSV: sections that begin with their unit, such as
// sec/op, and rows of name, median, spread and, with two files, median of the
// second, spread, and the change in percent or "~".
func parse(statistics string) []figures {
	r, unit := csv.NewReader(strings.NewReader(statistics)), ""
	r.FieldsPerRecord = -1
	var all []figures
	for cells, err := r.Read(); !errors.Is(err, io.EOF); cells, err = r.Read() {
		if err != nil || len(cells) < 2 {
			continue
		}
		if cells[0] == "" {
			unit = cells[1]
			continue
		}
		name := strings.SplitN(strings.ReplaceAll(processors.ReplaceAllString(cells[0], ""), "_", " "), "/", 3)
		value, err := strconv.ParseFloat(cells[1], 64)
		if err != nil || len(name) < 3 {
			continue
		}
		i := slices.IndexFunc(all, func(f figures) bool {
			return f.benchmark == name[0] && f.group == name[1] &&
				f.row == name[2]
		})
		if i < 0 {
			i, all = len(all), append(all, figures{benchmark: name[0], group: name[1], row: name[2]})
		}
		switch f := &all[i]; unit {
		case "sec/op":
			f.ns = value * 1e9
			f.compare(cells)
		case "cpu-sec/op": // follows sec/op, and says more about a busy machine
			f.compare(cells)
		case "B/op":
			f.bytes = value
		case "allocs/op":
			f.allocs = value
		}
	}
	return all
}

// compare reads the change to the second file, if there is one.
func (f *figures) compare(cells []string) {
	if len(cells) < 6 {
		return
	}
	f.compared, f.change = true, 1
	if percent, err := strconv.ParseFloat(strings.TrimSuffix(cells[5], "%"), 64); err == nil {
		f.change = 1 + percent/100
	}
}

// slower returns the rows of auth-go that take longer than they may.
func slower(all []figures) []string {
	var rows []string
	for _, f := range all {
		ours := strings.HasPrefix(f.row, "auth-go") || f.benchmark == "Scale" && !strings.HasSuffix(f.row, rowLimit)
		if ours && f.change > slowerThan {
			rows = append(
				rows,
				fmt.Sprintf("%s/%s/%s takes %.2f times as long as before", f.benchmark, f.group, f.row, f.change),
			)
		}
	}
	return rows
}

// tables are the figures in Markdown: the README's summary and a table for each
// group.
func tables(all []figures) string {
	var b strings.Builder
	b.WriteString(summary(all))
	for len(all) > 0 {
		n := slices.IndexFunc(all, func(f figures) bool { return f.benchmark != all[0].benchmark || f.group != all[0].group })
		if n < 0 {
			n = len(all)
		}
		b.WriteString(groupTable(all[:n]))
		all = all[n:]
	}
	return b.String()
}

// groupTable compares the rows with the limit or, for middleware, with no guard.
func groupTable(rows []figures) string {
	var b strings.Builder
	base := rows[max(0, slices.IndexFunc(rows, func(f figures) bool { return f.row == rowLimit || f.row == rowBare }))]
	heading := "|  | time | × limit | allocs | bytes |"
	switch {
	case base.row == rowBare:
		heading = "|  | added | allocs added | request |"
	case base.row != rowLimit:
		heading = "|  | time | allocs | bytes |"
	}
	fmt.Fprintf(
		&b,
		"\n### %s, %s\n\n%s\n|---|%s\n",
		rows[0].benchmark,
		rows[0].group,
		heading,
		strings.Repeat("--:|", strings.Count(heading, "|")-2),
	)
	for _, f := range rows {
		switch base.row {
		case rowBare:
			fmt.Fprintf(
				&b,
				"| %s | %s | %.0f | %s |\n",
				bold(f.row),
				duration(f.ns-base.ns),
				f.allocs-base.allocs,
				duration(f.ns),
			)
		case rowLimit:
			fmt.Fprintf(
				&b,
				"| %s | %s | %s | %.0f | %.0f |\n",
				bold(f.row),
				duration(f.ns),
				significant(f.ns/base.ns),
				f.allocs,
				f.bytes,
			)
		default:
			fmt.Fprintf(&b, "| %s | %s | %.0f | %.0f |\n", f.row, duration(f.ns), f.allocs, f.bytes)
		}
	}
	return b.String()
}

// summary is the README's table, with a column for each algorithm.
func summary(all []figures) string {
	var groups, rows []string
	cells, allocs := map[string]string{}, map[string]string{}
	limit := 0.0
	for _, f := range all {
		if f.benchmark != "Verify" {
			continue
		}
		if !slices.Contains(groups, f.group) {
			groups = append(groups, f.group)
		}
		if !slices.Contains(rows, f.row) {
			rows = append(rows, f.row)
			allocs[f.row] = fmt.Sprintf("%.0f", f.allocs)
		}
		cells[f.row+f.group] = significant(f.ns/limit) + "×"
		if f.row == rowLimit {
			limit, cells[f.row+f.group] = f.ns, duration(f.ns)
		}
	}
	if len(groups) == 0 {
		return ""
	}
	var b strings.Builder
	fmt.Fprintf(
		&b,
		"|  | %s | %s allocs |\n|---|%s\n",
		strings.Join(groups, " | "),
		groups[0],
		strings.Repeat("--:|", len(groups)+1),
	)
	for _, row := range rows {
		fmt.Fprintf(&b, "| %s |", bold(row))
		for _, group := range groups {
			cell := cells[row+group]
			if cell == "" {
				cell = "–" // the library lacks the algorithm
			}
			b.WriteString(" " + cell + " |")
		}
		fmt.Fprintf(&b, " %s |\n", allocs[row])
	}
	return b.String()
}

func bold(row string) string {
	if strings.HasPrefix(row, "auth-go") {
		return "**" + row + "**"
	}
	return row
}

// duration has three significant figures.
func duration(ns float64) string {
	switch {
	case ns < 0:
		return "−" + duration(-ns)
	case ns < 999.5:
		return significant(ns) + " ns"
	case ns < 999.5e3:
		return significant(ns/1e3) + " µs"
	default:
		return significant(ns/1e6) + " ms"
	}
}

func significant(v float64) string {
	digits := 0
	for limit := 99.95; v < limit && digits < 4 && v > 0; limit /= 10 {
		digits++
	}
	return strconv.FormatFloat(v, 'f', digits, 64)
}
