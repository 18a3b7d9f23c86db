package jws_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"testing"

	"github.com/golang-jwt/jwt/v5"

	"github.com/revstackhq/auth-go/core/internal/jwks"
	"github.com/revstackhq/auth-go/core/internal/jws"
	"github.com/revstackhq/auth-go/core/keys"
)

// TestECDSA compares the verdicts on good and bad signatures with those of golang-jwt.
func TestECDSA(t *testing.T) {
	const input = "eyJhbGciOiJFUzI1NiJ9.e30"
	for name, test := range map[string]struct {
		curve  elliptic.Curve
		rounds int
	}{
		"ES256": {elliptic.P256(), 300}, // one R or S in 256 has a leading zero
		"ES384": {elliptic.P384(), 8},
		"ES512": {elliptic.P521(), 8}, // every second one has
	} {
		curve := test.curve
		key, err := ecdsa.GenerateKey(curve, rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		method, algorithm := jwt.GetSigningMethod(name), jws.Find(name)
		public := &jwks.Key{Key: keys.Key{Public: &key.PublicKey}}
		half := (curve.Params().BitSize + 7) / 8
		order := curve.Params().N.FillBytes(make([]byte, half))
		accepted := 0
		check := func(what string, sig []byte) {
			want := method.Verify(input, sig, &key.PublicKey) == nil
			if got := algorithm.Verify(public, input, sig, false); got != want {
				t.Errorf("%s, %s: got %t, golang-jwt says %t for %x", name, what, got, want, sig)
			}
			if want {
				accepted++
			}
		}
		for round := range test.rounds {
			sig, err := method.Sign(input, key)
			if err != nil {
				t.Fatal(err)
			}
			check("good", sig)
			if round > 1 {
				continue
			}
			for _, i := range []int{0, half - 1, half, 2*half - 1} {
				changed := bytes.Clone(sig)
				changed[i] ^= 1
				check("changed", changed)
			}
		}
		if accepted != test.rounds {
			t.Errorf("%s: %d of %d good signatures were accepted", name, accepted, test.rounds)
		}
		sig, err := method.Sign(input, key)
		if err != nil {
			t.Fatal(err)
		}
		zero := make([]byte, half)
		for what, bad := range map[string][]byte{
			"empty":      nil,
			"short":      sig[:2*half-1],
			"long":       append(bytes.Clone(sig), 0),
			"half":       sig[:half],
			"zeros":      make([]byte, 2*half),
			"R is 0":     append(bytes.Clone(zero), sig[half:]...),
			"S is 0":     append(bytes.Clone(sig[:half]), zero...),
			"R is order": append(bytes.Clone(order), sig[half:]...),
			"ones":       bytes.Repeat([]byte{0xff}, 2*half),
		} {
			check(what, bad)
		}
	}
}

// TestECDSAOfAnotherCurve: an algorithm has one curve (RFC 7518 §3.4).
func TestECDSAOfAnotherCurve(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	sig, err := jwt.SigningMethodES384.Sign("a.b", key)
	if err != nil {
		t.Fatal(err)
	}
	public := &jwks.Key{Key: keys.Key{Public: &key.PublicKey}}
	for name, want := range map[string]bool{"ES384": true, "ES256": false, "ES512": false} {
		if got := jws.Find(name).Verify(public, "a.b", sig, false); got != want {
			t.Errorf("%s with a key on P-384: %t", name, got)
		}
	}
}
