package jwks_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/revstackhq/auth-go/core/event"
	"github.com/revstackhq/auth-go/core/internal/jwks"
)

// bubble returns a source whose fetches are answered in memory and whose clock is the bubble's.
func bubble(answer func(ctx context.Context) (*http.Response, error), change ...func(*jwks.Config)) *jwks.Source {
	cfg := jwks.Config{
		URL: "https://issuer.example/keys",
		Client: &http.Client{
			Transport: roundTrip(func(r *http.Request) (*http.Response, error) { return answer(r.Context()) }),
		},
	}
	for _, f := range change {
		f(&cfg)
	}
	return jwks.New(cfg)
}

// switchable answers with a set, or hangs until the fetch times out.
type switchable struct {
	mu      sync.Mutex
	body    []byte
	hanging bool
	fetches int
}

func (s *switchable) answer(ctx context.Context) (*http.Response, error) {
	s.mu.Lock()
	hanging, body := s.hanging, s.body
	s.fetches++
	s.mu.Unlock()
	if hanging {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	return respond(http.StatusOK, body), nil
}

func (s *switchable) hang(on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hanging = on
}

// TestSlowObserverHoldsNobody: an observer that takes a minute for each event delays neither requests nor fetches.
func TestSlowObserverHoldsNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		endpoint := &switchable{body: set(ec("a"))}
		var mu sync.Mutex
		reported := 0
		s := bubble(endpoint.answer, func(c *jwks.Config) {
			c.Cache = &memory{before: func(context.Context, string) error { return errors.New("cache is down") }}
			c.Emit = func(context.Context, event.Event) {
				time.Sleep(time.Minute)
				mu.Lock()
				reported++
				mu.Unlock()
			}
		})
		start := time.Now()
		var wg sync.WaitGroup
		for range 10 {
			wg.Go(func() { found(t, s, "a") })
		}
		wg.Wait()
		time.Sleep(11 * time.Minute)
		asked := time.Now()
		found(t, s, "a") // renewed while the observer may still be busy
		if since := asked.Sub(start) - 11*time.Minute; since != 0 {
			t.Errorf("the first requests were held for %v", since)
		}
		if since := time.Since(asked); since != 0 {
			t.Errorf("the renewing request was held for %v", since)
		}
		time.Sleep(time.Hour)
		mu.Lock()
		defer mu.Unlock()
		if reported != 6 { // two fetches: each time the cache fails to load and to store, and the set is refreshed
			t.Errorf("%d events", reported)
		}
	})
}

// TestHangingObserverIsBounded: an observer that never returns costs one goroutine, whatever happens.
func TestHangingObserverIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		endpoint := &switchable{body: set(ec("a"))}
		var entered atomic.Int64
		s := bubble(endpoint.answer, func(c *jwks.Config) {
			c.Emit = func(context.Context, event.Event) {
				entered.Add(1)
				<-release
			}
		})
		for range 200 {
			found(t, s, "a")
			time.Sleep(11 * time.Minute)
		}
		if entered.Load() != 1 {
			t.Errorf("%d calls of an observer that has not returned", entered.Load())
		}
		close(release)
		synctest.Wait()
		if entered.Load() != 65 { // the one that hung, and the newest 64
			t.Errorf("%d events after it returned", entered.Load())
		}
	})
}

// TestStaleKeysAreServedWithinASecond: while the endpoint hangs, last-known-good keys answer in time.
func TestStaleKeysAreServedWithinASecond(t *testing.T) {
	for name, c := range map[string]struct {
		deadline time.Duration // of the caller; 0: none
		want     time.Duration
	}{
		"no deadline":         {0, time.Second},
		"a deadline of 10 s":  {10 * time.Second, time.Second},
		"a deadline of 1 s":   {time.Second, 500 * time.Millisecond},
		"a deadline of 10 ms": {10 * time.Millisecond, 5 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				endpoint := &switchable{body: set(ec("a"))}
				s := bubble(endpoint.answer)
				found(t, s, "a")
				endpoint.hang(true)
				time.Sleep(11 * time.Minute)
				ctx := t.Context()
				if c.deadline > 0 {
					var cancel context.CancelFunc
					ctx, cancel = context.WithTimeout(ctx, c.deadline)
					defer cancel()
				}
				start := time.Now()
				keys, err := s.Lookup(ctx, "a", true, "ES256")
				if err != nil || len(keys) != 1 {
					t.Fatalf("%v, %v", keys, err)
				}
				if held := time.Since(start); held != c.want {
					t.Errorf("held for %v, want %v", held, c.want)
				}
				time.Sleep(2 * time.Second) // the same fetch still hangs: it was waited for long enough
				start = time.Now()
				found(t, s, "a")
				if held := time.Since(start); held != 0 {
					t.Errorf("a later request was held for %v", held)
				}
				s.Await()
			})
		})
	}
}

// TestCrowdOfUnknownKeys: of the requests with made-up key ids 256 wait for a fetch that hangs, the others do not.
func TestCrowdOfUnknownKeys(t *testing.T) {
	for name, age := range map[string]time.Duration{"fresh set": time.Minute, "stale set": 11 * time.Minute} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				endpoint := &switchable{body: set(ec("a"))}
				s := bubble(endpoint.answer)
				found(t, s, "a")
				endpoint.hang(true)
				time.Sleep(age)
				const n = 1000
				start := time.Now()
				var mu sync.Mutex
				var wg sync.WaitGroup
				atOnce, waited := 0, 0
				for range n {
					wg.Go(func() {
						_, err := look(s, "made-up")
						unavailable(t, err)
						mu.Lock()
						defer mu.Unlock()
						if time.Since(start) == 0 {
							atOnce++
						} else {
							waited++
						}
					})
				}
				synctest.Wait()
				found(t, s, "a") // the waiting requests do not block a known key
				wg.Wait()
				if waited != 256 || atOnce != n-256 {
					t.Errorf("%d waited, %d were refused at once", waited, atOnce)
				}
				endpoint.hang(false)
				time.Sleep(time.Minute)
				_, err := look(s, "made-up too") // the seats are free again
				unknown(t, err, false)
			})
		})
	}
}

// TestRetryAfter: a server that asks to be left alone is, for at most five minutes.
func TestRetryAfter(t *testing.T) {
	date := func(d time.Duration) string { return newClock().Now().Add(d).Format(http.TimeFormat) }
	for name, c := range map[string]struct {
		status           int
		retryAfter, date string
		least, most      time.Duration
	}{
		"429 in seconds":           {429, "60", "", time.Minute, time.Minute},
		"503 in seconds":           {503, "90", "", 90 * time.Second, 90 * time.Second},
		"429 as a date":            {429, date(2 * time.Minute), "", 2 * time.Minute, 2 * time.Minute},
		"by the server's clock":    {429, date(time.Hour + time.Minute), date(time.Hour), time.Minute, time.Minute},
		"an hour is five minutes":  {429, "3600", "", 5 * time.Minute, 5 * time.Minute},
		"less than the back-off":   {503, "0", "", 800 * time.Millisecond, time.Second},
		"in the past":              {429, date(-time.Hour), "", 800 * time.Millisecond, time.Second},
		"unreadable":               {429, "soon", "", 800 * time.Millisecond, time.Second},
		"a status without meaning": {500, "60", "", 800 * time.Millisecond, time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			i, clk := newIssuer(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header()["Date"] = nil
				if c.date != "" {
					w.Header().Set("Date", c.date)
				}
				w.Header().Set("Retry-After", c.retryAfter)
				w.WriteHeader(c.status)
			}), newClock()
			s := i.source(clk)
			_, err := look(s, "a")
			var refused *jwks.FetchError
			if !errors.As(err, &refused) || refused.RetryAfter < 0 {
				t.Errorf("the server asks for %+v", refused)
			}
			if wait := unavailable(t, err); wait < c.least || wait > c.most {
				t.Fatalf("next try after %v, want %v to %v", wait, c.least, c.most)
			}
			i.serve(jwkSet(set(ec("a"))))
			clk.advance(c.least - time.Millisecond)
			_, err = look(s, "a")
			unavailable(t, err)
			hits(t, i, 1)
			clk.advance(c.most - c.least + time.Millisecond)
			found(t, s, "a")
		})
	}
}

func respond(status int, body []byte) *http.Response {
	return &http.Response{
		StatusCode: status,
		Header:     http.Header{"Content-Type": {"application/json"}},
		Body:       io.NopCloser(bytes.NewReader(body)),
	}
}
