package guard_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/guard"
)

// TestAnonymousThroughTwoGuards: an anonymous request that the outer guard lets in has no session for the inner guard.
func TestAnonymousThroughTwoGuards(t *testing.T) {
	outer, inner := newGuard(t, guard.Optional()), newGuard(t, guard.Optional())
	ctx, rejection := outer.Enter(t.Context(), get())
	if rejection != nil {
		t.Fatal(rejection)
	}
	if _, rejection = inner.Enter(ctx, get()); rejection != nil {
		t.Errorf("refused: %v", rejection)
	}
}

// TestKeptSessionIsCheckedForRevocation: an inner guard that lets the session of the outer one stay in effect asks its
// own revocation check about it, and so does whatever rechecks the session later.
func TestKeptSessionIsCheckedForRevocation(t *testing.T) {
	clock := newClock()
	verifier := newVerifier(t, secretRules(), core.WithClock(clock))
	var asked atomic.Int64
	var state atomic.Pointer[error]
	set := func(err error) { state.Store(&err) }
	revocation := guard.Revocation(revoker(func(context.Context, *core.Session) error {
		asked.Add(1)
		return *state.Load()
	}), guard.FailClosed)
	outer := guardOf(t, verifier, guard.Extractors(guard.Cookie("session")))
	inner := guardOf(t, verifier, guard.Optional(), revocation)
	lenient := guardOf(t, verifier, guard.InsecureBestEffort(), revocation)
	r := get("Cookie", "session="+hs256(t, nil))
	entered, rejection := outer.Enter(t.Context(), r)
	if rejection != nil {
		t.Fatal(rejection)
	}
	for name, c := range map[string]struct {
		guard *guard.Guard
		state error
		want  core.Code
		user  string
	}{
		"not revoked":                {inner, nil, "", "user_1"},
		"revoked":                    {inner, core.CodeTokenRevoked, core.CodeTokenRevoked, ""},
		"undecided":                  {inner, errors.New("down"), core.CodeRevocationUnavailable, ""},
		"best effort, not revoked":   {lenient, nil, "", "user_1"},
		"best effort, revoked":       {lenient, core.CodeTokenRevoked, "", ""},
		"best effort, but undecided": {lenient, errors.New("down"), core.CodeRevocationUnavailable, ""},
	} {
		set(c.state)
		ctx, rejection := c.guard.Enter(entered, r)
		if code := core.CodeOf(asError(rejection)); code != c.want || code == "" && core.UserID(ctx) != c.user {
			t.Errorf("%s: %q, %v", name, core.UserID(ctx), rejection)
		}
	}
	set(nil)
	ctx, rejection := inner.Enter(entered, r)
	if rejection != nil {
		t.Fatal(rejection)
	}
	before := asked.Load()
	again, rejection := inner.Enter(ctx, r) // it has just asked
	if rejection != nil || again != ctx || asked.Load() != before {
		t.Errorf("the same guard again: %v, asked %d times more", rejection, asked.Load()-before)
	}
	set(core.CodeTokenRevoked)
	clock.Advance(time.Minute)
	wantCode(t, guard.Recheck(ctx), core.CodeTokenRevoked)
	wantCode(t, asError(guard.Require().Check(ctx, r)), core.CodeTokenRevoked)
}

// TestRecheckAsksEveryGuardAgain: Recheck repeats the revocation check of an outer guard too, even if it ran a moment
// ago, and checks the guard's own policies.
func TestRecheckAsksEveryGuardAgain(t *testing.T) {
	clock := newClock()
	verifier := newVerifier(t, secretRules(), core.WithClock(clock))
	var asked atomic.Int64
	var forbidden atomic.Bool
	outer := guardOf(t, verifier, guard.Revocation(revoker(func(context.Context, *core.Session) error {
		asked.Add(1)
		return nil
	}), guard.FailClosed))
	inner := guardOf(t, verifier, guard.Policies(policyFunc(func(*core.Session) error {
		if forbidden.Load() {
			return core.CodeForbidden
		}
		return nil
	})))
	r := get("Authorization", "Bearer "+hs256(t, map[string]any{"iat": epoch().Add(-time.Hour).Unix(), "nbf": nil}))
	ctx, rejection := outer.Enter(t.Context(), r)
	if rejection == nil {
		ctx, rejection = inner.Enter(ctx, r)
	}
	if rejection != nil {
		t.Fatal(rejection)
	}
	before := asked.Load()
	wantCode(t, guard.Recheck(ctx), "")
	if got := asked.Load() - before; got != 1 {
		t.Errorf("the outer guard's check was called %d times, want once", got)
	}
	// If the clock was set back, the last check is in the future and does not count as fresh.
	before = asked.Load()
	clock.Advance(-time.Minute)
	if rejection := guard.Require().Check(ctx, r); rejection != nil {
		t.Fatal(rejection)
	}
	if got := asked.Load() - before; got != 1 {
		t.Errorf("after the clock was set back, the check was called %d times, want once", got)
	}
	forbidden.Store(true)
	wantCode(t, guard.Recheck(ctx), core.CodeForbidden)
}

// silent is an incorrect authenticator: it returns neither a session nor an error.
type silent struct{}

func (silent) Authenticate(context.Context, core.Credentials) (*core.Session, error) { return nil, nil }

// TestAuthenticatorWithoutAnAnswer: a request is not let in only because the authenticator returned no error.
func TestAuthenticatorWithoutAnAnswer(t *testing.T) {
	g := guardOf(t, silent{})
	s, rejection := g.Check(t.Context(), get("Authorization", "Bearer x"))
	if s != nil || rejection == nil || rejection.Status != http.StatusInternalServerError {
		t.Errorf("%v, %v", s, rejection)
	}
}

// TestBearerWithoutASpace: such a header is malformed, even if a valid token follows.
func TestBearerWithoutASpace(t *testing.T) {
	_, rejection := newGuard(t).Check(t.Context(), get("Authorization", "Bearer\t"+hs256(t, nil)))
	if rejection == nil || rejection.Status != http.StatusBadRequest {
		t.Errorf("%v", rejection)
	}
}

// TestHeadHasNoBody: a HEAD request gets the header of a GET and nothing else (RFC 9110 §9.3.2).
func TestHeadHasNoBody(t *testing.T) {
	handler := newGuard(t).Handler(http.NotFoundHandler())
	answer := map[string]*httptest.ResponseRecorder{}
	for _, method := range []string{http.MethodGet, http.MethodHead} {
		answer[method] = httptest.NewRecorder()
		handler.ServeHTTP(answer[method], httptest.NewRequest(method, "/", http.NoBody))
	}
	if answer[http.MethodGet].Body.Len() == 0 || answer[http.MethodHead].Body.Len() != 0 {
		t.Errorf("GET: %q, HEAD: %q", answer[http.MethodGet].Body, answer[http.MethodHead].Body)
	}
}

// TestSkipIsNotAskedAboutStrangePaths: the target of "OPTIONS *" is not a path that a route can have.
func TestSkipIsNotAskedAboutStrangePaths(t *testing.T) {
	g := newGuard(t, guard.Skip(func(guard.Request) bool { return true }))
	for path, skipped := range map[string]bool{"/health": true, "health": false, "*": false, "": false} {
		r := request(http.MethodGet, "http://api.example.com/", "X", "y")
		r.URL.Path, r.URL.RawPath = path, ""
		_, rejection := g.Check(t.Context(), guard.HTTPRequest(r))
		if (rejection == nil) != skipped {
			t.Errorf("%q: %v", path, rejection)
		}
	}
}
