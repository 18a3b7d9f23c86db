package guard_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/guard"
)

func TestRevocation(t *testing.T) {
	var asked atomic.Int64
	var verdict error
	var log bytes.Buffer
	var nilError *core.Error
	check := func(ctx context.Context, s *core.Session) error {
		asked.Add(1)
		if s.UserID() != "user_1" || ctx == nil {
			t.Error("called without a session")
		}
		return verdict
	}
	verifier := newVerifier(t, secretRules(), core.WithLogger(slog.New(slog.NewTextHandler(&log, nil))))
	newGuard := func(f guard.RevocationFailure) *guard.Guard {
		g, err := guard.New(verifier, guard.Revocation(revoker(check), f))
		if err != nil {
			t.Fatal(err)
		}
		return g
	}
	cases := []struct {
		name         string
		verdict      error
		open, closed core.Code
	}{
		{"good", nil, "", ""},
		{"revoked", core.CodeTokenRevoked, core.CodeTokenRevoked, core.CodeTokenRevoked},
		{"revoked, as an *Error", &core.Error{Code: core.CodeTokenRevoked}, core.CodeTokenRevoked, core.CodeTokenRevoked},
		{
			"revoked, wrapped",
			errors.Join(errors.New("list says"), core.CodeTokenRevoked),
			core.CodeTokenRevoked,
			core.CodeTokenRevoked,
		},
		{"can't decide", errors.New("redis is down"), "", core.CodeRevocationUnavailable},
		{"another code is undecided too", core.CodeForbidden, "", core.CodeRevocationUnavailable},
		{"a nil *Error is undecided too", nilError, "", core.CodeRevocationUnavailable},
	}
	token := hs256(t, nil)
	for _, c := range cases {
		for failure, want := range map[guard.RevocationFailure]core.Code{guard.FailOpen: c.open, guard.FailClosed: c.closed} {
			log.Reset()
			asked.Store(0)
			verdict = c.verdict
			for i := range 2 { // the second time from memory
				_, rejection := newGuard(failure).Check(t.Context(), get("Authorization", "Bearer "+token))
				if (rejection == nil) != (want == "") {
					t.Fatalf("%s, %d: %v", c.name, failure, rejection)
				}
				if rejection != nil {
					wantCode(t, rejection, want)
					if want == core.CodeRevocationUnavailable &&
						(rejection.Status != 503 || rejection.Header.Get("Retry-After") != "5") {
						t.Errorf("%s: %d %v", c.name, rejection.Status, rejection.Header)
					}
				}
				if asked.Load() != int64(i+1) {
					t.Errorf("%s: asked %d times in %d requests", c.name, asked.Load(), i+1)
				}
			}
			logged := strings.Contains(log.String(), "revocation can't be checked")
			if logged != (c.closed == core.CodeRevocationUnavailable) {
				t.Errorf("%s: log %q", c.name, log.String())
			}
		}
	}
	if hits := verifier.Stats().Hits; hits == 0 {
		t.Error("no session came from the token cache")
	}
}

// A store that is down, or that fails and recovers repeatedly, must not flood the
// log in either failure mode.
func TestRevocationOutageIsLoggedOnce(t *testing.T) {
	for failure, want := range map[guard.RevocationFailure]string{
		guard.FailOpen:   "level=WARN",
		guard.FailClosed: "level=ERROR",
	} {
		var log bytes.Buffer
		var down error
		clock := newClock()
		g, err := guard.New(
			newVerifier(t, secretRules(), core.WithClock(clock), core.WithLogger(slog.New(slog.NewTextHandler(&log, nil)))),
			guard.Revocation(revoker(func(context.Context, *core.Session) error { return down }), failure),
		)
		if err != nil {
			t.Fatal(err)
		}
		token := hs256(t, nil)
		lines := func(step string, n int, want ...string) {
			t.Helper()
			for range n {
				_, _ = g.Check(t.Context(), get("Authorization", "Bearer "+token))
			}
			got := strings.Split(strings.TrimSpace(log.String()), "\n")
			if log.Len() == 0 {
				got = nil
			}
			log.Reset()
			got = slices.DeleteFunc(got, func(line string) bool { return strings.Contains(line, "auth: requests rejected") })
			if len(got) != len(want) {
				t.Fatalf("%s: logged %q, want %d lines", step, got, len(want))
			}
			for i := range want {
				if !strings.Contains(got[i], want[i]) {
					t.Errorf("%s: logged %q, want %q", step, got[i], want[i])
				}
			}
		}
		lines("up", 10)
		down = errors.New("redis is down")
		lines("down", 1000, want)
		clock.Advance(time.Minute)
		lines("still down", 1000)
		down = nil
		lines("up again", 10, "failed_checks=2000")
		for range 100 {
			down = errors.New("redis is down")
			lines("coming", 1)
			down = nil
			lines("going", 1)
		}
		down = errors.New("redis is down")
		lines("down again, just after", 10)
		clock.Advance(10 * time.Second)
		lines("down again", 10, want)
		down = core.CodeTokenRevoked
		lines("a revoked session is an answer, just after", 1)
		clock.Advance(10 * time.Second)
		lines("a revoked session is an answer", 1, "failed_checks=")
	}
}

// A client that closes the connection does not count as an outage of the keys, of
// revocation or of a resolver, and is not counted as a rejection.
func TestClientThatHangsUp(t *testing.T) {
	var log bytes.Buffer
	var counts tally
	opts := []core.Option{core.WithObserver(counts.observe), core.WithLogger(slog.New(slog.NewTextHandler(&log, nil)))}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	server := newKeyServer(t, publicJWK(rsaKey().Public(), "k1", ""))
	gate := make(chan struct{})
	server.Gate.Store(&gate)
	defer close(gate)
	stuck := func(ctx context.Context, _ *core.Session) error { return ctx.Err() }
	resolver := core.Resolver{Resolve: func(context.Context, string) (*core.Contract, error) { <-gate; return nil, nil }}

	keys := newVerifier(t, server.Rules(), opts...)
	for name, c := range map[string]struct {
		verifier *core.Verifier
		token    string
		opts     []guard.Option
	}{
		"keys":              {keys, rs256(t, "k1", nil), nil},
		"keys, best effort": {keys, rs256(t, "k1", nil), []guard.Option{guard.InsecureBestEffort()}},
		"resolver": {
			newVerifier(t, secretRules(), append(opts, resolver)...),
			hs256(t, map[string]any{"iss": "https://one.tenants.example"}),
			nil,
		},
		"closed": {
			newVerifier(t, secretRules(), opts...),
			hs256(t, nil),
			[]guard.Option{guard.Revocation(revoker(stuck), guard.FailClosed)},
		},
		"open": {
			newVerifier(t, secretRules(), opts...),
			hs256(t, nil),
			[]guard.Option{guard.Revocation(revoker(stuck), guard.FailOpen)},
		},
	} {
		g, err := guard.New(c.verifier, c.opts...)
		if err != nil {
			t.Fatal(err)
		}
		s, rejection := g.Check(ctx, get("Authorization", "Bearer "+c.token))
		if s != nil || rejection == nil {
			t.Errorf("%s: was let in", name)
			continue
		}
		wantCode(t, rejection, core.CodeRequestCanceled)
		if !errors.Is(rejection, context.Canceled) || errors.Is(rejection, core.CodeNetworkError) ||
			rejection.Status != 499 ||
			rejection.Header.Get("WWW-Authenticate") != "" || rejection.Header.Get("Retry-After") != "" {
			t.Errorf("%s: %v, %d %v", name, rejection, rejection.Status, rejection.Header)
		}
	}
	if n := counts.rejected.Load(); n != 0 || log.Len() > 0 {
		t.Errorf("observers got %d rejections, the log has %q", n, log.String())
	}
	// A deadline is not caused by the client.
	ctx, cancel = context.WithTimeout(t.Context(), 0)
	defer cancel()
	_, err := keys.Verify(ctx, rs256(t, "k1", nil))
	wantCode(t, err, core.CodeKeysUnavailable)
}
