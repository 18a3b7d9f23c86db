package main

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// goals are the figures that rows should reach: a multiple of the limit, or what a guard adds to a request.
var goals = map[string]string{
	"Verify/RS256/" + rowFirst:     "0.85×",
	"Verify/ES256/" + rowFirst:     "0.6×",
	"Verify/EdDSA/" + rowFirst:     "0.55×",
	"Verify/HS256/" + rowFirst:     "7×",
	"Verify/HS256/" + rowFirstBare: "5×",
	"Verify/RS256/" + rowSeen:      "0.05×",
	"Verify/RS256/" + rowSeenFlat:  "0.03×",
	"Middleware/" + rowSeenBare:    "1.2µs, 3",
}

// page is a list of tables, written as Markdown.
type page []*table

// table has its rows and columns in the order in which their first cells were added.
type table struct {
	title         string
	rows, columns []string
	cells         map[[2]string]string
}

// addFigures adds everything that was measured. README.md has the first table, too.
func (p *page) addFigures(all []*result) {
	for _, r := range all {
		taken, allocs, compared := duration(r.after[unitTime]), fmt.Sprint(r.after["allocs/op"]), ""
		if r.base != nil && r != r.base {
			compared = relative(r.after, r.base.after, r.base.row, unitTime)
		}
		switch r.benchmark {
		case "Verify":
			p.put("One verification, as a multiple of the limit", r.row, r.group, cmp.Or(compared, taken))
			p.put("Time of one verification", r.row, r.group, taken)
			p.put("Allocations and bytes of one verification", r.row, r.group, fmt.Sprint(allocs, ", ", r.after["B/op"]))
		case "Middleware":
			title, row := "Time and allocations that a guard adds to a request, RS256", r.group
			column := strings.TrimPrefix(r.row, "auth-go, ")
			if r != r.base && !r.ours() {
				title, row, column = "Time and allocations that other middleware adds, RS256", r.group+": "+r.row, "added"
			}
			p.put(title, row, column, cmp.Or(compared, taken))
		case "Refuse":
			p.put("Time and allocations of a rejection, RS256", r.row, r.group, taken+", "+allocs)
		case "Scale":
			size, line, _ := strings.Cut(r.row, "/")
			p.put("Time by "+r.group, size, line, taken)
		}
	}
}

// addGoals adds each goal and what was measured. If two commits are compared, times are processor times.
func (p *page) addGoals(all []*result, compared bool) {
	unit := map[bool]string{false: unitTime, true: unitProcessor}[compared]
	for _, r := range all {
		goal := cmp.Or(goals[r.name()], goals[r.benchmark+"/"+r.row])
		if goal == "" {
			continue
		}
		p.put("Goals", r.name(), "goal", goal)
		if compared {
			p.put("Goals", r.name(), "before", relative(r.before, r.base.before, r.base.row, unit))
		}
		p.put("Goals", r.name(), "measured", relative(r.after, r.base.after, r.base.row, unit))
	}
}

// relative returns the time as a multiple of the limit's or, if row is not the
// limit, the time and the allocations that a guard adds to a request.
func relative(f, base figures, row, unit string) string {
	switch {
	case f[unit] == 0:
		return "" // not measured
	case row == rowLimit:
		return strconv.FormatFloat(f[unit]/base[unit], 'g', 3, 64) + "×"
	default:
		return fmt.Sprint(duration(f[unit]-base[unit]), ", ", f["allocs/op"]-base["allocs/op"])
	}
}

// duration formats a time with three significant figures.
func duration(seconds float64) string {
	d, digit := time.Duration(seconds*1e9), time.Duration(1)
	for d.Abs()/digit >= 1000 {
		digit *= 10
	}
	return d.Round(digit).String()
}

func (p *page) put(title, row, column, cell string) {
	i := slices.IndexFunc(*p, func(t *table) bool { return t.title == title })
	if i < 0 {
		i, *p = len(*p), append(*p, &table{title: title, cells: map[[2]string]string{}})
	}
	t := (*p)[i]
	if !slices.Contains(t.rows, row) {
		t.rows = append(t.rows, row)
	}
	if !slices.Contains(t.columns, column) {
		t.columns = append(t.columns, column)
	}
	t.cells[[2]string{row, column}] = cell
}

func (p *page) String() string {
	var b strings.Builder
	for _, t := range *p {
		fmt.Fprintf(&b, "## %s\n\n|  | %s |\n|---|", t.title, strings.Join(t.columns, " | "))
		b.WriteString(strings.Repeat("--:|", len(t.columns)) + "\n")
		for _, row := range t.rows {
			name := row
			if strings.HasPrefix(row, "auth-go") {
				name = "**" + row + "**"
			}
			fmt.Fprintf(&b, "| %s |", name)
			for _, column := range t.columns {
				fmt.Fprintf(&b, " %s |", cmp.Or(t.cells[[2]string{row, column}], "–"))
			}
			b.WriteString("\n")
		}
		b.WriteString("\n")
	}
	return b.String()
}
