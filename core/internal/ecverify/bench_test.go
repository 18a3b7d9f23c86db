package ecverify_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core/internal/ecverify"
)

// BenchmarkRatio takes turns, a few checks each, and reports ours over crypto/ecdsa's of the least disturbed round
// of each.
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
	ways := []func() bool{
		func() bool { return k.Verify(&digest, sig) },
		func() bool { return ecdsa.Verify(&private.PublicKey, digest[:], r, s) },
	}
	times := make([][]float64, len(ways))
	for b.Loop() {
		for i, verify := range ways {
			start := time.Now()
			for range checks {
				if !verify() {
					b.Fatal("refused")
				}
			}
			times[i] = append(times[i], float64(time.Since(start).Nanoseconds())/checks)
		}
	}
	ours, standard := slices.Min(times[0]), slices.Min(times[1])
	b.ReportMetric(0, "ns/op") // the sum of both says nothing
	b.ReportMetric(ours, "ns/prepared")
	b.ReportMetric(standard, "ns/crypto-ecdsa")
	b.ReportMetric(ours/standard, "×crypto-ecdsa")
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
