package edverify_test

import (
	"crypto/ed25519"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core/internal/edverify"
)

// BenchmarkRatio takes turns, a few checks each, and reports ours over crypto/ed25519's of the least disturbed round
// of each.
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
	ways := []func() bool{
		func() bool { return k.Verify(message, sig) },
		func() bool { return ed25519.Verify(public, []byte(message), sig) },
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
	b.ReportMetric(standard, "ns/crypto-ed25519")
	b.ReportMetric(ours/standard, "×crypto-ed25519")
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
