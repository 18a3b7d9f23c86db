package authtest_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
)

// TestIssuersShareNoKey: if tenants are confused, a token of one issuer names
// another as its iss. Only the key stops it.
func TestIssuersShareNoKey(t *testing.T) {
	for _, alg := range []string{"RS256", "PS256", "ES256", "ES384", "ES512", "EdDSA"} {
		t.Run(alg, func(t *testing.T) {
			one, other := authtest.NewIssuer(
				t,
				authtest.WithAlgorithms(alg),
			), authtest.NewIssuer(
				t,
				authtest.WithAlgorithms(alg),
			)
			if one.KeyID() != other.KeyID() {
				t.Fatalf("the test needs two keys of one name, not %s and %s", one.KeyID(), other.KeyID())
			}
			verifier := verifierOf(t, other.Contract())
			if _, err := verifier.Verify(t.Context(), other.Token(nil)); err != nil {
				t.Fatal(err)
			}
			_, err := verifier.Verify(t.Context(), one.Token(authtest.Claims{"iss": other.URL()}))
			if core.CodeOf(err) != core.CodeInvalidSignature {
				t.Errorf("the other issuer's token: %v", err)
			}
		})
	}
}

// TestKeysAreDistinct makes more keys than there are primes for, within one
// issuer (several algorithms, rotations) and over several.
func TestKeysAreDistinct(t *testing.T) {
	seen := map[string]string{}
	note := func(issuer *authtest.Issuer) {
		t.Helper()
		var set struct {
			Keys []struct{ N, X string }
		}
		if err := json.Unmarshal(issuer.JWKS(), &set); err != nil {
			t.Fatal(err)
		}
		for _, k := range set.Keys {
			if owner, known := seen[k.N+k.X]; known {
				t.Errorf("%s has a key of %s", issuer.BaseURL(), owner)
			}
			seen[k.N+k.X] = issuer.BaseURL()
		}
	}
	for range 6 {
		issuer := authtest.NewIssuer(t, authtest.WithAlgorithms("RS256", "PS256", "EdDSA"))
		note(issuer)
		issuer.RotateKeys(false)
		note(issuer)
		if _, err := verifierOf(t, issuer.Contract()).Verify(context.Background(), issuer.Token(nil)); err != nil {
			t.Error(err)
		}
	}
	foreign := authtest.NewIssuer(t)
	token := foreign.Token(nil, authtest.WithForeignKey())
	if strings.Count(token, ".") != 2 {
		t.Fatalf("got %q", token)
	}
	_, err := verifierOf(t, foreign.Contract()).Verify(t.Context(), token)
	if core.CodeOf(err) != core.CodeInvalidSignature {
		t.Errorf("the attacker's key is the issuer's: %v", err)
	}
}
