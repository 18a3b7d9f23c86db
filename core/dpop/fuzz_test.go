package dpop_test

import (
	"log/slog"
	"testing"

	"github.com/revstackhq/auth-go/core/dpop"
	"github.com/revstackhq/auth-go/core/dpop/dpoptest"
)

// FuzzProof: no proof panics, every refusal has a kind, and what is accepted is bound to the token's key.
func FuzzProof(f *testing.F) {
	s := newSigner(f)
	bad, err := dpoptest.BadProofs(s, good())
	if err != nil {
		f.Fatal(err)
	}
	for _, b := range bad {
		f.Add(b.Proof, url)
	}
	f.Add(proof(f, s, good()), url)
	f.Add(proof(f, s, good()), "https://api.example.com/%6frders?x#y")
	f.Fuzz(func(t *testing.T, text, requested string) {
		k, err := dpop.New(dpop.Config{Logger: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatal(err)
		}
		p := present(s, text)
		p.URL = requested
		err = k.Check(t.Context(), p)
		if err != nil && kindOf(err) != dpop.KindInvalidProof {
			t.Errorf("got %v, want an error of kind %s", err, dpop.KindInvalidProof)
		}
		p.Thumbprint = newSigner(t).Thumbprint()
		if k.Again().Check(t.Context(), p) == nil {
			t.Error("a proof is accepted for another key")
		}
	})
}
