package jwks_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core/event"
	"github.com/revstackhq/auth-go/core/internal/jwks"
	"github.com/revstackhq/auth-go/core/keys"
)

func TestColdStart(t *testing.T) {
	before := runtime.NumGoroutine()
	gate := make(chan struct{})
	good := jwkSet(set(ec("a")))
	i := newIssuer(t, func(w http.ResponseWriter, r *http.Request) { <-gate; good(w, r) })
	s := i.source(newClock())
	const n = 10_000
	var wg, waiting sync.WaitGroup
	got := make([]*jwks.Key, n)
	waiting.Add(n)
	for g := range n {
		wg.Go(func() {
			waiting.Done()
			if keys, err := look(s, "a"); err == nil {
				got[g] = keys[0]
			}
		})
	}
	waiting.Wait()
	close(gate)
	wg.Wait()
	for g, key := range got {
		if key == nil || key != got[0] {
			t.Fatalf("goroutine %d got %v: more than one parse, or none", g, key)
		}
	}
	hits(t, i, 1)
	i.Close()
	settled(t, before)
}

func TestFirstCallerCancels(t *testing.T) {
	entered, gate := make(chan struct{}), make(chan struct{})
	good := jwkSet(set(ec("a")))
	i := newIssuer(t, func(w http.ResponseWriter, r *http.Request) { close(entered); <-gate; good(w, r) })
	s := i.source(newClock())
	ctx, cancel := context.WithCancel(context.Background())
	first := make(chan error, 1)
	go func() { _, err := s.Lookup(ctx, "a", true, "ES256"); first <- err }()
	select {
	case <-entered:
	case err := <-first:
		t.Fatalf("no request was made: %v", err)
	}
	others := make(chan error, 20)
	for range cap(others) {
		go func() { _, err := look(s, "a"); others <- err }()
	}
	cancel()
	if err := <-first; !errors.Is(err, context.Canceled) {
		t.Fatalf("first: %v", err)
	}
	close(gate)
	for range cap(others) {
		if err := <-others; err != nil {
			t.Fatalf("another waiting caller: %v", err)
		}
	}
	hits(t, i, 1)
}

// TestFetchIsDetached: the fetch has the values of the request that started it, so that a tracing client finds its
// span, but its own deadline.
func TestFetchIsDetached(t *testing.T) {
	type mark struct{}
	s := jwks.New(jwks.Config{
		URL: "https://issuer.example/keys", Clock: newClock(),
		Client: &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			deadline, ok := r.Context().Deadline()
			if !ok || deadline.After(time.Now().Add(5*time.Second)) {
				t.Errorf("deadline %v, %v; want the fetch timeout", deadline, ok)
			}
			if r.Context().Value(mark{}) != true {
				t.Error("the caller's values did not reach the fetch")
			}
			return nil, errors.New("enough")
		})},
	})
	ctx, cancel := context.WithTimeout(context.WithValue(context.Background(), mark{}, true), time.Hour)
	defer cancel()
	_, err := s.Lookup(ctx, "a", true, "ES256")
	unavailable(t, err)
}

func TestNewIsFree(t *testing.T) {
	before := runtime.NumGoroutine()
	i := newIssuer(t, jwkSet(set(ec("a"))))
	serving := runtime.NumGoroutine()
	for range 10_000 {
		_ = i.source(nil)
	}
	if now := runtime.NumGoroutine(); now > serving {
		t.Fatalf("%d goroutines, %d before", now, serving)
	}
	for range 50 { // and a used one leaves nothing behind
		found(t, i.source(nil), "a")
	}
	hits(t, i, 50)
	settled(t, serving) // no kept connection either
	i.Close()
	settled(t, before)
}

func TestOneOfFiftyUnreadable(t *testing.T) {
	var entries []any
	for n := range 50 {
		entries = append(entries, ed(fmt.Sprint("k", n)))
	}
	entries[17] = jwk{"kty": "new", "kid": "k17"}
	i := newIssuer(t, jwkSet(set(entries...)))
	s := i.source(newClock())
	if err := s.Ready(context.Background()); err != nil {
		t.Fatal(err)
	}
	if h := s.Health(); len(h.Keys) != 49 || len(h.Skipped) != 1 || h.Skipped[0].Index != 17 || h.Skipped[0].ID != "k17" {
		t.Fatalf("%d keys, skipped %+v", len(h.Keys), h.Skipped)
	}
}

func TestRevalidation(t *testing.T) {
	a := set(ec("a"))
	var asked []http.Header
	i := newIssuer(t, func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.Header.Clone())
		if r.Header.Get("If-None-Match") == `"v1"` {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		jwkSet(a, "ETag", `"v1"`, "Last-Modified", "Sun, 01 Mar 2026 00:00:00 GMT", "Cache-Control", "max-age=3600")(w, r)
	})
	clk, seen := newClock(), &events{}
	s := i.source(clk, func(c *jwks.Config) { c.Emit = seen.emit })
	key := found(t, s, "a")
	clk.advance(time.Hour)
	if found(t, s, "a") != key {
		t.Fatal("304 changed the key's pointer")
	}
	h := s.Health()
	if h.NotModified != 1 || h.State != keys.StateFresh || !h.FreshUntil.Equal(clk.Now().Add(time.Hour)) {
		t.Fatalf("health = %+v, want another hour of freshness", h)
	}
	if asked[1].Get("If-Modified-Since") == "" || asked[0].Get("If-None-Match") != "" {
		t.Fatalf("asked with %v", asked)
	}
	evs := seen.take(s)
	if ev, ok := evs[1].(event.KeysRefreshed); !ok || !ev.NotModified || ev.Keys != 1 {
		t.Fatalf("events = %+v", evs)
	}
	clk.advance(time.Hour) // validators survive a 304
	found(t, s, "a")
	if s.Health().NotModified != 2 {
		t.Fatal("no second 304")
	}
}

func TestReady(t *testing.T) {
	i, clk := newIssuer(t, status(503)), newClock()
	s := i.source(clk)
	err := s.Ready(context.Background())
	unavailable(t, err)
	i.serve(jwkSet(set(ec("a"))))
	clk.advance(time.Second)
	if err := s.Ready(context.Background()); err != nil {
		t.Fatal(err)
	}
	hits(t, i, 2)
	i.hang() // there are keys: ready without waiting, although they are no longer fresh
	clk.advance(time.Hour)
	if err := s.Ready(context.Background()); err != nil || !s.Fetching() {
		t.Fatalf("err = %v, fetching %v", err, s.Fetching())
	}
}

func TestHealthWhileBusy(t *testing.T) {
	i, clk := newIssuer(t, jwkSet(set(ec("a")))), newClock()
	s := i.source(clk)
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			for n := range 200 {
				_, _ = look(s, fmt.Sprint(g, "-", n))
				_ = s.Health()
				clk.advance(time.Second)
			}
		})
	}
	wg.Wait()
	found(t, s, "a")
}
