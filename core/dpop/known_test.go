package dpop_test

import (
	"crypto/ecdsa"
	"crypto/sha256"
	"strings"
	"testing"

	"github.com/revstackhq/auth-go/core/dpop"
	"github.com/revstackhq/auth-go/core/dpop/dpoptest"
	"github.com/revstackhq/auth-go/core/internal/test"
)

// TestKnownClient: what is remembered of a client changes no verdict on its proofs.
func TestKnownClient(t *testing.T) {
	s := newSigner(t)
	k := newChecker(t, dpop.Config{})
	if err := k.Check(t.Context(), present(s, proof(t, s, good()))); err != nil {
		t.Fatal(err)
	}
	if n := dpop.KnownClients(k); n != 1 {
		t.Fatalf("%d clients are known after a good proof", n)
	}
	bad, err := dpoptest.BadProofs(s, good())
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range bad {
		if err := k.Check(t.Context(), present(s, b.Proof)); kindOf(err) != dpop.KindInvalidProof {
			t.Errorf("%s: %v", b.Name, err)
		}
	}
	p := present(s, proof(t, s, good()))
	p.Thumbprint = newSigner(t).Thumbprint()
	if kindOf(k.Check(t.Context(), p)) != dpop.KindInvalidProof {
		t.Error("a known client's proof is accepted for a token of another one")
	}
	if err := k.Check(t.Context(), present(s, proof(t, s, good()))); err != nil {
		t.Error(err)
	}
}

// TestUnknownClients: nothing is remembered of those who hold no key of a token, and only so much of those who do.
func TestUnknownClients(t *testing.T) {
	s := newSigner(t)
	k := newChecker(t, dpop.Config{Store: storeFunc(func() (bool, error) { return true, nil }), OnFailure: dpop.FailOpen})
	forged := proof(t, s, good())
	forged = forged[:strings.LastIndexByte(forged, '.')] + "." + strings.Repeat("A", 86)
	if k.Check(t.Context(), present(s, forged)) == nil {
		t.Fatal("a forged proof is accepted")
	}
	foreign := present(s, proof(t, newSigner(t), good()))
	if k.Check(t.Context(), foreign) == nil {
		t.Fatal("a foreign key is accepted")
	}
	if n := dpop.KnownClients(k); n != 0 {
		t.Errorf("%d clients are known without a good proof", n)
	}
	if n := dpop.FillClients(3 * dpop.MostClients); n > dpop.MostClients {
		t.Errorf("%d clients are known, want at most %d", n, dpop.MostClients)
	}
}

// FuzzNormalURL: a URL that passes for normalized is.
func FuzzNormalURL(f *testing.F) {
	for _, seed := range []string{
		url, "http://a/", "https://a/b/.c", "https://a/b/./c", "https://a/..", "https://a:443/", "https://A/",
		"https://a/%7e", "https://a", "https://a/b?c", "https://u@a/b", "https://[::1]/", "https://a//b", "https:///b", "https://a/b\\c",
		"ftp://a/", "https://a/b/..c/", "https://a/b.c/d..", "https://a/b:c@d", "https://127.0.0.1/x", "https://a./", "https://a/\x7f",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		if !dpop.IsNormal(raw) {
			return
		}
		if got, ok := dpop.NormalizeSlowly(raw); !ok || got != raw {
			t.Errorf("%q passes for normalized, its normal form is %q, %t", raw, got, ok)
		}
	})
}

// TestAllocationsOfCheck: what the check of a known client's proof allocates beside its signature check.
func TestAllocationsOfCheck(t *testing.T) {
	if test.Race {
		t.Skip("the race detector allocates")
	}
	const most = 4 // payload, signature, index of the claims, and the encoded signature
	s := newSigner(t)
	forgetful := storeFunc(func() (bool, error) { return true, nil })
	k := newChecker(t, dpop.Config{Store: forgetful, OnFailure: dpop.FailClosed})
	p := present(s, proof(t, s, good()))
	ctx := t.Context()
	check := testing.AllocsPerRun(100, func() {
		if err := k.Check(ctx, p); err != nil {
			t.Error(err)
		}
	})
	key, digest, signature := signedDigest(t)
	alone := testing.AllocsPerRun(100, func() {
		if sum := sha256.Sum256(digest); !ecdsa.VerifyASN1(key, sum[:], signature) {
			t.Error("bad signature")
		}
	})
	if check-alone > most {
		t.Errorf("%v allocations for a proof, %v for its signature, want at most %d more", check, alone, most)
	}
}
