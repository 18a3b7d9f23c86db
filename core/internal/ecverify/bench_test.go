package ecverify_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"slices"
	"strings"
	"testing"

	"github.com/revstackhq/auth-go/core/internal/ecverify"
	"github.com/revstackhq/auth-go/core/internal/test"
)

// BenchmarkRatio compares ours with crypto/ecdsa's by the least disturbed turn of each.
func BenchmarkRatio(b *testing.B) {
	const checks = 16
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		b.Fatal(err)
	}
	digest := sha256.Sum256([]byte(strings.Repeat("a", 960)))
	r, s, err := ecdsa.Sign(rand.Reader, private, digest[:])
	if err != nil {
		b.Fatal(err)
	}
	sig := append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...)
	k, err := ecverify.Prepare(&private.PublicKey)
	if err != nil {
		b.Fatal(err)
	}
	way := func(name string, verify func() bool) test.Way {
		return test.Way{Name: name, Do: func() {
			if !verify() {
				b.Fatal("refused")
			}
		}}
	}
	test.TakeTurns(b, checks, slices.Min[[]float64], []test.Way{
		way("prepared", func() bool { return k.Verify(&digest, sig) }),
		way("crypto-ecdsa", func() bool { return ecdsa.Verify(&private.PublicKey, digest[:], r, s) }),
	})
}

func BenchmarkPrepare(b *testing.B) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ecverify.Prepare(&private.PublicKey); err != nil {
			b.Fatal(err)
		}
	}
}
