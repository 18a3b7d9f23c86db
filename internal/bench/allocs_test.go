package main

import (
	"bytes"
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
)

const baselineFile = "baseline.txt"

var update = flag.Bool("update", false, "write "+baselineFile)

// TestAllocations compares the allocations of each of our rows with
// baseline.txt. After a change that is meant, run it with -update.
func TestAllocations(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector allocates")
	}
	now := map[string]int{}
	var list bytes.Buffer
	count := func(group string, rows []row) {
		base := 0
		for _, r := range rows {
			switch {
			case r.name == rowBare: // what a guard adds is counted
				base = allocations(t, r.op)
			case strings.HasPrefix(r.name, "auth-go"):
				name := group + "/" + r.name
				now[name] = allocations(t, r.op) - base
				fmt.Fprintf(&list, "%4d %s\n", now[name], name)
			}
		}
	}
	for _, alg := range algorithms() {
		count(alg, verification(alg, authGo()))
	}
	for _, fw := range frameworks() {
		count(fw.name, fw.rows())
	}
	f := newFixture("RS256")
	for _, bad := range f.badTokens() {
		count(bad.refusal, refusal(f, bad.token))
	}
	if *update {
		if err := os.WriteFile(baselineFile, list.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	data, err := os.ReadFile(baselineFile)
	if err != nil {
		t.Fatal(err)
	}
	for _, fault := range compareAllocations(now, readBaseline(string(data))) {
		t.Error(fault)
	}
}

// allocations counts what one operation allocates: the least of three, since
// a pool that the collector emptied is not the operation's.
func allocations(t *testing.T, op func() error) int {
	t.Helper()
	least := -1
	for range 3 {
		n := testing.AllocsPerRun(100, func() {
			if err := op(); err != nil {
				t.Fatal(err)
			}
		})
		if least < 0 || int(n) < least {
			least = int(n)
		}
	}
	return least
}

func readBaseline(text string) map[string]int {
	baseline := map[string]int{}
	for line := range strings.Lines(text) {
		n, name := 0, ""
		if _, err := fmt.Sscanf(line, "%d %s", &n, &name); err == nil {
			_, name, _ = strings.Cut(strings.TrimSpace(line), " ")
			baseline[name] = n
		}
	}
	return baseline
}

// compareAllocations returns what grew, and rows that only one side has.
func compareAllocations(now, baseline map[string]int) []string {
	var faults []string
	for _, name := range slices.Sorted(maps.Keys(now)) {
		if was, ok := baseline[name]; !ok {
			faults = append(faults, fmt.Sprintf("%s: %d allocations, not in the baseline", name, now[name]))
		} else if now[name] > was {
			faults = append(faults, fmt.Sprintf("%s: %d allocations, the baseline has %d", name, now[name], was))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(baseline)) {
		if _, ok := now[name]; !ok {
			faults = append(faults, name+": in the baseline, but not a row")
		}
	}
	return faults
}

func TestCompareAllocations(t *testing.T) {
	baseline := readBaseline("# comment\n   3 the same, exactly\n   3 fewer\n  13 more\n   3 gone\n")
	now := map[string]int{"the same, exactly": 3, "fewer": 2, "more": 14, "new": 1}
	got := strings.Join(compareAllocations(now, baseline), "\n")
	want := "more: 14 allocations, the baseline has 13\nnew: 1 allocations, not in the baseline\n" +
		"gone: in the baseline, but not a row"
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
