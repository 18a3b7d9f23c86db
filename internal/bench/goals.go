package main

import (
	"fmt"
	"strings"
)

// goal bounds a row: its time as a multiple of the limit's or in nanoseconds,
// and its allocations. Middleware is judged by what it adds. 0 is no bound.
type goal struct {
	benchmark, group, row string
	ratio, ns, allocs     float64
}

func goals() []goal {
	return []goal{
		{"Verify", "RS256", "auth-go, first sight", 1.08, 0, 0},
		{"Verify", "RS256", "auth-go, first sight, session only", 0.8, 0, 20},
		{"Verify", "RS256", "auth-go, seen before", 0.03, 0, 1},
		{"Verify", "RS256", "auth-go, seen before, flat claims", 0.03, 0, 1},
		{"Verify", "RS256", "auth-go, seen before, session only", 0.03, 1000, 1},
		{"Verify", "ES256", "auth-go, first sight", 1.04, 0, 0},
		{"Verify", "ES256", "auth-go, seen before", 0.015, 0, 0},
		{"Verify", "ES256", "auth-go, seen before, flat claims", 0.015, 0, 0},
		{"Verify", "ES256", "auth-go, seen before, session only", 0.015, 0, 0},
		{"Verify", "EdDSA", "auth-go, first sight", 1.06, 0, 0},
		{"Verify", "EdDSA", "auth-go, seen before", 0.02, 0, 0},
		{"Verify", "EdDSA", "auth-go, seen before, flat claims", 0.02, 0, 0},
		{"Verify", "EdDSA", "auth-go, seen before, session only", 0.02, 0, 0},
		{"Verify", "HS256", "auth-go, first sight", 6, 0, 0},
		{"Verify", "HS256", "auth-go, seen before", 2, 0, 0},
		{"Verify", "HS256", "auth-go, seen before, flat claims", 2, 0, 0},
		{"Verify", "HS256", "auth-go, seen before, session only", 2, 0, 0},
		{"Middleware", "gin", "auth-go, first sight", 1.08, 0, 0},
		{"Middleware", "gin", "auth-go, seen before, session only", 0, 1500, 4},
		{"Middleware", "echo", "auth-go, first sight", 1.08, 0, 0},
		{"Middleware", "echo", "auth-go, seen before, session only", 0, 1500, 4},
		{"Middleware", "chi", "auth-go, first sight", 1.08, 0, 0},
		{"Middleware", "chi", "auth-go, seen before, session only", 0, 1500, 4},
		{"Middleware", "fiber", "auth-go, first sight", 1.08, 0, 0},
		{"Middleware", "fiber", "auth-go, seen before, session only", 0, 1500, 4},
		{"Refuse", "garbage", "auth-go", 0, 100, 1},
		{"Refuse", "malformed", "auth-go", 0, 100, 1},
		{"Refuse", "expired", "auth-go", 1.06, 0, 0},
		{"Refuse", "tampered", "auth-go", 1.04, 0, 0},
	}
}

// goalTable lists the goals with what was reached.
func goalTable(all []figures) string {
	var b strings.Builder
	for _, f := range all {
		for _, g := range goals() {
			if f.benchmark == g.benchmark && f.group == g.group && f.row == g.row {
				b.WriteString(g.line(all, f))
			}
		}
	}
	if b.Len() == 0 {
		return ""
	}
	return "\n### Goals\n\n|  | row | goal | reached | met |\n|---|---|--:|--:|---|\n" + b.String()
}

func (g goal) line(all []figures, f figures) string {
	var limit, bare figures
	for _, other := range all {
		switch {
		case other.benchmark != f.benchmark || other.group != f.group:
		case other.row == rowLimit:
			limit = other
		case other.row == rowBare:
			bare = other
		}
	}
	f.ns, f.allocs, limit.ns = f.ns-bare.ns, f.allocs-bare.allocs, limit.ns-bare.ns
	met := "yes"
	var want, got []string
	add := func(bound, value float64, text func(float64) string) {
		if bound == 0 {
			return
		}
		if want, got = append(want, "≤ "+text(bound)), append(got, text(value)); value > bound {
			met = "**no**"
		}
	}
	add(g.ratio, f.ns/limit.ns, func(v float64) string { return significant(v) + "×" })
	add(g.ns, f.ns, duration)
	add(g.allocs, f.allocs, func(v float64) string { return fmt.Sprintf("%.0f allocs", v) })
	return fmt.Sprintf("| %s, %s | %s | %s | %s | %s |\n", f.benchmark, f.group, f.row, strings.Join(want, ", "), strings.Join(got, ", "), met)
}
