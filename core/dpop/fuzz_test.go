package dpop_test

import (
	"encoding/json"
	"log/slog"
	"testing"

	"github.com/go-jose/go-jose/v4"
	"github.com/golang-jwt/jwt/v5"

	"github.com/revstackhq/auth-go/core/dpop"
	"github.com/revstackhq/auth-go/core/dpop/dpoptest"
	"github.com/revstackhq/auth-go/core/internal/test"
)

// FuzzProof: no proof panics, every refusal has a kind, and what is accepted is bound to the token's key, verifies with
// another library, and is refused with one bit flipped.
func FuzzProof(f *testing.F) {
	s := newSigner(f)
	bad, err := dpoptest.BadProofs(s, good())
	if err != nil {
		f.Fatal(err)
	}
	for _, b := range bad {
		f.Add(b.Proof, url, uint16(0))
	}
	f.Add(proof(f, s, good()), url, uint16(99))
	f.Add(proof(f, s, good()), "https://api.example.com/%6frders?x#y", uint16(2000))
	f.Fuzz(func(t *testing.T, text, requested string, bit uint16) {
		k, err := dpop.New(dpop.Config{Logger: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatal(err)
		}
		p := present(s, text)
		p.URL = requested
		test.Bounded(t, len(text)+len(requested), 32<<10, 32, func() { _ = k.Again().Check(t.Context(), p) })
		err = k.Check(t.Context(), p)
		if err != nil && kindOf(err) != dpop.KindInvalidProof {
			t.Errorf("got %v, want an error of kind %s", err, dpop.KindInvalidProof)
		}
		if err == nil {
			confirmProof(t, text)
			flipped := p
			flipped.Proof = flipBit(text, bit)
			if k.Again().Check(t.Context(), flipped) == nil {
				t.Errorf("%q is accepted with bit %d flipped", text, bit)
			}
		}
		p.Thumbprint = newSigner(t).Thumbprint()
		if k.Again().Check(t.Context(), p) == nil {
			t.Error("a proof is accepted for another key")
		}
	})
}

// confirmProof checks that a proof which is accepted verifies with golang-jwt, by the key in its header as go-jose
// reads it.
func confirmProof(t *testing.T, text string) {
	t.Helper()
	parser := jwt.NewParser(jwt.WithStrictDecoding(), jwt.WithoutClaimsValidation())
	_, err := parser.Parse(text, func(p *jwt.Token) (any, error) {
		raw, err := json.Marshal(p.Header["jwk"])
		if err != nil {
			return nil, err
		}
		var key jose.JSONWebKey
		err = key.UnmarshalJSON(raw)
		return key.Key, err
	})
	if err != nil {
		t.Errorf("%q is accepted, golang-jwt refuses it: %v", text, err)
	}
}

// flipBit flips one bit of a text.
func flipBit(text string, bit uint16) string {
	b := []byte(text)
	n := int(bit) % (8 * len(b))
	b[n/8] ^= 1 << (n % 8)
	return string(b)
}
