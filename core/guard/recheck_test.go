package guard_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/guard"
	"github.com/revstackhq/auth-go/core/internal/test"
)

// A context may be kept for hours, as for a WebSocket: everything that uses its
// session checks again what may have changed.
func TestSessionKeptInContext(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(w *keptWorld)
		want   core.Code // "" if the session is still valid
		again  core.Code // instead of want, if the token is verified again
	}{
		{"nothing changed", func(*keptWorld) {}, "", ""},
		{"expired", func(w *keptWorld) { w.clock.Advance(2 * time.Hour) }, core.CodeTokenExpired, ""},
		{"key withdrawn", func(w *keptWorld) {
			w.server.Publish(w.t, publicJWK(otherRSA().Public(), "k2", ""))
			w.clock.Advance(11 * time.Minute)
		}, core.CodeUnknownKey, ""},
		{"key replaced under its id", func(w *keptWorld) {
			w.server.Publish(w.t, publicJWK(otherRSA().Public(), "k1", ""))
			w.clock.Advance(11 * time.Minute)
		}, core.CodeUnknownKey, core.CodeInvalidSignature},
		{"revoked", func(w *keptWorld) { w.revoked.Store(true); w.clock.Advance(time.Minute) }, core.CodeTokenRevoked, ""},
	} {
		for how, use := range map[string]struct {
			verifies, reuses bool // the request has the token; the last revocation check is reused
			check            func(w *keptWorld, ctx context.Context) error
		}{
			"Recheck": {check: func(_ *keptWorld, ctx context.Context) error { return guard.Recheck(ctx) }},
			"Require": {
				reuses: true,
				check:  func(_ *keptWorld, ctx context.Context) error { return asError(guard.Require().Check(ctx, get())) },
			},
			"an optional guard": {check: func(w *keptWorld, ctx context.Context) error {
				next, rejection := w.optional.Enter(ctx, get())
				if rejection == nil && core.UserID(next) != "user_1" {
					return errors.New("the session is lost")
				}
				return asError(rejection)
			}},
			"the same guard": {verifies: true, check: func(w *keptWorld, ctx context.Context) error {
				_, rejection := w.guard.Enter(ctx, get("Authorization", "Bearer "+w.token))
				return asError(rejection)
			}},
			"a guard without a revocation check": {verifies: true, check: func(w *keptWorld, ctx context.Context) error {
				_, rejection := w.plain.Enter(ctx, get("Authorization", "Bearer "+w.token))
				return asError(rejection)
			}},
		} {
			t.Run(c.name+", "+how, func(t *testing.T) {
				w := newKeptWorld(t)
				ctx, rejection := w.guard.Enter(t.Context(), get("Authorization", "Bearer "+w.token))
				if rejection != nil {
					t.Fatal(rejection)
				}
				asked := w.asked.Load()
				c.change(w)
				err := use.check(w, ctx)
				want := c.want
				if use.verifies && c.again != "" {
					want = c.again
				}
				if core.CodeOf(err) != want {
					t.Errorf("got %v, want %q", err, want)
				}
				if c.want == "" && use.reuses && w.asked.Load() != asked {
					t.Error("Require repeated the revocation check that the guard had just made")
				}
			})
		}
	}
}

func asError(r *guard.Rejection) error {
	if r == nil {
		return nil
	}
	return r
}

type keptWorld struct {
	t                      *testing.T
	server                 *keyServer
	clock                  *handClock
	guard, optional, plain *guard.Guard
	token                  string
	revoked                atomic.Bool
	asked                  atomic.Int64
}

func newKeptWorld(t *testing.T) *keptWorld {
	t.Helper()
	w := &keptWorld{t: t, server: newKeyServer(t, publicJWK(rsaKey().Public(), "k1", "")), clock: newClock()}
	verifier := newVerifier(t, w.server.Rules(), core.WithClock(w.clock))
	newGuard := func(opts ...guard.Option) *guard.Guard {
		g, err := guard.New(verifier, opts...)
		if err != nil {
			t.Fatal(err)
		}
		return g
	}
	w.guard = newGuard(guard.Revocation(revoker(func(context.Context, *core.Session) error {
		w.asked.Add(1)
		if w.revoked.Load() {
			return core.CodeTokenRevoked
		}
		return nil
	}), guard.FailClosed))
	w.optional, w.plain = newGuard(guard.Optional(), guard.Extractors(guard.Header("X-Other"))), newGuard()
	w.token = rs256(t, "k1", nil)
	return w
}

// A session of another verifier is not reused. A session from NewContext is reused
// only together with its token.
func TestTakeOverNeedsTheToken(t *testing.T) {
	v := newVerifier(t, secretRules())
	g, err := guard.New(v)
	if err != nil {
		t.Fatal(err)
	}
	token, other := hs256(t, nil), hs256(t, map[string]any{"sub": "user_2"})
	s, err := v.Verify(t.Context(), token)
	if err != nil {
		t.Fatal(err)
	}
	ctx := core.NewContext(t.Context(), s)
	for name, c := range map[string]struct {
		fields []string
		user   string
		code   core.Code
	}{
		"no token":      {nil, "", core.CodeTokenMissing},
		"its token":     {[]string{"Authorization", "Bearer " + token}, "user_1", ""},
		"another token": {[]string{"Authorization", "Bearer " + other}, "user_2", ""},
		"no good token": {[]string{"Authorization", "Bearer garbage"}, "", core.CodeInvalidFormat},
	} {
		next, rejection := g.Enter(ctx, get(c.fields...))
		if code := core.CodeOf(asError(rejection)); code != c.code || rejection == nil && core.UserID(next) != c.user {
			t.Errorf("%s: %q, %v", name, core.UserID(next), rejection)
		}
	}
}

func TestVerifierRecheck(t *testing.T) {
	clock := newClock()
	v, stranger := newVerifier(
		t,
		secretRules(),
		core.WithClock(clock),
	), newVerifier(
		t,
		with(func(r *core.Rules) { r.Issuer = "https://other.example" }),
	)
	s, err := v.Verify(t.Context(), hs256(t, nil))
	if err != nil {
		t.Fatal(err)
	}
	if err := v.Recheck(t.Context(), s); err != nil {
		t.Error(err)
	}
	if n := testing.AllocsPerRun(100, func() { _ = v.Recheck(t.Context(), s) }); n > 0 && !test.Race {
		t.Errorf("%v allocations", n)
	}
	wantCode(t, stranger.Recheck(t.Context(), s), core.CodeIssuerMismatch)
	for _, none := range []*core.Session{nil, {}} {
		if err := v.Recheck(t.Context(), none); !errors.Is(err, core.ErrNoSession) {
			t.Error(err)
		}
	}
	if err := guard.Recheck(t.Context()); !errors.Is(err, core.ErrNoSession) {
		t.Error(err)
	}
	clock.Advance(24 * time.Hour)
	wantCode(t, v.Recheck(t.Context(), s), core.CodeTokenExpired)
	wantCode(t, guard.Recheck(core.NewContext(t.Context(), s)), core.CodeTokenExpired)
	wantCode(t, (*core.Verifier)(nil).Recheck(t.Context(), s), core.CodeUnknownError)
}

// The detail says what was expected and what was found. It does not contain the
// token.
func TestDetailSaysWhatWasFound(t *testing.T) {
	rules := with(func(r *core.Rules) {
		r.AuthorizedParties, r.TokenTypes = []string{"spa"}, []string{"at+jwt"}
	})
	v := newVerifier(t, rules)
	g, err := guard.New(v, guard.Extractors(guard.Bearer(), guard.Cookie("s"), guard.InsecureQuery("q")))
	if err != nil {
		t.Fatal(err)
	}
	detail := func(err error) string {
		var e *core.Error
		if !errors.As(err, &e) {
			t.Fatalf("not an *Error: %v", err)
		}
		return e.Detail
	}
	for name, c := range map[string]struct {
		fields []string
		want   []string
	}{
		"no header": {nil, []string{
			"Authorization header is missing", `cookie "s" is missing`, `InsecureQuery "q" is missing`,
		}},
		"empty":        {[]string{"Authorization", ""}, []string{"Authorization header is empty"}},
		"Basic":        {[]string{"Authorization", "Basic c2VjcmV0"}, []string{"the scheme Basic, expected Bearer"}},
		"no scheme":    {[]string{"Authorization", "secret"}, []string{"one word without a scheme"}},
		"odd scheme":   {[]string{"Authorization", "secret of mine"}, []string{"a scheme that is not known"}},
		"Bearer alone": {[]string{"Authorization", "Bearer"}, []string{"the scheme Bearer and no token"}},
		"aud": {[]string{
			"Authorization", "Bearer " + hs256(t, map[string]any{"aud": []string{"x", "y"}}),
		}, []string{`aud is ["x" "y"], expected api`}},
		"aud missing": {[]string{
			"Authorization", "Bearer " + hs256(t, map[string]any{"aud": nil}),
		}, []string{"aud is missing, expected api"}},
		"azp": {[]string{
			"Authorization", "Bearer " + hs256(t, map[string]any{"azp": "evil"}),
		}, []string{`azp is "evil", expected spa`}},
		"typ": {[]string{
			"Authorization", "Bearer " + hs256(t, map[string]any{"azp": "spa"}),
		}, []string{`typ is `, `expected at+jwt`}},
		"another issuer": {[]string{
			"Authorization", "Bearer " + hs256(t, map[string]any{"iss": "https://evil.example"}),
		}, []string{`iss is "https://evil.example", expected `}},
	} {
		_, rejection := g.Check(t.Context(), guard.HTTPRequest(request(http.MethodGet, "/", c.fields...)))
		got := detail(asError(rejection))
		for _, want := range c.want {
			if !strings.Contains(got, want) {
				t.Errorf("%s: %q does not say %q", name, got, want)
			}
		}
		if strings.Contains(rejection.Error(), "secret") || strings.Contains(rejection.Error(), "c2VjcmV0") {
			t.Errorf("%s: %v repeats the credentials", name, rejection)
		}
	}
}
