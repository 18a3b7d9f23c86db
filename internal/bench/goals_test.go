package main

import (
	"errors"
	"strings"
	"testing"
)

func TestVerdicts(t *testing.T) {
	tables := []*table{
		{"RS256", kindVerify, []figures{{Name: rowLimit, Ratio: 1}, {Name: rowFirst, Ratio: 1.08}, {Name: rowSeen, Ratio: 0.031}}},
		{"gin", kindMiddleware, []figures{
			{Name: rowBare},
			{Name: rowFirst, Added: 54, Ratio: 99},
			{Name: rowSeenBare, Added: 1400, AddedAllocations: 5},
			{Name: rowLimit, Added: 50},
		}},
	}
	var got []string
	for _, row := range verdicts(tables) {
		got = append(got, strings.Join(row[1:], " "))
	}
	want := []string{
		"first sight ≤ 1.08× 1.08× yes",
		"seen before ≤ 0.030×, ≤ 1 allocs 0.031×, 0 allocs **no**",
		"first sight ≤ 1.08× 1.08× yes",
		"seen before, session only ≤ 1.50 µs, ≤ 4 allocs 1.40 µs, 5 allocs **no**",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestCurveJudge(t *testing.T) {
	for name, tt := range map[string]struct {
		last float64
		met  bool
	}{"flat": {124, true}, "rising": {126, false}, "falling": {50, true}} {
		c := curve{Lines: []line{{lineFirst, []point{{1, 5, 100}, {10, 9, 100}}}, {lineSeen, []point{{1, 5, 100}, {10, 5, tt.last}}}}}
		if c.judge(); c.Met != tt.met {
			t.Errorf("%s: met %t, want %t", name, c.Met, tt.met)
		}
	}
}

func TestFigures(t *testing.T) {
	for ns, want := range map[float64]string{0.5: "0.50 ns", 42.04: "42.0 ns", 873: "873 ns", 999.9: "1.00 µs", 36_123: "36.1 µs", 2_500_000: "2.50 ms", -1500: "−1.50 µs"} {
		if got := duration(ns); got != want {
			t.Errorf("duration(%g) is %q, want %q", ns, got, want)
		}
	}
	for ns, want := range map[float64]string{500: "500 ns", 2000: "2 µs", 20_000: "20 µs", 100: "100 ns"} {
		if got := round(ns); got != want {
			t.Errorf("round(%g) is %q, want %q", ns, got, want)
		}
	}
	for x, want := range map[float64]string{7: "7", 999: "999", 1000: "1,000", 1_000_000: "1,000,000"} {
		if got := count(x); got != want {
			t.Errorf("count(%g) is %q, want %q", x, got, want)
		}
	}
	if got := median([]float64{9, 1, 4, 2}); got != 3 {
		t.Errorf("median %g, want 3", got)
	}
}

func TestCompareAllocations(t *testing.T) {
	baseline := map[string]int{"same": 3, "fewer": 3, "more": 3, "gone": 3}
	faults := compareAllocations([]counted{{"same", 3}, {"fewer", 2}, {"more", 4}, {"new", 1}}, baseline)
	text := strings.Join(faults, "\n")
	if len(faults) != 3 || !strings.Contains(text, "more: 4") || !strings.Contains(text, "new: 1") || !strings.Contains(text, "gone:") {
		t.Errorf("faults %q", faults)
	}
}

func TestFloodJudge(t *testing.T) {
	good := flooded{rate: 0.95, grown: 30 << 20, entries: floodEntries}
	if err := good.judge(); err != nil {
		t.Error(err)
	}
	evicted, heavy, many := good, good, good
	evicted.rate, heavy.grown, many.entries = 0.9, 65<<20, 2*floodEntries
	for _, f := range []flooded{evicted, heavy, many} {
		if err := f.judge(); !errors.Is(err, errHotEvicted) && !errors.Is(err, errUnbounded) {
			t.Errorf("%+v: %v", f, err)
		}
	}
}
