package jwks_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core/event"
	"github.com/revstackhq/auth-go/core/internal/jwks"
	"github.com/revstackhq/auth-go/core/keys"
)

// memory is a Cache in a map, with a say before each operation.
type memory struct {
	mu     sync.Mutex
	data   map[string][]byte
	before func(ctx context.Context, op string) error
}

func (m *memory) Load(ctx context.Context, id string) ([]byte, error) {
	if m.before != nil {
		if err := m.before(ctx, "load"); err != nil {
			return nil, err
		}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.data[id], nil
}

func (m *memory) Store(ctx context.Context, id string, data []byte) error {
	if m.before != nil {
		if err := m.before(ctx, "store"); err != nil {
			return err
		}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.data == nil {
		m.data = map[string][]byte{}
	}
	m.data[id] = bytes.Clone(data)
	return nil
}

func cached(c keys.Cache) func(*jwks.Config) { return func(cfg *jwks.Config) { cfg.Cache = c } }

func fileCache(t *testing.T) (*keys.FileCache, string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "keys")
	c, err := keys.NewFileCache(dir)
	if err != nil {
		t.Fatal(err)
	}
	return c, dir
}

func TestRestartDuringAnOutage(t *testing.T) {
	for name, c := range map[string]struct {
		later  time.Duration
		state  keys.State
		fetch  int64
		served bool
	}{
		"while fresh":      {time.Minute, keys.StateFresh, 0, true},
		"last-known-good":  {23 * time.Hour, keys.StateStale, 1, true},
		"too old to serve": {25 * time.Hour, keys.StateUnavailable, 1, false},
	} {
		t.Run(name, func(t *testing.T) {
			files, _ := fileCache(t)
			i, clk := newIssuer(t, jwkSet(set(ec("a")))), newClock()
			found(t, i.source(clk, cached(files)), "a")
			i.down()
			i.hits.Store(0)
			clk.advance(c.later)

			s := i.source(clk, cached(files))
			_, err := look(s, "a")
			if (err == nil) != c.served {
				t.Fatalf("err = %v", err)
			}
			hits(t, i, c.fetch)
			if h := s.Health(); h.State != c.state || h.CacheError != "" || (h.CacheLoads == 1) != c.served {
				t.Fatalf("health = %+v", h)
			}
		})
	}
}

func TestDamagedCacheIsRefusedNotFatal(t *testing.T) {
	swap := func(old, replacement string) func([]byte) []byte {
		return func(b []byte) []byte { return bytes.Replace(b, []byte(old), []byte(replacement), 1) }
	}
	for name, c := range map[string]struct {
		damage func([]byte) []byte
		says   string
	}{
		"cut":          {func(b []byte) []byte { return b[:len(b)/2] }, "readable"},
		"garbage":      {func([]byte) []byte { return []byte("\x00\x01") }, "readable"},
		"date moved":   {swap(`"fetched_at":"2026`, `"fetched_at":"2025`), "checksum"},
		"body changed": {swap(`"body":"ey`, `"body":"eX`), "checksum"},
		"version":      {reseal(swap(`"version":1`, `"version":2`)), "version 2"},
		"empty set":    {reseal(swap(`"body":"`, `"body":"eyJrZXlzIjpbXX0=","x":"`)), "no usable keys"},
		"huge":         {func(b []byte) []byte { return append(b, bytes.Repeat([]byte(" "), 2<<20)...) }, "too large"},
		"above 16 MiB": {func([]byte) []byte { return make([]byte, 17<<20) }, "larger than"},
	} {
		t.Run(name, func(t *testing.T) {
			files, dir := fileCache(t)
			i, clk, seen := newIssuer(t, jwkSet(set(ec("a")))), newClock(), &events{}
			found(t, i.source(clk, cached(files)), "a")
			names, err := filepath.Glob(filepath.Join(dir, "*"))
			if err != nil || len(names) != 1 {
				t.Fatalf("files = %v, %v", names, err)
			}
			whole, err := os.ReadFile(names[0])
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(names[0], c.damage(whole), 0o600); err != nil {
				t.Fatal(err)
			}
			s := i.source(clk, cached(files), func(c *jwks.Config) {
				c.Emit = seen.emit
				c.Policy.FetchTimeout = time.Minute // a busy machine takes a while to read 17 MiB
			})
			found(t, s, "a") // fetched
			hits(t, i, 2)
			if h := s.Health(); !strings.Contains(h.CacheError, "cache load: ") || !strings.Contains(h.CacheError, c.says) {
				t.Fatalf("cache error = %v, want it to say %q", h.CacheError, c.says)
			}
			if _, ok := seen.take(s)[0].(event.KeyCacheFailed); !ok {
				t.Fatal("no CacheFailed")
			}
			found(t, i.source(clk, cached(files)), "a") // and the file is mended
			hits(t, i, 2)
		})
	}
}

// reseal gives a changed envelope a valid checksum, as a deliberate attacker would.
func reseal(change func([]byte) []byte) func([]byte) []byte {
	return func(b []byte) []byte {
		var e struct {
			Version      int    `json:"version"`
			ID           string `json:"id"`
			Origin       string `json:"origin"`
			URL          string `json:"url"`
			FetchedAt    string `json:"fetched_at"`
			FreshUntil   string `json:"fresh_until"`
			ETag         string `json:"etag,omitempty"`
			LastModified string `json:"last_modified,omitempty"`
			SHA256       string `json:"sha256"`
			Body         string `json:"body"`
		}
		if err := json.Unmarshal(change(b), &e); err != nil {
			panic(err)
		}
		e.SHA256 = ""
		open, err := json.Marshal(e)
		if err != nil {
			panic(err)
		}
		sum := sha256.Sum256(open)
		e.SHA256 = hex.EncodeToString(sum[:])
		sealed, err := json.Marshal(e)
		if err != nil {
			panic(err)
		}
		return sealed
	}
}

// TestEnvelopeIsHeldToOurPolicy: the writer may have had other figures than the reader.
func TestEnvelopeIsHeldToOurPolicy(t *testing.T) {
	i, clk, shared := newIssuer(t, jwkSet(set(ec("a")), "Cache-Control", "max-age=86400")), newClock(), &memory{}
	found(t, i.source(clk, cached(shared)), "a")
	if len(shared.data) != 1 || shared.data[i.URL+"/keys"] == nil {
		t.Fatalf("stored under another name than the URL: %d entries", len(shared.data))
	}
	s := i.source(clk, cached(shared), policy(keys.Policy{MaxFresh: time.Hour}))
	found(t, s, "a")
	if h := s.Health(); h.CacheLoads != 1 || h.FreshUntil.After(clk.Now().Add(time.Hour)) {
		t.Fatalf("health = %+v", h)
	}
	small := i.source(clk, cached(shared), policy(keys.Policy{MaxBytes: 64}))
	_, err := look(small, "a")
	if unavailable(t, err); !strings.Contains(small.Health().CacheError, "too large") {
		t.Fatalf("err = %v, cache error = %v", err, small.Health().CacheError)
	}
}

func TestEnvelopeOfAnotherSet(t *testing.T) {
	i, other, clk := newIssuer(t, jwkSet(set(ec("a")))), newIssuer(t, jwkSet(set(ec("evil")))), newClock()
	shared := &memory{}
	id := func(c *jwks.Config) { c.Cache, c.ID = shared, "same" }
	found(t, other.source(clk, id), "evil")
	s := i.source(clk, id)
	found(t, s, "a")
	if !strings.Contains(s.Health().CacheError, "another key set") {
		t.Fatal(s.Health().CacheError)
	}
	// A machine whose clock runs two minutes ahead.
	ahead := newClock()
	ahead.advance(2 * time.Minute)
	future := &memory{}
	found(t, i.source(ahead, cached(future)), "a")
	behind := i.source(clk, cached(future))
	i.hits.Store(0)
	found(t, behind, "a")
	hits(t, i, 1)
	if !strings.Contains(behind.Health().CacheError, "future") {
		t.Fatal(behind.Health().CacheError)
	}
}

func TestFleetSharesOneFetch(t *testing.T) {
	a := ec("a")
	i, clk, shared := newIssuer(t, jwkSet(set(a))), newClock(), &memory{}
	one, two := i.source(clk, cached(shared)), i.source(clk, cached(shared))
	found(t, one, "a")
	key := found(t, two, "a")
	hits(t, i, 1)
	if h := two.Health(); h.CacheLoads != 1 || h.Fetches != 0 {
		t.Fatalf("health = %+v", h)
	}
	// The refresh of one serves the other, which keeps its pointers.
	clk.advance(9 * time.Minute)
	found(t, one, "a")
	one.Await()
	found(t, two, "a")
	two.Await()
	hits(t, i, 2)
	if found(t, two, "a") != key || two.Health().CacheLoads != 2 {
		t.Fatal("the other did not take the refresh over as it was")
	}
	// So does a rotation that one has learned ...
	i.serve(jwkSet(set(a, ec("b"))))
	clk.advance(time.Second)
	found(t, one, "b")
	found(t, two, "b")
	hits(t, i, 3)
	// ... even when the envelope is not quite young, for it holds the key ...
	clk.advance(6 * time.Second)
	i.serve(jwkSet(set(a, ec("b2"))))
	found(t, one, "b2")
	clk.advance(30 * time.Second)
	found(t, two, "b2")
	hits(t, i, 4)
	// ... or if it lacks the key but is very recent.
	clk.advance(6 * time.Second)
	_, _ = look(one, "nobody's")
	hits(t, i, 5)
	clk.advance(time.Second)
	_, err := look(two, "another's")
	unknown(t, err, false)
	hits(t, i, 5)
	// But an older envelope does not answer for an unknown kid.
	i.serve(jwkSet(set(a, ec("c"))))
	clk.advance(6 * time.Second)
	found(t, two, "c")
	hits(t, i, 6)
}

func TestOldEnvelopeDoesNotAnswerAnUnknownKid(t *testing.T) {
	a := ec("a")
	i, clk, shared := newIssuer(t, jwkSet(set(a))), newClock(), &memory{}
	two := i.source(clk, cached(shared))
	found(t, two, "a")
	clk.advance(time.Second)
	one := i.source(clk, func(c *jwks.Config) { c.Cache = shared })
	_, err := look(one, "x") // taken from the cache, younger than the cool-down ...
	if err == nil {
		t.Fatal("found")
	}
	_, err = look(one, "y") // ... and this one fetches: newer than two's
	unknown(t, err, false)
	hits(t, i, 2)
	clk.advance(30 * time.Second)
	i.serve(jwkSet(set(a, ec("b"))))
	found(t, two, "b") // the envelope is newer than two's set, but 30 s old and without b
	hits(t, i, 3)
}

func TestRevalidationAfterARestart(t *testing.T) {
	files, _ := fileCache(t)
	i, clk := newIssuer(t, jwkSet(set(ec("a")), "ETag", `"v1"`)), newClock()
	found(t, i.source(clk, cached(files)), "a")
	i.serve(status(304))
	clk.advance(time.Hour)
	s := i.source(clk, cached(files))
	found(t, s, "a")
	if h := s.Health(); h.NotModified != 1 || h.State != keys.StateFresh {
		t.Fatalf("health = %+v", h)
	}
	i.down() // the renewed date was stored too
	found(t, i.source(clk, cached(files)), "a")
	hits(t, i, 2)
}

func TestBadCacheNeverCostsKeys(t *testing.T) {
	quit := make(chan struct{})
	defer close(quit)
	for name, before := range map[string]func(context.Context, string) error{
		"fails":               func(context.Context, string) error { return errors.New("disk full") },
		"panics":              func(context.Context, string) error { panic("cache") },
		"hangs":               func(ctx context.Context, _ string) error { <-ctx.Done(); return ctx.Err() },
		"ignores its context": func(context.Context, string) error { <-quit; return nil },
	} {
		t.Run(name, func(t *testing.T) {
			i := newIssuer(t, jwkSet(set(ec("a"))))
			s := i.source(newClock(), cached(&memory{before: before}), policy(keys.Policy{FetchTimeout: 2 * time.Second}))
			found(t, s, "a")
			if h := s.Health(); !strings.Contains(h.CacheError, "cache store: ") || h.LastError != "" {
				t.Fatalf("health = %+v", h)
			}
		})
	}
}
