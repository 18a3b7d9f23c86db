package core_test

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
	"github.com/revstackhq/auth-go/core/keys"
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

// answer runs a request through a handler that says who came.
func answer(tb testing.TB, guards []func(http.Handler) http.Handler, r *http.Request) *httptest.ResponseRecorder {
	tb.Helper()
	var h http.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write([]byte("user=" + core.UserID(r.Context())))
	})
	for _, guard := range slices.Backward(guards) {
		h = guard(h)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestGuardModes(t *testing.T) {
	good, bad := hs256(t, nil), hs256(t, map[string]any{"exp": 1})
	down := newKeyServer(t)
	down.down.Store(true)
	failing := core.WithExtractors(core.Bearer(), core.Cookie("s"))
	refuse := core.WithPolicy(policyFunc(func(*core.Session) error { return core.CodeForbidden }))
	skip := core.WithSkip(func(r core.Request) bool { return r.Path() == "/health" })
	cases := []struct {
		name   string
		opts   []core.Option
		rules  core.Rules
		target string
		fields []string
		status int
		body   string
	}{
		{"required: good", nil, secretRules(), "/", []string{"Authorization", "Bearer " + good}, 200, "user=user_1"},
		{"required: none", nil, secretRules(), "/", nil, 401, "TOKEN_MISSING"},
		{"required: bad", nil, secretRules(), "/", []string{"Authorization", "Bearer " + bad}, 401, "TOKEN_EXPIRED"},
		{"optional: good", []core.Option{core.Optional()}, secretRules(), "/", []string{"Authorization", "Bearer " + good}, 200, "user=user_1"},
		{"optional: none", []core.Option{core.Optional()}, secretRules(), "/", nil, 200, "user="},
		{"optional: another scheme", []core.Option{core.Optional()}, secretRules(), "/", []string{"Authorization", "Basic x"}, 200, "user="},
		{"optional: bad", []core.Option{core.Optional()}, secretRules(), "/", []string{"Authorization", "Bearer " + bad}, 401, "TOKEN_EXPIRED"},
		{"optional: malformed", []core.Option{core.Optional()}, secretRules(), "/", []string{"Authorization", "Bearer"}, 400, "INVALID_REQUEST"},
		{"optional: keys down", []core.Option{core.Optional()}, down.rules(), "/", []string{"Authorization", "Bearer " + rs256(t, "k1", nil)}, 503, "KEYS_UNAVAILABLE"},
		{"best effort: good", []core.Option{core.InsecureBestEffort()}, secretRules(), "/", []string{"Authorization", "Bearer " + good}, 200, "user=user_1"},
		{"best effort: none", []core.Option{core.InsecureBestEffort()}, secretRules(), "/", nil, 200, "user="},
		{"best effort: bad", []core.Option{core.InsecureBestEffort()}, secretRules(), "/", []string{"Authorization", "Bearer " + bad}, 200, "user="},
		{"best effort: malformed", []core.Option{core.InsecureBestEffort(), failing}, secretRules(), "/", []string{"Authorization", "Bearer"}, 200, "user="},
		{"best effort: keys down", []core.Option{core.InsecureBestEffort()}, down.rules(), "/", []string{"Authorization", "Bearer " + rs256(t, "k1", nil)}, 503, "KEYS_UNAVAILABLE"},
		{"skip: skipped", []core.Option{skip}, secretRules(), "/health", nil, 200, "user="},
		{"skip: skipped with a token", []core.Option{skip}, secretRules(), "/health", []string{"Authorization", "Bearer " + good}, 200, "user="},
		{"skip: skipped with a bad token", []core.Option{skip}, secretRules(), "/health", []string{"Authorization", "Bearer " + bad}, 200, "user="},
		{"skip: not skipped", []core.Option{skip}, secretRules(), "/healthy", nil, 401, "TOKEN_MISSING"},
		{"policy: refused", []core.Option{refuse}, secretRules(), "/", []string{"Authorization", "Bearer " + good}, 403, "FORBIDDEN"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			g, err := core.NewGuard(newVerifier(t, c.rules), c.opts...)
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

// An outer and an inner guard of one contract verify once, others each their own.
func TestGuardTwice(t *testing.T) {
	var counts tally
	verifier := newVerifier(t, secretRules(), core.WithObserver(counts.observe))
	again := with(func(r *core.Rules) { r.Leeway = -1 })
	other := newVerifier(t, again, core.WithObserver(counts.observe))
	strict := newVerifier(t, with(func(r *core.Rules) { r.Audiences = []string{"other"} }), core.WithObserver(counts.observe))
	guard := func(v *core.Verifier, opts ...core.Option) func(http.Handler) http.Handler {
		g, err := core.NewGuard(v, opts...)
		if err != nil {
			t.Fatal(err)
		}
		return g.Handler
	}
	refuse := core.WithPolicy(policyFunc(func(*core.Session) error { return core.CodeForbidden }))
	revoked := core.WithRevocation(func(context.Context, *core.Session) error { return core.CodeTokenRevoked }, core.FailClosed)
	optional := core.Optional()
	cases := []struct {
		name               string
		guards             []func(http.Handler) http.Handler
		token              bool
		status             int
		verified, rejected int64
	}{
		{"once", []func(http.Handler) http.Handler{guard(verifier)}, true, 200, 1, 0},
		{"twice the same", []func(http.Handler) http.Handler{guard(verifier), guard(verifier)}, true, 200, 1, 0},
		{"optional, then required", []func(http.Handler) http.Handler{guard(verifier, optional), guard(verifier)}, true, 200, 1, 0},
		{"optional, then required, anonymous", []func(http.Handler) http.Handler{guard(verifier, optional), guard(verifier)}, false, 401, 0, 1},
		{"the inner policy counts", []func(http.Handler) http.Handler{guard(verifier), guard(verifier, refuse)}, true, 403, 1, 1},
		{"the inner revocation counts", []func(http.Handler) http.Handler{guard(verifier), guard(verifier, revoked)}, true, 401, 1, 1},
		{"two contracts, both accept", []func(http.Handler) http.Handler{guard(verifier), guard(other)}, true, 200, 2, 0},
		{"two contracts, the inner refuses", []func(http.Handler) http.Handler{guard(verifier), guard(strict)}, true, 401, 1, 1},
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
	// What NewContext put there was not verified by a guard, so it is not trusted.
	s, err := verifier.Verify(t.Context(), hs256(t, nil))
	if err != nil {
		t.Fatal(err)
	}
	r := request(http.MethodGet, "/").WithContext(core.NewContext(t.Context(), s))
	if w := answer(t, []func(http.Handler) http.Handler{guard(verifier)}, r); w.Code != 401 {
		t.Errorf("a session without a token passed: %d", w.Code)
	}
}

func TestRequire(t *testing.T) {
	var log bytes.Buffer
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&log, nil)))
	t.Cleanup(func() { slog.SetDefault(before) })
	var counts tally
	g, err := core.NewGuard(newVerifier(t, secretRules(), core.WithObserver(counts.observe)), core.Optional(), core.WithRealm("api"))
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
		{"not met", []core.Policy{pass, fail}, true, good, 403, `Bearer realm="api", error="insufficient_scope", scope="write"`, 1},
		{"refused by a nil *Error, what follows is not skipped", []core.Policy{policyFunc(func(*core.Session) error { return typedNil }), pass}, true, good, 403, `Bearer realm="api", error="insufficient_scope"`, 1},
		{"an error without a code", []core.Policy{policyFunc(func(*core.Session) error { return &core.Error{} })}, true, good, 403, `Bearer realm="api", error="insufficient_scope"`, 1},
		{"any other error", []core.Policy{policyFunc(func(*core.Session) error { return errors.New("no") })}, true, good, 403, `Bearer realm="api", error="insufficient_scope"`, 1},
		{"no guard", []core.Policy{pass}, false, good, 500, "", 0},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			log.Reset()
			counts.rejected.Store(0)
			handlers := []func(http.Handler) http.Handler{core.Require(c.policies...).Handler}
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
				t.Errorf("%d refusals were told", counts.rejected.Load())
			}
		})
	}
	defer func() {
		if p := recover(); p == nil || !strings.Contains(p.(string), "policy 2 is nil") {
			t.Errorf("a nil policy: %v", p)
		}
	}()
	core.Require(pass, policyFunc(nil))
}

func TestGuardFaults(t *testing.T) {
	verifier := newVerifier(t, secretRules())
	var nilPolicy policyFunc
	allow := policyFunc(func(*core.Session) error { return nil })
	var nilClock *handClock
	cases := []struct {
		name   string
		source core.Source
		opts   []core.Option
		fields []string
	}{
		{"no source", nil, []core.Option{core.WithRealm("é")}, []string{"WithRealm", "contract"}},
		{"nil contract", (*core.Contract)(nil), nil, []string{"contract"}},
		{"nil verifier", (*core.Verifier)(nil), nil, []string{"verifier"}},
		{"zero verifier", &core.Verifier{}, nil, []string{"verifier"}},
		{"nil option", verifier, []core.Option{core.Optional(), nil}, []string{"option 2"}},
		{"realm with a line break", verifier, []core.Option{core.WithRealm("a\r\nSet-Cookie: b")}, []string{"WithRealm"}},
		{"two modes", verifier, []core.Option{core.Optional(), core.InsecureBestEffort()}, []string{"Optional"}},
		{"a policy that the anonymous would pass", verifier, []core.Option{core.Optional(), core.WithPolicy(allow)}, []string{"WithPolicy"}},
		{"a policy that everybody would pass", verifier, []core.Option{core.WithPolicy(allow), core.InsecureBestEffort()}, []string{"WithPolicy"}},
		{"nil functions", verifier, []core.Option{core.WithSkip(nil), core.WithResponder(nil), core.WithMessages(nil), core.WithRevocation(nil, core.FailOpen)}, []string{"WithSkip", "WithResponder", "WithMessages", "WithRevocation"}},
		{"no extractor", verifier, []core.Option{core.WithExtractors()}, []string{"WithExtractors"}},
		{"nil extractors", verifier, []core.Option{core.WithExtractors(nil, core.ExtractorFunc(nil))}, []string{"WithExtractors[0]", "WithExtractors[1]"}},
		{"extractors without names", verifier, []core.Option{core.WithExtractors(core.Cookie(""), core.InsecureCookie(""), core.Header(""), core.WebSocketProtocol(""), core.InsecureQuery(""))}, []string{"Cookie", "Cookie", "Header", "WebSocketProtocol", "InsecureQuery"}},
		{"a cookie that can't be", verifier, []core.Option{core.WithExtractors(core.Cookie("a b"), core.InsecureCookie("a=b"))}, []string{"Cookie", "Cookie"}},
		{"bad trusted origins", verifier, []core.Option{core.WithExtractors(core.Cookie("s", "app.example", "https://a.example/path"))}, []string{"Cookie", "Cookie"}},
		{"nil policies", verifier, []core.Option{core.WithPolicy(nil, nilPolicy)}, []string{"WithPolicy[0]", "WithPolicy[1]"}},
		{"revocation without a choice", verifier, []core.Option{core.WithRevocation(func(context.Context, *core.Session) error { return nil }, 0)}, []string{"WithRevocation"}},
		{"bad resource", verifier, []core.Option{core.WithResourceMetadata(core.ResourceMetadata{Resource: "http://api.example"})}, []string{"WithResourceMetadata.Resource"}},
		{"bad server", verifier, []core.Option{core.WithResourceMetadata(core.ResourceMetadata{Resource: "https://api.example", AuthorizationServers: []string{"x"}})}, []string{"WithResourceMetadata.AuthorizationServers[0]"}},
		{"options of a verifier", verifier, []core.Option{core.WithClock(newClock()), core.WithTokenCache(core.TokenCache{})}, []string{"WithClock", "WithTokenCache"}},
		{
			"bad options of a verifier", newContract(t, secretRules()),
			[]core.Option{
				core.WithClock(nilClock), core.WithHTTPClient(nil), core.WithKeyCache(nil), core.WithObserver(nil), core.WithLogger(nil), core.WithResolver(core.Resolver{MaxTenants: -1}),
				core.WithTokenCache(core.TokenCache{MaxEntries: -1, MaxBytes: -1}), core.WithKeyPolicy(keys.Policy{Cooldown: -1}), core.WithContracts(nil),
			},
			[]string{
				"WithClock", "WithHTTPClient", "WithKeyCache", "WithObserver", "WithLogger", "WithResolver.Resolve", "WithResolver.MaxTenants",
				"WithTokenCache.MaxEntries", "WithTokenCache.MaxBytes", "WithKeyPolicy.Cooldown", "contract",
			},
		},
		{"all at once", newContract(t, secretRules()), []core.Option{core.WithRealm("é"), core.WithLogger(nil)}, []string{"WithRealm", "WithLogger"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			g, err := core.NewGuard(c.source, c.opts...)
			var fields []string
			for _, f := range core.ConfigErrors(err) {
				fields = append(fields, f.Field)
			}
			if g != nil || strings.Join(fields, "|") != strings.Join(c.fields, "|") {
				t.Fatalf("got %q, want %q: %v", fields, c.fields, err)
			}
			defer func() {
				if text, _ := recover().(string); !strings.HasPrefix(text, "core.New: auth: ") || !strings.Contains(text, c.fields[len(c.fields)-1]) {
					t.Errorf("Middleware panicked with %q", text)
				}
			}()
			core.Middleware(c.source, c.opts...)
		})
	}
}

// A guard or verifier that nobody made refuses; it does not panic.
func TestZeroGuardAndVerifier(t *testing.T) {
	for name, g := range map[string]*core.Guard{"nil": nil, "zero": {}} {
		s, rejection := g.Check(t.Context(), get("Authorization", "Bearer x"))
		if s != nil || rejection == nil || rejection.Status != 500 {
			t.Errorf("%s guard: %v %v", name, s, rejection)
		}
		if ctx, rejection := g.Enter(t.Context(), get()); rejection == nil || core.UserID(ctx) != "" {
			t.Errorf("%s guard let somebody in", name)
		}
	}
	for name, v := range map[string]*core.Verifier{"nil": nil, "zero": {}} {
		_, err := v.Verify(t.Context(), "x")
		wantCode(t, err, core.CodeUnknownError)
		if _, err = v.Authenticate(t.Context(), ""); err == nil {
			t.Errorf("%s verifier", name)
		}
	}
}

func TestGuardAccessors(t *testing.T) {
	v := newVerifier(t, secretRules())
	g, err := core.NewGuard(v)
	if err != nil {
		t.Fatal(err)
	}
	if g.Verifier() != v {
		t.Error("Verifier")
	}
	s, rejection := g.Check(t.Context(), get("Authorization", "Bearer "+hs256(t, nil)))
	if rejection != nil || s.UserID() != "user_1" {
		t.Fatal(s, rejection)
	}
	ctx, rejection := g.Enter(t.Context(), get("Authorization", "Bearer "+hs256(t, nil)))
	if rejection != nil || core.UserID(ctx) != "user_1" {
		t.Fatal(rejection)
	}
}
