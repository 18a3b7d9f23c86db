package main

import (
	"fmt"
	"strings"
)

// goal is what issue 6 asks for of one row.
type goal struct {
	kind   tableKind
	tables string // titles of the tables, a prefix
	row    string
	// Bounds; 0 is none.
	ratio, ns, allocs float64
}

// The claims are decoded in every row that does not say "session only".
func goals() []goal {
	const below = 0.8 // "then below 1", item 3
	return []goal{
		{kindVerify, "RS256", rowFirst, 1.08, 0, 0},
		{kindVerify, "RS256", rowFirstBare, below, 0, 20},
		{kindVerify, "RS256", rowSeen, 0.03, 0, 1},
		{kindVerify, "RS256", rowSeenFlat, 0.03, 0, 1},
		{kindVerify, "RS256", rowSeenBare, 0.03, 1000, 1},
		{kindVerify, "ES256", rowFirst, 1.04, 0, 0},
		{kindVerify, "ES256", rowSeen, 0.015, 0, 0},
		{kindVerify, "ES256", rowSeenFlat, 0.015, 0, 0},
		{kindVerify, "ES256", rowSeenBare, 0.015, 0, 0},
		{kindVerify, "EdDSA", rowFirst, 1.06, 0, 0},
		{kindVerify, "EdDSA", rowSeen, 0.02, 0, 0},
		{kindVerify, "EdDSA", rowSeenFlat, 0.02, 0, 0},
		{kindVerify, "EdDSA", rowSeenBare, 0.02, 0, 0},
		{kindVerify, "HS256", rowFirst, 6, 0, 0},
		{kindVerify, "HS256", rowSeen, 2, 0, 0},
		{kindVerify, "HS256", rowSeenFlat, 2, 0, 0},
		{kindVerify, "HS256", rowSeenBare, 2, 0, 0},
		{kindMiddleware, "gin", rowFirst, 1.08, 0, 0},
		{kindMiddleware, "gin", rowSeenBare, 0, 1500, 4},
		{kindMiddleware, "echo", rowFirst, 1.08, 0, 0},
		{kindMiddleware, "echo", rowSeenBare, 0, 1500, 4},
		{kindMiddleware, "chi", rowFirst, 1.08, 0, 0},
		{kindMiddleware, "chi", rowSeenBare, 0, 1500, 4},
		{kindMiddleware, "fiber", rowFirst, 1.08, 0, 0},
		{kindMiddleware, "fiber", rowSeenBare, 0, 1500, 4},
		{kindRefuse, "garbage", rowRefuse, 0, 100, 1},
		{kindRefuse, "malformed", rowRefuse, 0, 100, 1},
		{kindRefuse, "expired", rowRefuse, 1.06, 0, 0},
		{kindRefuse, "tampered", rowRefuse, 1.04, 0, 0},
	}
}

// verdicts are the goals beside what the tables reached.
func verdicts(tables []*table) [][]string {
	var rows [][]string
	for _, g := range goals() {
		for _, t := range tables {
			if t.Kind != g.kind || !strings.HasPrefix(t.Title, g.tables) {
				continue
			}
			for _, r := range t.Rows {
				if r.Name == g.row {
					rows = append(rows, g.verdict(t, r))
				}
			}
		}
	}
	return rows
}

func (g goal) verdict(t *table, r figures) []string {
	quotient, ns, allocs := r.Ratio, r.Nanoseconds, r.Allocations
	if t.Kind == kindMiddleware {
		ns, allocs = r.Added, r.AddedAllocations
		for _, l := range t.Rows {
			if l.Name == rowLimit {
				quotient = r.Added / l.Added
			}
		}
	}
	met := true
	var want, got []string
	add := func(bound, value float64, text func(float64) string) {
		if bound == 0 {
			return
		}
		want, got = append(want, "≤ "+text(bound)), append(got, text(value))
		met = met && value <= bound
	}
	add(g.ratio, quotient, func(v float64) string { return ratio(v) + "×" })
	add(g.ns, ns, duration)
	add(g.allocs, allocs, func(v float64) string { return fmt.Sprintf("%.0f allocs", v) })
	return []string{t.caption(), strings.TrimPrefix(g.row, "auth-go, "), strings.Join(want, ", "), strings.Join(got, ", "), mark(met)}
}

func mark(met bool) string {
	if met {
		return "yes"
	}
	return "**no**"
}
