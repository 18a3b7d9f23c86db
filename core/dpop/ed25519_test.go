package dpop_test

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"strings"
	"testing"

	"github.com/golang-jwt/jwt/v5"

	"github.com/revstackhq/auth-go/core/dpop"
)

// TestBothNamesOfEdDSA: clients write Ed25519 (RFC 9864), as the npm packages oauth4webapi and dpop do, or EdDSA.
func TestBothNamesOfEdDSA(t *testing.T) {
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := dpop.NewSigner(private)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		configured []string
		challenge  string
		accepted   bool
	}{
		{nil, "ES256 ES384 ES512 EdDSA Ed25519 PS256 RS256", true},
		{[]string{"EdDSA", "ES256"}, "EdDSA Ed25519 ES256", true},
		{[]string{"Ed25519"}, "Ed25519 EdDSA", true},
		{[]string{"Ed25519", "EdDSA"}, "Ed25519 EdDSA", true},
		{[]string{"ES256"}, "ES256", false},
	} {
		checker := newChecker(t, dpop.Config{Algorithms: row.configured})
		if got := checker.Algorithms(); got != row.challenge {
			t.Errorf("%v: a challenge names %s, want %s", row.configured, got, row.challenge)
		}
		for _, alg := range []string{"EdDSA", "Ed25519"} {
			digest := sha256.Sum256([]byte(token))
			made := jwt.NewWithClaims(jwt.SigningMethodEdDSA, jwt.MapClaims{
				"htm": method, "htu": url, "jti": rand.Text(), "iat": at.Unix(),
				"ath": base64.RawURLEncoding.EncodeToString(digest[:]),
			})
			made.Header["typ"], made.Header["alg"] = "dpop+jwt", alg
			made.Header["jwk"] = map[string]string{
				"kty": "OKP", "crv": "Ed25519", "x": base64.RawURLEncoding.EncodeToString(public),
			}
			proof, err := made.SignedString(private)
			if err != nil {
				t.Fatal(err)
			}
			if err := checker.Check(t.Context(), present(signer, proof)); (err == nil) != row.accepted {
				t.Errorf("%v: a proof whose alg is %s: %v", row.configured, alg, err)
			}
			if !row.accepted {
				continue
			}
			if err := checker.Check(t.Context(), present(signer, strings.TrimRight(proof, "A")+"AA")); err == nil {
				t.Errorf("%v: a proof with another signature was accepted", row.configured)
			}
		}
	}
}
