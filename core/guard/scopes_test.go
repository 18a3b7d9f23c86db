package guard_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/guard"
	"github.com/revstackhq/auth-go/core/policy"
)

// TestChallengesNameEveryScope: a client gets enough scopes with one attempt, before it
// has a token as well as after.
func TestChallengesNameEveryScope(t *testing.T) {
	contract := newVerifier(t, secretRules())
	base := guard.Policies(policy.Scope("base"), policy.Role("member"))
	wide := guard.Policies(policy.Scope("base"), policy.AnyScope("read", "write"))
	token := func(claims map[string]any) []string {
		return []string{"Authorization", "Bearer " + hs256(t, claims)}
	}
	member := token(map[string]any{"scope": "base", "roles": []string{"member"}})
	expired := token(map[string]any{"exp": epoch().Add(-time.Hour).Unix()})
	either := policy.Any(policy.All(policy.Scope("a"), policy.Role("admin")), policy.Scope("b"))
	stale := policyFunc(func(*core.Session) error { return &core.Error{Code: core.CodeReauthenticationRequired} })
	scoped := func(scopes ...string) func(http.Handler) http.Handler {
		return func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				next.ServeHTTP(w, r.WithContext(guard.WithScopes(r.Context(), scopes...)))
			})
		}
	}
	pass := func(next http.Handler) http.Handler { return next }

	cases := []struct {
		name    string
		before  func(http.Handler) http.Handler
		opts    []guard.Option
		require []core.Policy
		header  []string
		status  int
		want    string
	}{
		{"no token", pass, []guard.Option{base}, nil, nil, 401, `Bearer scope="base"`},
		{"no token, a choice: the first", pass, []guard.Option{wide}, nil, nil, 401, `Bearer scope="base read"`},
		{
			"an expired token", pass,
			[]guard.Option{base},
			nil, expired, 401,
			`Bearer error="invalid_token", scope="base"`,
		},
		{
			"with realm and metadata", pass,
			[]guard.Option{base, guard.Realm("api"), guard.Metadata(guard.ResourceMetadata{Resource: "https://api.test"})},
			nil, nil, 401,
			`Bearer realm="api", scope="base", resource_metadata="https://api.test/.well-known/oauth-protected-resource"`,
		},
		{
			"an adapter knows more", scoped("tool"),
			[]guard.Option{base},
			nil, nil, 401,
			`Bearer scope="base tool"`,
		},
		{
			"an adapter knows more, 403", scoped("tool"),
			[]guard.Option{wide},
			nil, token(nil), 403,
			`Bearer error="insufficient_scope", scope="base read tool"`,
		},
		{
			"two policies of a guard", pass,
			[]guard.Option{wide},
			nil, token(map[string]any{"scope": "base"}), 403,
			`Bearer error="insufficient_scope", scope="base read"`,
		},
		{
			"a guard and a route", pass,
			[]guard.Option{base},
			[]core.Policy{policy.Scope("x"), policy.Scope("y")},
			member, 403, `Bearer error="insufficient_scope", scope="base x y"`,
		},
		{
			"the failing policy names its own", pass, nil,
			[]core.Policy{either, policy.Scope("c")},
			token(nil), 403, `Bearer error="insufficient_scope", scope="b c"`,
		},
		{
			"anonymous on a route", pass,
			[]guard.Option{guard.Optional()},
			[]core.Policy{policy.Scope("x")},
			nil, 401, `Bearer scope="x"`,
		},
		{
			"forbidden: no scope helps", pass,
			[]guard.Option{base},
			[]core.Policy{policy.Role("admin"), policy.Scope("x")},
			member, 403, `Bearer error="insufficient_scope"`,
		},
		{
			"a new sign-in: no scope helps", pass,
			[]guard.Option{base},
			[]core.Policy{stale},
			member, 401, `Bearer error="insufficient_user_authentication"`,
		},
		{
			"malformed", pass,
			[]guard.Option{base},
			nil,
			[]string{"Authorization", "Bearer a b"},
			400,
			`Bearer error="invalid_request"`,
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			h := guard.Require(c.require...).Handler(http.NotFoundHandler())
			if c.require == nil {
				h = http.NotFoundHandler()
			}
			w := httptest.NewRecorder()
			c.before(guardOf(t, contract, c.opts...).Handler(h)).ServeHTTP(w, request(http.MethodGet, "/", c.header...))
			if got := w.Header().Get("WWW-Authenticate"); w.Code != c.status || got != c.want {
				t.Errorf("got %d, %s", w.Code, got)
			}
		})
	}
}

// TestScopesOfAPolicyAreNotChanged: the errors of a policy are shared by all requests.
func TestScopesOfAPolicyAreNotChanged(t *testing.T) {
	shared := &core.Error{Code: core.CodeInsufficientScope, Scopes: []string{"x"}}
	g := newGuard(t, guard.Policies(policyFunc(func(*core.Session) error { return shared }), policy.Scope("y")))
	for range 2 {
		_, rejection := g.Check(t.Context(), get("Authorization", "Bearer "+hs256(t, nil)))
		if rejection == nil || len(rejection.Err.Scopes) != 2 || len(shared.Scopes) != 1 {
			t.Fatalf("%+v, shared: %v", rejection, shared.Scopes)
		}
	}
}

// TestReject: what an adapter checks itself is reported and answered like the guard's
// own rejections.
func TestReject(t *testing.T) {
	var counts tally
	g := guardOf(t, newVerifier(t, secretRules(), core.WithObserver(counts.observe)), guard.Realm("api"))
	r := g.Reject(t.Context(), get(), &core.Error{Code: core.CodeInvalidRequest, Detail: "the message is a list"})
	if got := r.Header.Get("WWW-Authenticate"); r.Status != 400 || got != `Bearer realm="api", error="invalid_request"` {
		t.Errorf("got %d, %s", r.Status, got)
	}
	if counts.rejected.Load() != 1 {
		t.Errorf("%d rejections were reported", counts.rejected.Load())
	}
}
