package keycloak_test

import (
	"testing"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/core/providers/keycloak"
)

// TestKinds: a person who registers with the user name of a service account does not become a machine.
func TestKinds(t *testing.T) {
	const realm = "http://localhost:8080/realms/main"
	issuer := authtest.NewIssuer(t, authtest.WithIssuerURL(realm))
	contract, err := keycloak.NewContract(keycloak.Config{Issuer: realm, Audience: []string{authtest.Audience}})
	if err != nil {
		t.Fatal(err)
	}
	rules := contract.Rules()
	rules.JWKSURL = issuer.JWKSURL()
	if contract, err = core.NewContract(rules); err != nil {
		t.Fatal(err)
	}
	verifier, err := core.NewVerifier(contract)
	if err != nil {
		t.Fatal(err)
	}
	const name = "service-account-batch"
	for what, c := range map[string]struct {
		claims authtest.Claims
		want   core.TokenKind
	}{
		"a person":           {authtest.Claims{"preferred_username": name, "sid": "s1"}, core.KindAccess},
		"an older person":    {authtest.Claims{"preferred_username": name, "session_state": "s1"}, core.KindAccess},
		"no session":         {authtest.Claims{"preferred_username": name}, core.KindMachine},
		"a session":          {authtest.Claims{"preferred_username": name, "sid": "s", "client_id": "b"}, core.KindMachine},
		"a session, older":   {authtest.Claims{"preferred_username": name, "sid": "s", "clientId": "b"}, core.KindMachine},
		"a lightweight one":  {authtest.Claims{"client_id": "batch"}, core.KindMachine},
		"another, a session": {authtest.Claims{"preferred_username": "rhea", "sid": "s1"}, core.KindAccess},
	} {
		c.claims["typ"] = "Bearer"
		s, err := verifier.Verify(t.Context(), issuer.Token(c.claims, authtest.WithHeader("typ", "JWT")))
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		if s.Kind() != c.want {
			t.Errorf("%s is of the kind %s, want %s", what, s.Kind(), c.want)
		}
	}
}
