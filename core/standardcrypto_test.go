package core_test

import (
	"testing"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/core/internal/keytables"
	"github.com/revstackhq/auth-go/core/internal/test"
)

// TestStandardCrypto: both ways of checking signatures give every token the same
// verdict, before a key has a table and with one.
func TestStandardCrypto(t *testing.T) {
	for _, alg := range []string{
		"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA",
	} {
		issuer := authtest.NewIssuer(t, authtest.WithAlgorithms(alg))
		contract, good := issuer.Contract(), issuer.Token(nil)
		tokens := append([]authtest.BadToken{{Name: "good", Token: good}}, issuer.Bad(contract, good)...)
		for name, opts := range map[string][]core.Option{"prepared": nil, "standard": {core.WithStandardCrypto()}} {
			v, err := core.NewVerifier(contract, append(opts, core.TokenCache{Disabled: true})...)
			if err != nil {
				t.Fatal(err)
			}
			rounds := 1
			if alg == "ES256" || alg == "EdDSA" {
				rounds = 2
			}
			for round := range rounds {
				for _, bad := range tokens {
					if _, err := v.Verify(t.Context(), bad.Token); core.CodeOf(err) != bad.Code {
						t.Errorf("%s, %s, %s, round %d: code %q, want %q", alg, bad.Name, name, round, core.CodeOf(err), bad.Code)
					}
				}
				for range (rounds - 1) * keytables.FirstAfter {
					if _, err := v.Verify(t.Context(), good); err != nil {
						t.Fatal(err)
					}
				}
			}
		}
	}
}

// TestStandardCryptoIsAnotherWay: the standard library allocates more than a key
// that is prepared, and a key is prepared once it has verified enough tokens.
func TestStandardCryptoIsAnotherWay(t *testing.T) {
	if test.Race {
		t.Skip("the race detector drops what pools hold")
	}
	for alg, first := range map[string]int{"RS256": 1, "ES256": keytables.FirstAfter, "EdDSA": keytables.FirstAfter} {
		issuer := authtest.NewIssuer(t, authtest.WithAlgorithms(alg))
		token := issuer.Token(nil)
		allocs := func(before int, opts ...core.Option) float64 {
			v, err := core.NewVerifier(issuer.Contract(), append(opts, core.TokenCache{Disabled: true})...)
			if err != nil {
				t.Fatal(err)
			}
			verify := func() {
				if _, err := v.Verify(t.Context(), token); err != nil {
					t.Fatal(err)
				}
			}
			for range before {
				verify()
			}
			return testing.AllocsPerRun(20, verify) // verifies once more before it counts
		}
		prepared, standard := allocs(first), allocs(first, core.WithStandardCrypto())
		if standard <= prepared {
			t.Errorf("%s: %v allocations with the standard library, %v with a prepared key", alg, standard, prepared)
		}
		if first > 1 {
			if unprepared := allocs(first / 2); unprepared != standard {
				t.Errorf("%s: %v allocations before a key has a table, %v with the standard library", alg, unprepared, standard)
			}
		}
	}
}
