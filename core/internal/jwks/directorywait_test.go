package jwks_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/revstackhq/auth-go/core/internal/jwks"
)

// remote is the issuer of a directory in a synctest bubble. While it is blocked, fetches wait.
type remote struct {
	mu      sync.Mutex
	byKid   map[string][]byte
	status  int // of an answer without a page
	blocked chan struct{}
	fetches int
}

func newRemote() *remote { return &remote{byKid: map[string][]byte{}, status: http.StatusForbidden} }

// set runs change under the lock.
func (r *remote) set(change func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	change()
}

// block makes fetches wait until release is called.
func (r *remote) block() (release func()) {
	c := make(chan struct{})
	r.set(func() { r.blocked = c })
	return func() {
		r.set(func() { r.blocked = nil })
		close(c)
	}
}

func (r *remote) directory() *jwks.Directory {
	return jwks.NewDirectory(jwks.Config{
		URL:        "https://keys.example/{kid}",
		Algorithms: []string{"ES256"},
		Client:     &http.Client{Transport: roundTrip(r.answer)},
	})
}

func (r *remote) answer(req *http.Request) (*http.Response, error) {
	r.mu.Lock()
	r.fetches++
	blocked := r.blocked
	r.mu.Unlock()
	if blocked != nil {
		select {
		case <-blocked:
		case <-req.Context().Done():
			return nil, req.Context().Err()
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if page := r.byKid[strings.TrimPrefix(req.URL.Path, "/")]; page != nil {
		return respond(http.StatusOK, page), nil
	}
	return respond(r.status, nil), nil
}

// lookup looks kid up in a goroutine of its own.
func lookup(d *jwks.Directory, kid string) (result func() error) {
	done := make(chan error, 1)
	go func() { done <- second(at(d, kid)) }()
	return func() error { return <-done }
}

// TestDirectoryFetchOfAnotherKid: a caller that waits for the fetch of another kid does not take that answer for its
// own.
func TestDirectoryFetchOfAnotherKid(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRemote()
		r.byKid[uuid(2)] = ecPEM(t)
		d := r.directory()
		release := r.block()
		missing := lookup(d, uuid(1))
		synctest.Wait()
		waiting := lookup(d, uuid(2))
		synctest.Wait()
		release()
		unknown(t, missing(), false)
		unknown(t, waiting(), true) // the issuer was not asked for it: the cool-down has begun
		time.Sleep(5 * time.Second)
		has(t, d, uuid(2))
	})
}

// TestDirectoryTooManyWaiting: of the requests with made-up kids, 256 wait for a fetch that hangs. The others do not.
func TestDirectoryTooManyWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRemote()
		d := r.directory()
		release := r.block()
		var results []func() error
		for n := range 256 {
			results = append(results, lookup(d, uuid(1+n)))
			synctest.Wait()
		}
		start := time.Now()
		unavailable(t, second(at(d, uuid(1))))
		if waited := time.Since(start); waited != 0 {
			t.Errorf("one request too many waited for %v", waited)
		}
		release()
		for _, result := range results {
			if result() == nil {
				t.Error("a made-up kid was served")
			}
		}
		time.Sleep(time.Minute)
		release = r.block()
		again := lookup(d, uuid(1)) // no caller is waiting, so there is room again
		synctest.Wait()
		release()
		unknown(t, again(), false)
	})
}

// TestDirectoryRetryAfterFailure: callers wait for the retry of a fetch that failed, unless it timed out a moment ago.
func TestDirectoryRetryAfterFailure(t *testing.T) {
	for name, c := range map[string]struct {
		fail  func(r *remote, d *jwks.Directory)
		pause time.Duration
	}{
		"a status": {func(r *remote, d *jwks.Directory) {
			r.set(func() { r.status = http.StatusInternalServerError })
			_, _ = at(d, uuid(1))
		}, 2 * time.Second},
		"a timeout long ago": {func(r *remote, d *jwks.Directory) {
			defer r.block()()
			_, _ = at(d, uuid(1))
		}, 10 * time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRemote()
				d := r.directory()
				c.fail(r, d)
				time.Sleep(c.pause)
				r.set(func() { r.byKid[uuid(1)] = ecPEM(t) })
				release := r.block()
				first, joined := lookup(d, uuid(1)), lookup(d, uuid(1))
				synctest.Wait()
				release()
				if err := errors.Join(first(), joined()); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

// TestDirectoryBackoff: the back-off grows with every failure, honors Retry-After, and starts again after a success.
func TestDirectoryBackoff(t *testing.T) {
	p, clk := newPages(t, uuid(1)), newClock()
	d := p.directory(clk)
	p.down()
	fails := func(least, most time.Duration) {
		t.Helper()
		err := second(at(d, uuid(1)))
		if strings.Count(err.Error(), "keys unavailable") != 1 {
			t.Errorf("the error repeats itself: %v", err)
		}
		wait := unavailable(t, err)
		if wait < least || wait > most {
			t.Errorf("the next try is in %v, want %v to %v", wait, least, most)
		}
		clk.advance(wait)
	}
	fails(800*time.Millisecond, time.Second)
	fails(1600*time.Millisecond, 2*time.Second)
	p.serve(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "60")
		w.WriteHeader(http.StatusServiceUnavailable)
	})
	fails(time.Minute, time.Minute)
	if h := d.Health(); h.LastError == "" || h.LastErrorKind != "status" || h.Fetches != 3 || h.Failures != 3 {
		t.Errorf("health = %+v", h)
	}
	p.serve(p.page)
	has(t, d, uuid(1))
	if h := d.Health(); h.LastError != "" {
		t.Errorf("last error = %q after a success", h.LastError)
	}
	p.down()
	if wait := unavailable(t, second(at(d, uuid(2)))); wait > time.Second {
		t.Errorf("after a success the back-off starts at %v", wait)
	}
}

// TestDirectoryCallerContext: the error of a caller that stopped waiting is that of its context.
func TestDirectoryCallerContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRemote()
		d := r.directory()
		release := r.block()
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := d.Lookup(ctx, uuid(1), true, "ES256"); !errors.Is(err, context.Canceled) {
			t.Errorf("err = %v", err)
		}
		release()
	})
}
