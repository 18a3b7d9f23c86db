package core_test

import (
	"errors"
	"testing"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
)

// TestFullySpecifiedNames: a contract that names Ed25519 (RFC 9864 §2.2) accepts no token with alg EdDSA, and the other
// way round. The key may have either name.
func TestFullySpecifiedNames(t *testing.T) {
	issuer := authtest.NewIssuer(t, authtest.WithAlgorithms("EdDSA"))
	token := map[string]string{}
	for _, alg := range []string{"EdDSA", "Ed25519"} {
		token[alg] = issuer.Token(nil, authtest.WithHeader("alg", alg))
	}
	for _, named := range [][]string{{"EdDSA"}, {"Ed25519"}, {"EdDSA", "Ed25519"}} {
		v, err := core.NewVerifier(issuer.Contract(func(r *core.Rules) { r.Algorithms = named }))
		if err != nil {
			t.Fatal(err)
		}
		accepted := 0
		for alg := range token {
			_, err := v.Verify(t.Context(), token[alg])
			switch {
			case err == nil:
				accepted++
				if len(named) == 1 && named[0] != alg {
					t.Errorf("%v accepts %s", named, alg)
				}
			case !errors.Is(err, core.CodeAlgorithmNotAllowed):
				t.Errorf("%v, %s: %v", named, alg, err)
			}
		}
		if accepted != len(named) {
			t.Errorf("%v accepts %d tokens", named, accepted)
		}
	}
}
