//go:build !race

package main

import (
	"math/rand/v2"
	"os"
	"runtime"
	"strconv"
	"testing"

	"github.com/revstackhq/auth-go/core"
)

// TestFlood sends every token of a long list once, and between two of them one
// token of a hot set, through a verifier with the default cache. The flood must
// not grow the heap without bound, nor push the hot set out of the cache.
// BENCH_FLOOD=1000000 sends a million.
func TestFlood(t *testing.T) {
	const wantRate, maxHeap, maxEntries = 0.90, 64 << 20, 16 << 10 // by the cache's defaults
	count := setting("BENCH_FLOOD", 50_000)
	f := newFixture(t, "HS256")
	v := f.verifier(core.TokenCache{})
	hot := f.distinct("hot", 1_000)
	before := heap()
	verifyAll(t, v, hot)
	start := v.Stats()
	for i := range count {
		verifyAll(t, v, []string{f.numbered("cold", i), hot[rand.IntN(len(hot))]})
	}
	stats := v.Stats()
	rate, grown := float64(stats.Hits-start.Hits)/float64(count), heap()-before
	t.Logf("%d distinct valid tokens: %.2f %% of the hot requests hit, %d entries, the heap grew by %.1f MiB",
		count, 100*rate, stats.Entries, grown/(1<<20))
	if rate <= wantRate {
		t.Errorf("the flood pushes the hot set out of the cache: %.2f hit, want more than %.2f", rate, wantRate)
	}
	if grown > maxHeap || stats.Entries > maxEntries*11/10 {
		t.Errorf("the flood grows the cache without bound")
	}
	if count > maxEntries && stats.Entries < maxEntries/2 {
		t.Errorf("only %d entries: the flood never filled the cache", stats.Entries)
	}
	runtime.KeepAlive(v) // in use when the heap is measured
}

// TestEntryFootprint measures the memory that a remembered RS256 token takes
// after a handler has asked for a permission.
func TestEntryFootprint(t *testing.T) {
	const entries, most = 2_000, 2048
	f := newFixture(t, "RS256")
	v := f.verifier(roomy(entries))
	verifyAll(t, v, f.distinct("first", 1)) // the first token makes the cache itself
	tokens := f.distinct("", entries)
	before := heap()
	for _, token := range tokens {
		if s := must(v.Verify(t.Context(), token)); !s.HasPermission("org:invoices:read") {
			t.Fatal("a session lacks its permission")
		}
	}
	held := v.Stats().Entries - 1
	each := (heap() - before) / float64(held)
	runtime.KeepAlive(tokens)
	t.Logf("%.0f bytes an entry", each)
	if held < entries*99/100 || each > most {
		t.Errorf("%d of %d tokens are cached, each takes %.0f bytes, want at most %d", held, entries, each, most)
	}
}

// setting is a number from the environment.
func setting(name string, standard int) int {
	if given := os.Getenv(name); given != "" {
		return must(strconv.Atoi(given))
	}
	return standard
}

// heap returns the bytes that are in use after a collection.
func heap() float64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC() // the first one ran finalizers
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc)
}
