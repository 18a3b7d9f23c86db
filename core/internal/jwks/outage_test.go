package jwks_test

import (
	"context"
	"errors"
	"net/http"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core/event"
	"github.com/revstackhq/auth-go/core/internal/jwks"
	"github.com/revstackhq/auth-go/core/keys"
)

func TestIssuerDownAtStart(t *testing.T) {
	before := runtime.NumGoroutine()
	i, clk, seen := newIssuer(t, status(503)), newClock(), &events{}
	s := i.source(clk, func(c *jwks.Config) { c.Emit = seen.emit })
	if h := s.Health(); h.State != keys.StateEmpty {
		t.Fatalf("state = %s", h.State)
	}
	// 10,000 requests over 100 s, 10 ms apart.
	var last time.Time
	var lastTry int64
	for range 10_000 {
		_, err := look(s, "a")
		wait := unavailable(t, err)
		if wait <= 0 || wait > 30*time.Second || kindOf(err) != jwks.KindStatus {
			t.Fatalf("err = %v, retry after %v", err, wait)
		}
		if n := i.hits.Load(); n != lastTry { // a fetch: the step before it must be over
			if clk.Now().Before(last) {
				t.Fatalf("fetch %d came %v before its back-off ended", n, last.Sub(clk.Now()))
			}
			last, lastTry = s.Health().NextTry, n
		}
		clk.advance(10 * time.Millisecond)
	}
	// 1+2+4+8+16+30+30 s are the whole steps; jitter may shorten each by a fifth.
	if n := i.hits.Load(); n < 6 || n > 9 {
		t.Fatalf("%d fetches in 100 s, want one per back-off step", n)
	}
	if h := s.Health(); h.State != keys.StateUnavailable || h.Failures != h.Fetches {
		t.Fatalf("health = %+v", h)
	}
	if evs := seen.take(s); len(evs) != int(i.hits.Load()) {
		t.Fatalf("%d events, want one Unavailable for each fetch", len(evs))
	}

	// Back again: the first good answer within one back-off step.
	i.serve(jwkSet(set(ec("a"))))
	_, err := look(s, "a")
	clk.advance(unavailable(t, err))
	found(t, s, "a")
	if h := s.Health(); h.State != keys.StateFresh || h.LastError != "" || !h.NextTry.IsZero() {
		t.Fatalf("health = %+v", h)
	}
	i.down() // the next outage starts at the first step again
	clk.advance(11 * time.Minute)
	found(t, s, "a")
	if wait := s.Health().NextTry.Sub(clk.Now()); wait <= 0 || wait > time.Second {
		t.Fatalf("next try after %v", wait)
	}
	i.Close()
	settled(t, before)
}

func TestHang(t *testing.T) {
	i, clk := newIssuer(t, nil), newClock()
	i.hang()
	s := i.source(clk, policy(keys.Policy{FetchTimeout: 2 * time.Second})) // all 200 ask before it ends

	var wg sync.WaitGroup
	var timeouts atomic.Int64
	for range 200 { // bounded by the fetch timeout: they all come back
		wg.Go(func() {
			if _, err := look(s, "a"); kindOf(err) == jwks.KindTimeout {
				timeouts.Add(1)
			}
		})
	}
	wg.Wait()
	if timeouts.Load() != 200 {
		t.Fatalf("%d of 200 saw the timeout", timeouts.Load())
	}
	hits(t, i, 1)
	for range 10_000 { // then fail fast
		_, err := look(s, "a")
		unavailable(t, err)
	}
	hits(t, i, 1)
}

// TestHangRetryHoldsUpOneCaller: during the retry of a fetch that timed out, only the caller that started it waits.
func TestHangRetryHoldsUpOneCaller(t *testing.T) {
	i, clk := newIssuer(t, jwkSet(set(ec("a")))), newClock()
	entered, release := make(chan struct{}), make(chan struct{})
	attempt := 0
	s := i.source(clk, func(c *jwks.Config) {
		c.Policy.FetchTimeout = time.Minute
		c.Client = &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			if attempt++; attempt == 1 {
				return nil, context.DeadlineExceeded
			}
			close(entered)
			<-release
			return http.DefaultTransport.RoundTrip(r)
		})}
	})
	_, err := look(s, "a")
	if unavailable(t, err); kindOf(err) != jwks.KindTimeout {
		t.Fatal(err)
	}
	clk.advance(time.Second)
	started := make(chan error, 1)
	go func() { _, err := look(s, "a"); started <- err }()
	select {
	case <-entered:
	case err := <-started:
		t.Fatalf("no retry: %v", err)
	}
	for range 100 {
		_, err = look(s, "a")
		unavailable(t, err)
	}
	if !s.Fetching() {
		t.Fatal("they waited for the retry")
	}
	close(release)
	if err := <-started; err != nil {
		t.Fatalf("the caller that started the retry: %v", err)
	}
	http.DefaultTransport.(*http.Transport).CloseIdleConnections() // a panic fails the test
}

func TestOwnDeadlineEndsTheWait(t *testing.T) {
	i := newIssuer(t, nil)
	i.hang()
	s := i.source(newClock())
	ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	_, err := s.Lookup(ctx, "a", true, "ES256")
	unavailable(t, err)
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("err = %v", err)
	}
	if !s.Fetching() {
		t.Fatal("the caller's deadline ended the fetch")
	}
	if err := s.Ready(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("Ready = %v", err)
	}
}

func TestLastKnownGood(t *testing.T) {
	for name, c := range map[string]struct {
		maxStale time.Duration
		outage   time.Duration // past freshness
		served   bool
	}{
		"23 h":                 {0, 23 * time.Hour, true},
		"25 h":                 {0, 25 * time.Hour, false},
		"longer by option":     {48 * time.Hour, 25 * time.Hour, true},
		"none by option":       {-1, time.Second, false},
		"at the very boundary": {0, 24 * time.Hour, false},
	} {
		t.Run(name, func(t *testing.T) {
			i, clk, seen := newIssuer(t, jwkSet(set(ec("a")))), newClock(), &events{}
			s := i.source(clk, policy(keys.Policy{MaxStale: c.maxStale}), func(c *jwks.Config) { c.Emit = seen.emit })
			found(t, s, "a")
			seen.take(s)
			i.down()
			clk.advance(10*time.Minute + c.outage)
			_, err := look(s, "a")
			h := s.Health()
			if c.served {
				if _, ok := seen.take(s)[0].(event.KeysStale); err != nil || h.State != keys.StateStale || !ok {
					t.Fatalf("err = %v, health = %+v", err, h)
				}
				_, err := look(s, "new") // its key may have come during the outage
				unavailable(t, err)
			} else {
				unavailable(t, err)
				if _, ok := seen.take(s)[0].(event.KeysUnavailable); h.State != keys.StateUnavailable || !ok {
					t.Fatalf("health = %+v", h)
				}
			}
			i.serve(jwkSet(set(ec("b"))))
			clk.advance(time.Second)
			_, _ = look(s, "b") // starts the fetch, or joins it
			s.Await()
			found(t, s, "b")
		})
	}
}

// TestStaleDoesNotWaitTwice: the first request past freshness learns of the outage; those after it get last-known-good
// at once, even while a retry hangs.
func TestStaleDoesNotWaitTwice(t *testing.T) {
	i, clk := newIssuer(t, jwkSet(set(ec("a")))), newClock()
	s := i.source(clk)
	found(t, s, "a")
	i.down()
	clk.advance(11 * time.Minute)
	found(t, s, "a")
	hits(t, i, 2)
	i.hang()
	clk.advance(time.Second)
	for range 1000 {
		found(t, s, "a") // waiting would take the fetch timeout of 5 s each
	}
	if !s.Fetching() {
		t.Fatal("nothing tries to reach the issuer")
	}
}

// TestStaleWaitsAgainAfterALull: with rare requests an old failure says nothing about now, and a revoked key must go.
func TestStaleWaitsAgainAfterALull(t *testing.T) {
	i, clk := newIssuer(t, jwkSet(set(ec("a")))), newClock()
	s := i.source(clk)
	found(t, s, "a")
	i.down()
	clk.advance(11 * time.Minute)
	found(t, s, "a")
	i.serve(jwkSet(set(ec("b"))))
	clk.advance(time.Hour)
	_, err := look(s, "a")
	unknown(t, err, false)
}

func TestFailureWhileFresh(t *testing.T) {
	i, clk, seen := newIssuer(t, jwkSet(set(ec("a")))), newClock(), &events{}
	s := i.source(clk, func(c *jwks.Config) { c.Emit = seen.emit })
	found(t, s, "a")
	i.down()
	clk.advance(9 * time.Minute)
	seen.take(s)
	found(t, s, "a")
	s.Await()
	if h := s.Health(); h.State != keys.StateFresh || h.LastError == "" || h.NextTry.IsZero() {
		t.Fatalf("health = %+v", h)
	}
	if _, ok := seen.take(s)[0].(event.KeysRefreshFailed); !ok {
		t.Fatal("no RefreshFailed")
	}
	hits(t, i, 2)
	_, err := look(s, "x") // in back-off: cannot know
	unavailable(t, err)
	hits(t, i, 2)
}

func TestForeignCodeCannotHurt(t *testing.T) {
	quit := make(chan struct{})
	defer close(quit)
	for name, c := range map[string]struct {
		client roundTrip
		kind   jwks.FetchKind
	}{
		"panic": {func(*http.Request) (*http.Response, error) { panic("boom") }, jwks.KindPanic},
		"ignores its context": {func(*http.Request) (*http.Response, error) {
			<-quit
			return nil, errors.New("late")
		}, jwks.KindTimeout},
	} {
		t.Run(name, func(t *testing.T) {
			s := jwks.New(jwks.Config{
				URL: "https://issuer.example/keys", Client: &http.Client{Transport: c.client}, Clock: newClock(),
				Policy: keys.Policy{FetchTimeout: 50 * time.Millisecond},
				Emit:   func(context.Context, event.Event) { panic("observer") },
			})
			var wg sync.WaitGroup
			for range 20 {
				wg.Go(func() {
					if _, err := look(s, "a"); kindOf(err) != c.kind {
						t.Errorf("err = %v", err)
					}
				})
			}
			wg.Wait()
		})
	}
}

// TestNobodyWaitsForTheNextFailure: while fetches are known to fail, last-known-good keys are used at once, during the
// back-off and while the next try is under way.
func TestNobodyWaitsForTheNextFailure(t *testing.T) {
	i, clk := newIssuer(t, jwkSet(set(ec("a")))), newClock()
	s := i.source(clk)
	found(t, s, "a")
	i.down()
	clk.advance(time.Hour)
	for range 3 { // the first one fetches
		found(t, s, "a")
	}
	hits(t, i, 2)
	i.hang()
	clk.advance(time.Minute / 4)
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	for range 3 { // the first one starts a fetch that hangs
		if _, err := s.Lookup(gone, "a", true, "ES256"); err != nil {
			t.Fatalf("a request waits for a fetch that hangs: %v", err)
		}
	}
}

// TestReadyDoesNotWaitWithStaleKeys: a probe asks whether requests would be served, and they would.
func TestReadyDoesNotWaitWithStaleKeys(t *testing.T) {
	i, clk := newIssuer(t, jwkSet(set(ec("a")))), newClock()
	s := i.source(clk)
	found(t, s, "a")
	i.hang()
	clk.advance(time.Hour)
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Ready(gone); err != nil {
		t.Errorf("not ready: %v", err)
	}
}

// TestKeysEndWhileTheirFetchHangs: keys that were last-known-good when a request began to wait are not used once their
// time is over.
func TestKeysEndWhileTheirFetchHangs(t *testing.T) {
	i, clk := newIssuer(t, jwkSet(set(ec("a")))), newClock()
	s := i.source(clk)
	found(t, s, "a")
	i.hang()
	clk.advance(time.Hour)
	failed := make(chan error)
	go func() {
		_, err := look(s, "a")
		failed <- err
	}()
	for i.hits.Load() < 2 { // it waits now
		runtime.Gosched()
	}
	clk.advance(48 * time.Hour)
	unavailable(t, <-failed)
}

// TestNegativeMaxStaleShortensNothing: it says that keys are not used past their freshness, and no more.
func TestNegativeMaxStaleShortensNothing(t *testing.T) {
	i, clk := newIssuer(t, jwkSet(set(ec("a")))), newClock()
	s := i.source(clk, policy(keys.Policy{MaxStale: -time.Hour}))
	for range 3 {
		found(t, s, "a")
	}
	hits(t, i, 1)
	i.hang()
	clk.advance(9*time.Minute + 30*time.Second) // renewed ahead, and still fresh
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Lookup(gone, "a", true, "ES256"); err != nil {
		t.Errorf("fresh keys are not used while they are renewed: %v", err)
	}
}
