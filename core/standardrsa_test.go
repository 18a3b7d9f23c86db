package core_test

import (
	"testing"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
)

// TestStandardRSA: both ways of verifying RSA give every token the same verdict.
func TestStandardRSA(t *testing.T) {
	for _, alg := range []string{"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"} {
		issuer := authtest.NewIssuer(t, authtest.WithAlgorithms(alg))
		contract, good := issuer.Contract(), issuer.Token(nil)
		tokens := []authtest.BadToken{{Name: "good", Token: good}}
		for _, bad := range append(tokens, issuer.Bad(contract, good)...) {
			for name, opts := range map[string][]core.Option{"prepared": nil, "standard": {core.WithStandardRSA()}} {
				v, err := core.NewVerifier(contract, opts...)
				if err != nil {
					t.Fatal(err)
				}
				if _, err := v.Verify(t.Context(), bad.Token); core.CodeOf(err) != bad.Code {
					t.Errorf("%s, %s, %s: code %q, want %q", alg, bad.Name, name, core.CodeOf(err), bad.Code)
				}
			}
		}
	}
}

// TestStandardRSAIsAnotherWay: crypto/rsa allocates, the prepared key does not.
func TestStandardRSAIsAnotherWay(t *testing.T) {
	issuer := authtest.NewIssuer(t)
	contract, token := issuer.Contract(), issuer.Token(nil)
	allocs := func(opts ...core.Option) float64 {
		v, err := core.NewVerifier(contract, append(opts, core.TokenCache{Disabled: true})...)
		if err != nil {
			t.Fatal(err)
		}
		return testing.AllocsPerRun(20, func() {
			if _, err := v.Verify(t.Context(), token); err != nil {
				t.Fatal(err)
			}
		})
	}
	if prepared, standard := allocs(), allocs(core.WithStandardRSA()); standard <= prepared {
		t.Errorf("%v allocations with the standard library, %v with a prepared key", standard, prepared)
	}
}
