package main

import (
	"bytes"
	"io"
	"os"
	"strconv"
	"testing"
)

// A flood of distinct valid tokens leaves the memory bounded and the hot set in
// the cache. BENCH_FLOOD=1000000 sends the full million; so does
// go run ./internal/bench -flood.
func TestFlood(t *testing.T) {
	tokens := 100_000
	if raceEnabled {
		tokens = 2 * floodEntries
	}
	if given := os.Getenv("BENCH_FLOOD"); given != "" {
		var err error
		if tokens, err = strconv.Atoi(given); err != nil {
			t.Fatal(err)
		}
	}
	result, err := flood(t.Context(), tokens)
	t.Log(result)
	if err != nil {
		t.Error(err)
	}
	if result != nil && tokens > floodEntries && result.entries < floodEntries/2 {
		t.Errorf("only %d entries: the flood never filled the cache", result.entries)
	}
}

// No row of ours allocates more than internal/bench/baseline.txt says.
func TestBaseline(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector allocates")
	}
	var out bytes.Buffer
	if err := run(t.Context(), []string{"-allocs", "-check"}, &out, io.Discard); err != nil {
		t.Error(err)
	}
	t.Log(out.String())
}

func TestMinterIsDistinctAndSteady(t *testing.T) {
	f, err := newFixture("HS256")
	if err != nil {
		t.Fatal(err)
	}
	m, err := newMinter(f)
	if err != nil {
		t.Fatal(err)
	}
	tokens, err := m.fresh(100)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, token := range tokens {
		seen[token] = true
	}
	again, err := m.token(7)
	if err != nil || len(seen) != 100 || again != tokens[7] || m.next != 100 {
		t.Errorf("%d distinct of 100, next %d, error %v", len(seen), m.next, err)
	}
}
