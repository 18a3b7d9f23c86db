package introspect_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/core/introspect"
)

// TestHangingServer: a request waits for Timeout at most, and for a second if its session may be kept. The transport
// ignores the end of the request, as the worst one could.
func TestHangingServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hang := make(chan struct{})
		defer close(hang)
		var up atomic.Bool
		up.Store(true)
		clock := authtest.NewClock(time.Now())
		cfg := introspect.Config{
			Server: introspect.Server{URL: "https://id.northwind.example/introspect"},
			Rules:  core.Rules{Issuer: issuer, Audiences: core.Strings{audience}},
			HTTPClient: &http.Client{Transport: roundTripper(func(*http.Request) (*http.Response, error) {
				if !up.Load() {
					<-hang
					return nil, errors.New("closed")
				}
				return &http.Response{
					StatusCode: http.StatusOK,
					Header:     http.Header{"Content-Type": {"application/json"}},
					Body:       io.NopCloser(strings.NewReader(active(clock, nil))),
				}, nil
			})},
			Logger: slog.New(slog.DiscardHandler), KeepInOutage: time.Hour,
		}
		c := newClient(t, cfg)
		_, err := authenticate(t, c, token)
		want(t, "before", err, "")
		up.Store(false)
		time.Sleep(time.Minute)
		clock.Set(time.Now())
		took := func(token string, code core.Code) time.Duration {
			start := time.Now()
			_, err := authenticate(t, c, token)
			want(t, token, err, code)
			return time.Since(start)
		}
		for n := range 3 {
			if d := took(fmt.Sprint("unknown-", n), introspect.CodeUnavailable); d != 5*time.Second {
				t.Errorf("an unknown token waited %v", d)
			}
		}
		if d := took("unknown-3", introspect.CodeUnavailable); d != 0 {
			t.Errorf("after three failures a request waited %v", d)
		}
		time.Sleep(time.Second)
		if d := took(token, ""); d != time.Second {
			t.Errorf("a kept session waited %v", d)
		}
		if d := took(token, ""); d > time.Second {
			t.Errorf("a kept session waited %v", d)
		}
	})
}

// TestOneCallForEachToken: requests share a call, and one that gives up does not end it for the others.
func TestOneCallForEachToken(t *testing.T) {
	clock := authtest.NewClock(time.Unix(1_800_000_000, 0))
	gate, arrived := make(chan struct{}), make(chan struct{}, 10)
	s := newServer(t, func(w http.ResponseWriter, r *http.Request) {
		arrived <- struct{}{}
		<-gate
		answer(200, active(clock, nil))(w, r)
	})
	c := newClient(t, config(s, clock))
	ctx, cancel := context.WithCancel(t.Context())
	first := make(chan error, 1)
	go func() {
		_, err := c.Authenticate(ctx, core.Credentials{Token: token})
		first <- err
	}()
	<-arrived
	const others = 50
	sessions := make(chan *core.Session, others)
	var started sync.WaitGroup
	for range others {
		started.Add(1)
		go func() {
			started.Done()
			session, err := c.Authenticate(t.Context(), core.Credentials{Token: token})
			if err != nil {
				t.Error(err)
			}
			sessions <- session
		}()
	}
	started.Wait()
	cancel()
	want(t, "the one that gave up", <-first, core.CodeRequestCanceled)
	close(gate)
	var shared *core.Session
	for range others {
		session := <-sessions
		if shared == nil {
			shared = session
		}
		if session != shared {
			t.Error("two requests have different sessions")
		}
	}
	if s.asked.Load() != 1 {
		t.Errorf("asked %d times", s.asked.Load())
	}
}

// TestUnknownTokensAreLimited: made-up tokens cannot make the server be asked without end, and active ones do not
// count.
func TestUnknownTokensAreLimited(t *testing.T) {
	clock := authtest.NewClock(time.Unix(1_800_000_000, 0))
	inactive, good := answer(200, `{"active":false}`), answer(200, active(clock, nil))
	s := newServer(t, good)
	cfg := config(s, clock)
	cfg.MaxInactivePerSecond = 10
	c := newClient(t, cfg)
	for n := range 100 {
		_, err := authenticate(t, c, fmt.Sprint("good-", n))
		want(t, "an active token", err, "")
	}
	s.handle.Store(&inactive)
	refused := map[core.Code]int{}
	for n := range 100 {
		_, err := authenticate(t, c, fmt.Sprint("made-up-", n))
		refused[core.CodeOf(err)]++
	}
	if refused[introspect.CodeInactive] != 20 || refused[introspect.CodeUnavailable] != 80 {
		t.Errorf("%v", refused)
	}
	_, err := authenticate(t, c, "good-1")
	want(t, "a remembered token", err, "")
	clock.Advance(time.Second)
	s.handle.Store(&good)
	_, err = authenticate(t, c, "good-new")
	want(t, "a second later", err, "")

	clock.Advance(time.Minute)
	s.handle.Store(&inactive)
	for n := range 100 {
		_, _ = authenticate(t, c, fmt.Sprint("made-up-again-", n))
	}
	s.handle.Store(&good)
	_, err = authenticate(t, c, "good-1")
	want(t, "a token past MaxAge, during the attack", err, "")
	_, err = authenticate(t, c, "never-seen")
	want(t, "another one, during the attack", err, introspect.CodeUnavailable)
}

// TestTooManyCalls: a call more than MaxConcurrent is not made.
func TestTooManyCalls(t *testing.T) {
	clock := authtest.NewClock(time.Unix(1_800_000_000, 0))
	gate, arrived := make(chan struct{}), make(chan struct{}, 10)
	s := newServer(t, func(w http.ResponseWriter, r *http.Request) {
		arrived <- struct{}{}
		<-gate
		answer(200, active(clock, nil))(w, r)
	})
	cfg := config(s, clock)
	cfg.MaxConcurrent = 2
	c := newClient(t, cfg)
	var wg sync.WaitGroup
	for n := range 2 {
		wg.Go(func() {
			if _, err := c.Authenticate(t.Context(), core.Credentials{Token: fmt.Sprint("token-", n)}); err != nil {
				t.Error(err)
			}
		})
	}
	<-arrived
	<-arrived
	_, err := authenticate(t, c, "token-3")
	want(t, "a third call", err, introspect.CodeUnavailable)
	close(gate)
	wg.Wait()
}
