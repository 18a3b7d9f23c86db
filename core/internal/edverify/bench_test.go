package edverify_test

import (
	"crypto/ed25519"
	"slices"
	"strings"
	"testing"

	"github.com/revstackhq/auth-go/core/internal/edverify"
	"github.com/revstackhq/auth-go/core/internal/test"
)

// BenchmarkRatio compares ours with crypto/ed25519's by the least disturbed turn of each.
func BenchmarkRatio(b *testing.B) {
	const checks = 16
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		b.Fatal(err)
	}
	message := strings.Repeat("a", 960)
	sig := ed25519.Sign(private, []byte(message))
	k, err := edverify.Prepare(public)
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
		way("prepared", func() bool { return k.Verify(message, sig) }),
		way("crypto-ed25519", func() bool { return ed25519.Verify(public, []byte(message), sig) }),
	})
}

func BenchmarkPrepare(b *testing.B) {
	public, _, err := ed25519.GenerateKey(nil)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := edverify.Prepare(public); err != nil {
			b.Fatal(err)
		}
	}
}
