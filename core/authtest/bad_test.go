package authtest_test

import (
	"testing"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/core/providers/clerk"
	"github.com/revstackhq/auth-go/core/providers/clerk/clerktest"
	"github.com/revstackhq/auth-go/core/providers/custom"
)

const secret = "a secret of at least sixty-four bytes, so that it fits HS512 as well"

// TestBad verifies every bad token with a real verifier: it must accept the good
// token, and reject each of the others with the code in the list.
func TestBad(t *testing.T) {
	clock := authtest.NewClock(start)
	issuer := authtest.NewIssuer(t, authtest.WithClock(clock), authtest.WithAlgorithms("RS256", "ES256", "PS256", "EdDSA"))
	edge := func(alg string) *core.Contract {
		return issuer.Contract(func(r *core.Rules) { r.Algorithms = []string{alg} })
	}
	session := clerkContract(t, clerk.Config{IssuerURL: issuer.URL(), AuthorizedParties: []string{"https://app.example"}})
	static := issuer.Contract(
		func(r *core.Rules) { r.JWKSURL, r.PEM, r.Algorithms = "", issuer.PublicKeyPEM(), []string{"RS256"} },
	)
	shared, err := custom.NewContract(custom.Config{
		SigningSecret:  core.NewSecret(secret),
		Algorithms:     []string{"HS512"},
		Issuer:         issuer.URL(),
		Audience:       []string{authtest.Audience},
		RequiredClaims: []string{"tenant"},
	})
	if err != nil {
		t.Fatal(err)
	}
	confirming := func(by string) *core.Contract {
		return issuer.Contract(func(r *core.Rules) { r.Confirmation = by })
	}
	byAlgorithm := func(alg string) string { return issuer.Token(nil, authtest.WithAlgorithm(alg)) }
	hmac := []authtest.TokenOption{authtest.WithSecret([]byte(secret)), authtest.WithAlgorithm("HS512")}
	for _, tc := range []struct {
		name     string
		contract *core.Contract
		good     string
		opts     []authtest.TokenOption
		least    int
	}{
		{name: "all algorithms", contract: issuer.Contract(), good: issuer.Token(nil), least: 100},
		{name: "RS256", contract: edge("RS256"), good: byAlgorithm("RS256"), least: 100},
		{name: "ES256", contract: edge("ES256"), good: byAlgorithm("ES256"), least: 100},
		{name: "PS256", contract: edge("PS256"), good: byAlgorithm("PS256"), least: 100},
		{name: "EdDSA", contract: edge("EdDSA"), good: byAlgorithm("EdDSA"), least: 100},
		{
			name:     "Clerk",
			contract: session,
			good:     clerktest.SessionToken(issuer, clerktest.Token{AuthorizedParty: "https://app.example"}),
			least:    100,
		},
		{name: "DPoP", contract: confirming("dpop"), good: issuer.Token(nil), least: 100},
		{name: "mTLS", contract: confirming("mtls"), good: issuer.Token(nil), least: 100},
		{name: "DPoP or mTLS", contract: confirming("either"), good: issuer.Token(nil), least: 100},
		{name: "static key", contract: static, good: byAlgorithm("RS256"), least: 98},
		{
			name:     "secret",
			contract: shared,
			good:     issuer.Token(authtest.Claims{"tenant": "t1"}, hmac...),
			opts:     hmac,
			least:    90,
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			verifier := verifierOf(t, tc.contract, core.WithClock(clock))
			if _, err := verifier.Verify(t.Context(), tc.good); err != nil {
				t.Fatalf("the good token is refused: %v", err)
			}
			list := issuer.Bad(tc.contract, tc.good, tc.opts...)
			if len(list) < tc.least {
				t.Errorf("%d bad tokens, want at least %d", len(list), tc.least)
			}
			names := map[string]bool{}
			for _, bad := range list {
				if names[bad.Name] {
					t.Errorf("%s: twice in the list", bad.Name)
				}
				names[bad.Name] = true
				session, err := verifier.Verify(t.Context(), bad.Token)
				if session != nil || core.CodeOf(err) != bad.Code {
					t.Errorf("%s: got %v, %v; want %s", bad.Name, session, err, bad.Code)
				}
			}
			if _, err := verifier.Verify(t.Context(), tc.good); err != nil {
				t.Errorf("the good token is refused after the bad ones: %v", err)
			}
		})
	}
}
