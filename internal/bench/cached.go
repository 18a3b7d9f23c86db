package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strconv"
	"time"

	"github.com/revstackhq/auth-go/core"
)

// minter makes distinct valid tokens that differ in jti and sub.
type minter struct {
	*fixture
	header string
	before string // the payload up to the serial
	after  string
	next   int
}

func newMinter(f *fixture) (*minter, error) {
	whole, err := f.sign(f.header(), f.claims().with(object{"jti": serialMark}))
	if err != nil {
		return nil, err
	}
	header, payload, err := firstTwo(whole)
	if err != nil {
		return nil, err
	}
	before, after, err := cutOnce(payload, serialMark)
	if err != nil {
		return nil, err
	}
	return &minter{fixture: f, header: header, before: before, after: after}, nil
}

const serialMark = "00000000000000000000" // as long as a jti

// token returns the n-th token: the same for the same n.
func (m *minter) token(n int) (string, error) {
	serial := strconv.Itoa(n)
	serial = serialMark[len(serial):] + serial
	return m.signInput(m.header + "." + b64([]byte(m.before+serial+m.after)))
}

// fresh returns tokens that were never made before.
func (m *minter) fresh(count int) ([]string, error) {
	tokens := make([]string, count)
	for i := range tokens {
		var err error
		if tokens[i], err = m.token(m.next); err != nil {
			return nil, err
		}
		m.next++
	}
	return tokens, nil
}

// roomy holds entries without having to evict: twice as many, of 4 KB each.
func roomy(entries int) core.TokenCache {
	return core.TokenCache{MaxEntries: 2 * entries, MaxBytes: int64(entries) * 2 * 4096}
}

// filled returns a verifier that remembers count tokens, and tokens of a random
// sample of those.
func filled(ctx context.Context, m *minter, count, sample int) (*core.Verifier, []string, error) {
	v, err := m.verifier(roomy(count))
	if err != nil {
		return nil, nil, err
	}
	for n := range count {
		if err := ctx.Err(); err != nil {
			return nil, nil, err
		}
		token, err := m.token(n)
		if err != nil {
			return nil, nil, err
		}
		if _, err := v.Verify(ctx, token); err != nil {
			return nil, nil, err
		}
	}
	m.next = max(m.next, count)
	tokens := make([]string, min(sample, count))
	for i := range tokens {
		if tokens[i], err = m.token(rand.IntN(count)); err != nil {
			return nil, nil, err
		}
	}
	return v, tokens, nil
}

// entriesStep asks a full cache for what it holds, and for what it does not.
func entriesStep(size int) (float64, []workload, error) {
	ctx := context.Background()
	f, err := newFixture("HS256")
	if err != nil {
		return 0, nil, err
	}
	m, err := newMinter(f)
	if err != nil {
		return 0, nil, err
	}
	v, sample, err := filled(ctx, m, size, 4096)
	if err != nil {
		return 0, nil, err
	}
	before := v.Stats()
	for _, token := range sample {
		if _, err := v.Verify(ctx, token); err != nil {
			return 0, nil, err
		}
	}
	if hits := v.Stats().Hits - before.Hits; hits != uint64(len(sample)) {
		return 0, nil, fmt.Errorf("%d of %d cached tokens are remembered", hits, len(sample))
	}
	at := 0
	seen := workload{name: lineSeen, op: func() error {
		at = (at + 1) % len(sample)
		_, err := v.Verify(ctx, sample[at])
		return err
	}}
	// A cache of this size that is full already, and tokens it never saw: each
	// one evicts another.
	full, err := m.verifier(core.TokenCache{MaxEntries: size, MaxBytes: int64(size) * 4096})
	if err != nil {
		return 0, nil, err
	}
	for n := range size {
		token, err := m.token(n)
		if err != nil {
			return 0, nil, err
		}
		if _, err := full.Verify(ctx, token); err != nil {
			return 0, nil, err
		}
	}
	first := workload{name: lineFirst, operations: func(n int) (time.Duration, error) {
		tokens, err := m.fresh(n)
		if err != nil {
			return 0, err
		}
		before := full.Stats().Hits
		start := time.Now()
		for _, token := range tokens {
			if _, err := full.Verify(ctx, token); err != nil {
				return 0, err
			}
		}
		took := time.Since(start)
		if full.Stats().Hits != before {
			return 0, errors.New("a token that was never seen is remembered")
		}
		return took, nil
	}}
	return float64(size), []workload{first, seen}, nil
}

// footprint is the memory that one remembered token takes.
type footprint struct {
	Entries int `json:"entries"`
	// Bytes are of a session as it was verified, Derived of one that a handler
	// has asked for its organisation and permissions.
	Bytes   float64 `json:"bytes"`
	Derived float64 `json:"derived"`
}

func (f *footprint) String() string {
	return fmt.Sprintf("%.0f bytes, %.0f once its organisation and permissions were read (%s RS256 entries)", f.Bytes, f.Derived, count(float64(f.Entries)))
}

// entryFootprint fills a cache with RS256 tokens and asks the collector.
func entryFootprint(ctx context.Context, entries int) (*footprint, error) {
	f, err := newFixture("RS256")
	if err != nil {
		return nil, err
	}
	m, err := newMinter(f)
	if err != nil {
		return nil, err
	}
	v, err := m.verifier(roomy(entries))
	if err != nil {
		return nil, err
	}
	tokens, err := m.fresh(entries + 1)
	if err != nil {
		return nil, err
	}
	// The first token makes the cache itself.
	if _, err := v.Verify(ctx, tokens[entries]); err != nil {
		return nil, err
	}
	before := heap()
	if err := verifyAll(ctx, v, tokens[:entries], false); err != nil {
		return nil, err
	}
	plain := heap()
	if err := verifyAll(ctx, v, tokens[:entries], true); err != nil {
		return nil, err
	}
	after := heap()
	held := v.Stats().Entries - 1
	runtime.KeepAlive(tokens)
	if held < entries*99/100 {
		return nil, fmt.Errorf("the cache holds %d of %d tokens", held, entries)
	}
	return &footprint{Entries: held, Bytes: (plain - before) / float64(held), Derived: (after - before) / float64(held)}, nil
}

// verifyAll verifies each token; with read it asks each session for a
// permission that it has.
func verifyAll(ctx context.Context, v *core.Verifier, tokens []string, read bool) error {
	for _, token := range tokens {
		s, err := v.Verify(ctx, token)
		if err != nil {
			return err
		}
		if read && !s.HasPermission("org:invoices:read") {
			return errors.New("a session lacks its permission")
		}
	}
	return nil
}

// heap returns the bytes that are in use after a collection.
func heap() float64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC() // the first one ran finalizers
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc)
}
