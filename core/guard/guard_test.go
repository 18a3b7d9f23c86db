package guard_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/event"
	"github.com/revstackhq/auth-go/core/guard"
)

// tally counts events.
type tally struct{ verified, rejected atomic.Int64 }

func (c *tally) observe(_ context.Context, e event.Event) {
	switch e.(type) {
	case event.TokenVerified:
		c.verified.Add(1)
	case event.TokenRejected:
		c.rejected.Add(1)
	}
}

// answer sends a request through a handler that writes the user id.
func answer(tb testing.TB, guards []func(http.Handler) http.Handler, r *http.Request) *httptest.ResponseRecorder {
	tb.Helper()
	var h http.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write([]byte("user=" + core.UserID(r.Context())))
	})
	for _, wrap := range slices.Backward(guards) {
		h = wrap(h)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestGuardModes(t *testing.T) {
	good, bad := hs256(t, nil), hs256(t, map[string]any{"exp": 1})
	down := newKeyServer(t)
	down.Down.Store(true)
	failing := guard.Extractors(guard.Bearer(), guard.Cookie("s"))
	refuse := guard.Policies(policyFunc(func(*core.Session) error { return core.CodeForbidden }))
	skip := guard.Skip(func(r guard.Request) bool { return r.Path() == "/health" })
	cases := []struct {
		name   string
		opts   []guard.Option
		rules  core.Rules
		target string
		fields []string
		status int
		body   string
	}{
		{"required: good", nil, secretRules(), "/", []string{"Authorization", "Bearer " + good}, 200, "user=user_1"},
		{"required: none", nil, secretRules(), "/", nil, 401, "TOKEN_MISSING"},
		{"required: bad", nil, secretRules(), "/", []string{"Authorization", "Bearer " + bad}, 401, "TOKEN_EXPIRED"},
		{
			"optional: good",
			[]guard.Option{guard.Optional()},
			secretRules(), "/",
			[]string{"Authorization", "Bearer " + good},
			200, "user=user_1",
		},
		{"optional: none", []guard.Option{guard.Optional()}, secretRules(), "/", nil, 200, "user="},
		{
			"optional: another scheme",
			[]guard.Option{guard.Optional()},
			secretRules(), "/",
			[]string{"Authorization", "Basic x"},
			200, "user=",
		},
		{
			"optional: bad",
			[]guard.Option{guard.Optional()},
			secretRules(), "/",
			[]string{"Authorization", "Bearer " + bad},
			401, "TOKEN_EXPIRED",
		},
		{
			"optional: malformed",
			[]guard.Option{guard.Optional()},
			secretRules(), "/",
			[]string{"Authorization", "Bearer"},
			400, "INVALID_REQUEST",
		},
		{"optional: keys down", []guard.Option{guard.Optional()}, down.Rules(), "/", []string{
			"Authorization", "Bearer " + rs256(t, "k1", nil),
		}, 503, "KEYS_UNAVAILABLE"},
		{
			"best effort: good",
			[]guard.Option{guard.InsecureBestEffort()},
			secretRules(), "/",
			[]string{"Authorization", "Bearer " + good},
			200, "user=user_1",
		},
		{"best effort: none", []guard.Option{guard.InsecureBestEffort()}, secretRules(), "/", nil, 200, "user="},
		{
			"best effort: bad",
			[]guard.Option{guard.InsecureBestEffort()},
			secretRules(), "/",
			[]string{"Authorization", "Bearer " + bad},
			200, "user=",
		},
		{
			"best effort: malformed",
			[]guard.Option{guard.InsecureBestEffort(), failing},
			secretRules(), "/",
			[]string{"Authorization", "Bearer"},
			200, "user=",
		},
		{"best effort: keys down", []guard.Option{guard.InsecureBestEffort()}, down.Rules(), "/", []string{
			"Authorization", "Bearer " + rs256(t, "k1", nil),
		}, 503, "KEYS_UNAVAILABLE"},
		{"skip: skipped", []guard.Option{skip}, secretRules(), "/health", nil, 200, "user="},
		{
			"skip: skipped with a token",
			[]guard.Option{skip},
			secretRules(), "/health",
			[]string{"Authorization", "Bearer " + good},
			200, "user=",
		},
		{
			"skip: skipped with a bad token",
			[]guard.Option{skip},
			secretRules(), "/health",
			[]string{"Authorization", "Bearer " + bad},
			200, "user=",
		},
		{"skip: not skipped", []guard.Option{skip}, secretRules(), "/healthy", nil, 401, "TOKEN_MISSING"},
		{
			"policy: refused",
			[]guard.Option{refuse},
			secretRules(), "/",
			[]string{"Authorization", "Bearer " + good},
			403,
			"FORBIDDEN",
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			g, err := guard.New(newVerifier(t, c.rules), c.opts...)
			if err != nil {
				t.Fatal(err)
			}
			w := answer(t, []func(http.Handler) http.Handler{g.Handler}, request(http.MethodGet, c.target, c.fields...))
			if w.Code != c.status || !strings.Contains(w.Body.String(), c.body) {
				t.Errorf("got %d %s", w.Code, w.Body)
			}
			if c.body == "user=" && w.Body.String() != c.body {
				t.Errorf("not anonymous: %s", w.Body)
			}
		})
	}
}

// An outer and an inner guard with one contract verify once; with two, each verifies.
func TestGuardTwice(t *testing.T) {
	var counts tally
	verifier := newVerifier(t, secretRules(), core.WithObserver(counts.observe))
	again := with(func(r *core.Rules) { r.Leeway = -1 })
	other := newVerifier(t, again, core.WithObserver(counts.observe))
	strict := newVerifier(
		t,
		with(func(r *core.Rules) { r.Audiences = []string{"other"} }),
		core.WithObserver(counts.observe),
	)
	guarded := func(v *core.Verifier, opts ...guard.Option) func(http.Handler) http.Handler {
		g, err := guard.New(v, opts...)
		if err != nil {
			t.Fatal(err)
		}
		return g.Handler
	}
	refuse := guard.Policies(policyFunc(func(*core.Session) error { return core.CodeForbidden }))
	revoked := guard.Revocation(
		revoker(func(context.Context, *core.Session) error { return core.CodeTokenRevoked }),
		guard.FailClosed,
	)
	optional := guard.Optional()
	cases := []struct {
		name               string
		guards             []func(http.Handler) http.Handler
		token              bool
		status             int
		verified, rejected int64
	}{
		{"once", []func(http.Handler) http.Handler{guarded(verifier)}, true, 200, 1, 0},
		{"twice the same", []func(http.Handler) http.Handler{guarded(verifier), guarded(verifier)}, true, 200, 1, 0},
		{"optional, then required", []func(http.Handler) http.Handler{
			guarded(verifier, optional), guarded(verifier),
		}, true, 200, 1, 0},
		{"optional, then required, anonymous", []func(http.Handler) http.Handler{
			guarded(verifier, optional), guarded(verifier),
		}, false, 401, 0, 1},
		{"the inner policy counts", []func(http.Handler) http.Handler{
			guarded(verifier), guarded(verifier, refuse),
		}, true, 403, 1, 1},
		{"the inner revocation counts", []func(http.Handler) http.Handler{
			guarded(verifier), guarded(verifier, revoked),
		}, true, 401, 1, 1},
		{"two contracts, both accept", []func(http.Handler) http.Handler{guarded(verifier), guarded(other)}, true, 200, 2, 0},
		{
			"two contracts, the inner refuses",
			[]func(http.Handler) http.Handler{guarded(verifier), guarded(strict)},
			true,
			401, 1, 1,
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			counts.verified.Store(0)
			counts.rejected.Store(0)
			r := request(http.MethodGet, "/")
			if c.token {
				r.Header.Set("Authorization", "Bearer "+hs256(t, map[string]any{"jti": c.name}))
			}
			w := answer(t, c.guards, r)
			if w.Code != c.status || counts.verified.Load() != c.verified || counts.rejected.Load() != c.rejected {
				t.Errorf("status %d, verified %d, rejected %d", w.Code, counts.verified.Load(), counts.rejected.Load())
			}
		})
	}
	// A session from NewContext was not verified by a guard, so it is not trusted.
	s, err := verifier.Verify(t.Context(), hs256(t, nil))
	if err != nil {
		t.Fatal(err)
	}
	r := request(http.MethodGet, "/").WithContext(core.NewContext(t.Context(), s))
	if w := answer(t, []func(http.Handler) http.Handler{guarded(verifier)}, r); w.Code != 401 {
		t.Errorf("a session without a token passed: %d", w.Code)
	}
}

func TestRequire(t *testing.T) {
	var log bytes.Buffer
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&log, nil)))
	t.Cleanup(func() { slog.SetDefault(before) })
	var counts tally
	g, err := guard.New(
		newVerifier(t, secretRules(), core.WithObserver(counts.observe)),
		guard.Optional(),
		guard.Realm("api"),
	)
	if err != nil {
		t.Fatal(err)
	}
	var typedNil *core.Error
	pass := policyFunc(func(*core.Session) error { return nil })
	fail := policyFunc(func(*core.Session) error {
		return &core.Error{Code: core.CodeInsufficientScope, Scopes: []string{"write"}}
	})
	good := request(http.MethodGet, "/", "Authorization", "Bearer "+hs256(t, nil))
	cases := []struct {
		name      string
		policies  []core.Policy
		guarded   bool
		r         *http.Request
		status    int
		challenge string
		rejected  int64
	}{
		{"met", []core.Policy{pass}, true, good, 200, "", 0},
		{"none: signed in", nil, true, good, 200, "", 0},
		{"none: anonymous", nil, true, request(http.MethodGet, "/"), 401, `Bearer realm="api"`, 1},
		{"anonymous", []core.Policy{pass}, true, request(http.MethodGet, "/"), 401, `Bearer realm="api"`, 1},
		{
			"not met",
			[]core.Policy{pass, fail},
			true, good, 403,
			`Bearer realm="api", error="insufficient_scope", scope="write"`, 1,
		},
		{"refused by a nil *Error, what follows is not skipped", []core.Policy{
			policyFunc(func(*core.Session) error { return typedNil }), pass,
		}, true, good, 403, `Bearer realm="api", error="insufficient_scope"`, 1},
		{
			"an error without a code",
			[]core.Policy{policyFunc(func(*core.Session) error { return &core.Error{} })},
			true,
			good, 403, `Bearer realm="api", error="insufficient_scope"`, 1,
		},
		{
			"any other error",
			[]core.Policy{policyFunc(func(*core.Session) error { return errors.New("no") })},
			true, good,
			403, `Bearer realm="api", error="insufficient_scope"`, 1,
		},
		{"no guard", []core.Policy{pass}, false, good, 500, "", 0},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			log.Reset()
			counts.rejected.Store(0)
			handlers := []func(http.Handler) http.Handler{guard.Require(c.policies...).Handler}
			if c.guarded {
				handlers = []func(http.Handler) http.Handler{g.Handler, handlers[0]}
			}
			w := answer(t, handlers, c.r)
			if got := w.Header().Get("WWW-Authenticate"); w.Code != c.status || got != c.challenge {
				t.Errorf("got %d, %s", w.Code, got)
			}
			if logged := strings.Contains(log.String(), "no guard"); logged == c.guarded {
				t.Errorf("log: %s", log.String())
			}
			if counts.rejected.Load() != c.rejected {
				t.Errorf("%d rejections were reported", counts.rejected.Load())
			}
		})
	}
	defer func() {
		if p := recover(); p == nil || !strings.Contains(p.(string), "policy 2 is nil") {
			t.Errorf("a nil policy: %v", p)
		}
	}()
	guard.Require(pass, policyFunc(nil))
}
