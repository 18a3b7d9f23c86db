package clerktest_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/core/providers/clerk"
	"github.com/revstackhq/auth-go/core/providers/clerk/clerktest"
)

func verifierOf(t *testing.T, cfg clerk.Config) *core.Verifier {
	t.Helper()
	contract, err := clerk.NewContract(cfg)
	if err != nil {
		t.Fatal(err)
	}
	verifier, err := core.NewVerifier(contract)
	if err != nil {
		t.Fatal(err)
	}
	return verifier
}

// checkPerson demands that s has everything that TestTokens describes.
func checkPerson(t *testing.T, what string, s *core.Session) {
	t.Helper()
	org := core.Organization{ID: "org_9", Slug: "northwind", Role: "org:admin"}
	permissions := s.Permissions()
	slices.Sort(permissions)
	if s.UserID() != "user_7" || s.SessionID() != "sess_7" || s.Provider() != "clerk" || s.Organization() != org ||
		!slices.Equal(permissions, []string{"org:invoices:create", "org:invoices:read", "org:reports:read"}) {
		t.Errorf("%s: got %v of %s %+v %v", what, s, s.Provider(), s.Organization(), permissions)
	}
	if first, second, ok := s.FactorAges(); !ok || first != 4*time.Minute || second >= 0 {
		t.Errorf("%s: factor ages %v %v %v", what, first, second, ok)
	}
}

func TestTokens(t *testing.T) {
	issuer := authtest.NewIssuer(t)
	person := clerktest.Token{
		UserID:           "user_7",
		SessionID:        "sess_7",
		OrganizationID:   "org_9",
		OrganizationSlug: "northwind",
		Role:             "admin",
		Permissions:      []string{"org:invoices:read", "org:invoices:create", "org:reports:read"},
		FactorAges:       []int{4, -1},
	}
	sessions := verifierOf(t, clerk.Config{IssuerURL: issuer.URL()})
	all := verifierOf(t, clerk.Config{
		IssuerURL: issuer.URL(),
		Accept:    []clerk.Token{clerk.SessionToken, clerk.TemplateToken, clerk.OAuthToken, clerk.MachineToken},
	})
	for _, version := range []int{1, 2} {
		person.Version = version
		s, err := sessions.Verify(t.Context(), clerktest.SessionToken(issuer, person))
		if err != nil {
			t.Fatalf("version %d: %v", version, err)
		}
		checkPerson(t, fmt.Sprintf("token of version %d", version), s)
		checkPerson(t, fmt.Sprintf("session of version %d", version), clerktest.Session(person))
		kept, ok := core.FromContext(clerktest.Context(t.Context(), person))
		if !ok {
			t.Fatalf("version %d: the context has no session", version)
		}
		checkPerson(t, fmt.Sprintf("context of version %d", version), kept)
	}
	for name, other := range map[string]struct {
		token string
		want  core.Code // where all kinds are accepted
	}{
		"template": {clerktest.TemplateToken(issuer, person, authtest.Claims{"plan": "pro"}), ""},
		"machine":  {clerktest.MachineToken(issuer, clerktest.Token{}, []string{"mch_2uFh5NqWvC8xZrT3KpYd0LmSgJb"}), ""},
		"oauth":    {clerktest.OAuthToken(issuer, person, "client_1", "openid profile"), ""},
		"pending":  {clerktest.SessionToken(issuer, clerktest.Token{Pending: true}), core.CodeClaimMismatch},
	} {
		if _, err := sessions.Verify(t.Context(), other.token); core.CodeOf(err) != core.CodeClaimMismatch {
			t.Errorf("%s for a session: got %v", name, err)
		}
		if _, err := all.Verify(t.Context(), other.token); core.CodeOf(err) != other.want {
			t.Errorf("%s where all kinds are accepted: got %v, want %q", name, err, other.want)
		}
	}
}

// TestDefaults: the zero Token is a complete session token.
func TestDefaults(t *testing.T) {
	issuer := authtest.NewIssuer(t)
	s, err := verifierOf(
		t,
		clerk.Config{IssuerURL: issuer.URL()},
	).Verify(t.Context(), clerktest.SessionToken(issuer, clerktest.Token{}))
	if err != nil {
		t.Fatal(err)
	}
	var claims struct {
		Audience  any   `json:"aud"`
		IssuedAt  int64 `json:"iat"`
		NotBefore int64 `json:"nbf"`
		ExpiresAt int64 `json:"exp"`
	}
	if err := s.Decode(&claims); err != nil {
		t.Fatal(err)
	}
	if claims.Audience != nil || claims.ExpiresAt-claims.IssuedAt != 60 || claims.IssuedAt-claims.NotBefore != 10 {
		t.Errorf("got %+v, want no aud, exp 60 s after iat and nbf 10 s before it", claims)
	}
}

func TestImpossibleTokens(t *testing.T) {
	issuer := authtest.NewIssuer(t)
	for name, impossible := range map[string]clerktest.Token{
		"permission": {OrganizationID: "o", Permissions: []string{"read"}},
		"version":    {Version: 3},
	} {
		for way, mint := range map[string]func(){
			"token":   func() { clerktest.SessionToken(issuer, impossible) },
			"claims":  func() { clerktest.Claims(impossible) },
			"session": func() { clerktest.Session(impossible) },
		} {
			func() {
				defer func() {
					if text, ok := recover().(string); !ok || !strings.HasPrefix(text, "clerktest: ") {
						t.Errorf("%s, %s: panicked with %q", name, way, text)
					}
				}()
				mint()
			}()
		}
	}
}
