package authtest_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/core/guard"
	"github.com/revstackhq/auth-go/core/providers/clerk"
	"github.com/revstackhq/auth-go/core/providers/oidc"
)

func TestSessionReadsClaims(t *testing.T) {
	for _, tc := range []struct {
		name        string
		claims      any
		org         core.Organization
		permissions []string
	}{
		{name: "nothing", claims: nil},
		{name: "no claims", claims: authtest.Claims{}},
		{name: "generic", claims: authtest.Claims{
			"org_id":      "org_9",
			"permissions": []string{"read"},
		}, org: core.Organization{ID: "org_9"}, permissions: []string{"read"}},
		{
			name:   "a struct with zero dates",
			claims: clerk.Claims{SessionID: "sess_1", OrgID: "org_9"},
			org:    core.Organization{ID: "org_9"},
		},
		{name: "a struct with a null audience", claims: oidc.Claims{Email: "a@b.example"}},
		{
			name:   "raw",
			claims: json.RawMessage(`{"org_id":"org_9","n":12345678901234567890}`),
			org:    core.Organization{ID: "org_9"},
		},
		{name: "a sender-constrained token", claims: authtest.Claims{"cnf": map[string]string{"jkt": "x"}}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			ctx := authtest.Context(t.Context(), "user_1", tc.claims)
			session, ok := core.FromContext(ctx)
			if !ok || core.UserID(ctx) != "user_1" || session.Subject() != "user_1" {
				t.Fatalf("got %v", session)
			}
			if session.Organization() != tc.org || !slices.Equal(session.Permissions(), tc.permissions) {
				t.Errorf("got %+v %v", session.Organization(), session.Permissions())
			}
			if left := time.Until(session.ExpiresAt()); left <= 0 || session.Issuer() != authtest.SessionIssuer {
				t.Errorf("expires in %v, issuer %s", left, session.Issuer())
			}
		})
	}
}

func TestSessionKeepsItsOwnTime(t *testing.T) {
	clock := authtest.NewClock(start)
	for name, tc := range map[string]struct {
		claims      authtest.Claims
		issued, end int64
	}{
		"by the clock":       {nil, start.Unix(), start.Unix() + 3600},
		"iat long ago":       {authtest.Claims{"iat": 1000}, 1000, 1000 + 3600},
		"exp long ago":       {authtest.Claims{"exp": 1000}, 999, 1000},
		"a fixture of both":  {authtest.Claims{"iat": 1000, "exp": 1060}, 1000, 1060},
		"exp in the future":  {authtest.Claims{"exp": start.Unix() + 5}, start.Unix(), start.Unix() + 5},
		"a fraction in iat ": {authtest.Claims{"iat": json.RawMessage("1000.5")}, 1000, 1000 + 3600},
	} {
		s := authtest.Session("user_1", tc.claims, authtest.At(clock))
		if s.IssuedAt().Unix() != tc.issued || s.ExpiresAt().Unix() != tc.end {
			t.Errorf("%s: from %d to %d", name, s.IssuedAt().Unix(), s.ExpiresAt().Unix())
		}
	}
}

func TestSessionLikeContract(t *testing.T) {
	contract, err := oidc.NewContract(oidc.Config{
		Issuer:              "https://id.example",
		InsecureAnyAudience: true,
		Session:             core.Mapping{OrganizationID: []core.ClaimRef{{Path: "tenant.id"}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	s := authtest.Session(
		"user_1",
		authtest.Claims{"tenant": map[string]string{"id": "t1"}},
		authtest.LikeContract(contract),
	)
	if s.Organization().ID != "t1" || s.Provider() != "oidc" || s.Issuer() != "https://id.example" {
		t.Errorf("got %+v of %s by %s", s.Organization(), s.Provider(), s.Issuer())
	}
}

func TestSessionPanics(t *testing.T) {
	for name, mistake := range map[string]func(){
		"no user id":         func() { authtest.Session("", nil) },
		"claims that can't":  func() { authtest.Session("u", authtest.Claims{"f": func() {}}) },
		"claims no object":   func() { authtest.Session("u", []string{"x"}) },
		"exp a string":       func() { authtest.Session("u", authtest.Claims{"exp": "tomorrow"}) },
		"nbf after iat":      func() { authtest.Session("u", authtest.Claims{"iat": 1000, "nbf": 2000}) },
		"a claims set of NN": func() { authtest.Session("u", "text") },
	} {
		func() {
			defer func() {
				if text, ok := recover().(string); !ok || !strings.HasPrefix(text, "authtest: Session: ") {
					t.Errorf("%s: panicked with %q", name, text)
				}
			}()
			mistake()
		}()
	}
}

// TestSessionPassesNoGuard: a session from a test lets no request through a guard,
// with any contract.
func TestSessionPassesNoGuard(t *testing.T) {
	contract := clerkContract(t, clerk.Config{IssuerURL: "https://clerk.northwind.example"})
	g, err := guard.New(contract)
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodGet, "/", http.NoBody)
	ctx := authtest.Context(t.Context(), "user_1", nil, authtest.LikeContract(contract))
	if session, rejection := g.Check(ctx, guard.HTTPRequest(r)); session != nil || rejection == nil ||
		rejection.Err.Code != core.CodeTokenMissing {
		t.Errorf("got %v %v", session, rejection)
	}
}

func TestClock(t *testing.T) {
	clock := authtest.NewClock(time.Time{})
	first := clock.Now()
	if first.IsZero() || !clock.Now().Equal(first) {
		t.Error("the clock moves on its own")
	}
	var wg sync.WaitGroup
	for range 10 {
		wg.Go(func() { clock.Advance(time.Second) })
	}
	wg.Wait()
	if got := clock.Now().Sub(first); got != 10*time.Second {
		t.Errorf("advanced by %v", got)
	}
	clock.Set(start)
	if !clock.Now().Equal(start) {
		t.Error("Set did not set")
	}
}
