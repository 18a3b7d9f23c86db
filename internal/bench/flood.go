package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"time"

	"github.com/revstackhq/auth-go/core"
)

// flooded is what a flood of distinct valid tokens did to the cache.
type flooded struct {
	tokens, hot, entries int
	rate                 float64 // of the hot set's requests that hit
	grown                float64 // heap bytes, after a collection
	took                 time.Duration
}

func (f *flooded) String() string {
	return fmt.Sprintf("%s distinct valid tokens past %s hot ones: %.2f %% of the hot requests hit, %s entries, the heap grew by %.1f MiB, %s",
		count(float64(f.tokens)), count(float64(f.hot)), 100*f.rate, count(float64(f.entries)), f.grown/(1<<20), f.took.Round(time.Millisecond))
}

// The cache's defaults bound what a flood may leave behind. The heap may hold
// somewhat more than the cache's own estimate.
const (
	floodHot     = 1_000
	floodRate    = 0.90
	floodHeap    = 64 << 20
	floodEntries = 16 << 10
)

var (
	errHotEvicted = errors.New("the flood pushes the hot set out of the cache")
	errUnbounded  = errors.New("the flood grows the cache without bound")
)

// flood sends every token of a long list once, and between two of them one
// token of a hot set, through a verifier with the default cache.
func flood(ctx context.Context, tokens int) (*flooded, error) {
	f, err := newFixture("HS256")
	if err != nil {
		return nil, err
	}
	m, err := newMinter(f)
	if err != nil {
		return nil, err
	}
	v, err := m.verifier(core.TokenCache{})
	if err != nil {
		return nil, err
	}
	hot, err := m.fresh(floodHot)
	if err != nil {
		return nil, err
	}
	before, start := heap(), time.Now()
	if err := verifyAll(ctx, v, hot, false); err != nil {
		return nil, err
	}
	stats := v.Stats()
	for n := range tokens {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		token, err := m.token(m.next + n)
		if err != nil {
			return nil, err
		}
		for _, t := range []string{token, hot[rand.IntN(len(hot))]} {
			if _, err := v.Verify(ctx, t); err != nil {
				return nil, err
			}
		}
	}
	took := time.Since(start)
	now := v.Stats()
	result := &flooded{
		tokens: tokens, hot: len(hot), entries: now.Entries, took: took,
		rate: float64(now.Hits-stats.Hits) / float64(tokens),
	}
	result.grown = heap() - before
	// Read again, so that the cache is still in use when the heap is measured.
	if v.Stats().Entries == 0 {
		return result, errors.New("nothing is remembered")
	}
	return result, result.judge()
}

func (f *flooded) judge() error {
	switch {
	case f.rate <= floodRate:
		return errHotEvicted
	case f.grown > floodHeap || f.entries > floodEntries*11/10:
		return errUnbounded
	default:
		return nil
	}
}

func (s *settings) sendFlood(ctx context.Context, w io.Writer) error {
	result, err := flood(ctx, s.flood)
	if result != nil {
		fmt.Fprintln(w, result)
	}
	return err
}
