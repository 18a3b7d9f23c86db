//go:build !race

package main

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const baselineFile = "baseline.txt"

var update = flag.Bool("update", false, "write "+baselineFile)

// TestAllocations prepares all rows, and compares the allocations of ours with
// baseline.txt. After a change that is meant, run it with -update.
func TestAllocations(t *testing.T) {
	var list strings.Builder
	for _, g := range slices.Concat(verifyGroups(), middlewareGroups(), refuseGroups()) {
		base := 0
		for _, r := range g.rows(t) {
			switch {
			case r.name == rowBare: // what a guard adds is counted
				base = allocations(r.op)
			case strings.HasPrefix(r.name, "auth-go"):
				fmt.Fprintf(&list, "%4d %s/%s\n", allocations(r.op)-base, g.name, r.name)
			}
		}
	}
	if *update {
		must(0, os.WriteFile(baselineFile, []byte(list.String()), 0o644))
	}
	now, baseline := counts(list.String()), counts(string(must(os.ReadFile(baselineFile))))
	for name, count := range now {
		if most, ok := baseline[name]; !ok || count > most {
			t.Errorf("%s: %d allocations, the baseline has %d (%v)", name, count, most, ok)
		}
	}
	for name := range baseline {
		if _, ok := now[name]; !ok {
			t.Errorf("%s is in the baseline, but not a row", name)
		}
	}
}

func counts(list string) map[string]int {
	counts := map[string]int{}
	for line := range strings.Lines(list) {
		number, name, _ := strings.Cut(strings.TrimSpace(line), " ")
		if count, err := strconv.Atoi(number); err == nil { // not a comment
			counts[name] = count
		}
	}
	return counts
}

// allocations counts what one operation allocates: the least of three, since
// a pool that the collector emptied is not the operation's.
func allocations(op func() error) int {
	once := func() float64 { return testing.AllocsPerRun(100, func() { must(0, op()) }) }
	return int(min(once(), once(), once()))
}
