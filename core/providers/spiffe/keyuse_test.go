package spiffe_test

import (
	"bytes"
	"log/slog"
	"testing"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/core/providers/spiffe"
)

// TestKeyUses: a bundle's keys for tokens are used, those for certificates are
// not, so that the holder of a workload's certificate authority cannot mint tokens.
func TestKeyUses(t *testing.T) {
	issuer := authtest.NewIssuer(t)
	token := issuer.Token(authtest.Claims{
		"sub": "spiffe://prod.northwind.example/ns/billing/sa/invoicer",
		"aud": "invoices",
	})
	for use, want := range map[string]core.Code{
		"jwt-svid":  "",
		"sig":       "",
		"x509-svid": core.CodeUnknownKey,
		"enc":       core.CodeUnknownKey,
	} {
		bundle := bytes.ReplaceAll(issuer.JWKS(), []byte(`"use":"sig"`), []byte(`"use":"`+use+`"`))
		contract, err := spiffe.NewContract(spiffe.Config{
			TrustDomain: "prod.northwind.example",
			Audience:    []string{"invoices"},
			JWKS:        bundle,
		})
		if err != nil {
			t.Logf("%s: refused at construction: %v", use, err)
			if want == "" {
				t.Errorf("%s: %v", use, err)
			}
			continue
		}
		verifier, err := core.NewVerifier(contract, core.WithLogger(slog.New(slog.DiscardHandler)))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := verifier.Verify(t.Context(), token); core.CodeOf(err) != want {
			t.Errorf("%s: the code is %q, not %q: %v", use, core.CodeOf(err), want, err)
		}
	}
}
