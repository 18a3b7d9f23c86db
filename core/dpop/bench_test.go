package dpop_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"slices"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core/dpop"
	"github.com/revstackhq/auth-go/core/internal/test"
)

// signedDigest returns what an ES256 signature check of a proof's size needs.
func signedDigest(tb testing.TB) (key *ecdsa.PublicKey, input, signature []byte) {
	tb.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		tb.Fatal(err)
	}
	input = make([]byte, 480)
	digest := sha256.Sum256(input)
	if signature, err = ecdsa.SignASN1(rand.Reader, private, digest[:]); err != nil {
		tb.Fatal(err)
	}
	return &private.PublicKey, input, signature
}

// BenchmarkProof compares the check of a proof with one ES256 signature check, ecdsa.VerifyASN1 of a SHA-256 digest.
// The two take turns, and the fastest turn of each counts, because a busy machine slows down one or the other.
func BenchmarkProof(b *testing.B) {
	s := newSigner(b)
	forgetful := storeFunc(func() (bool, error) { return true, nil })
	p := present(s, proof(b, s, good()))
	key, input, signature := signedDigest(b)
	alone := func() {
		if sum := sha256.Sum256(input); !ecdsa.VerifyASN1(key, sum[:], signature) {
			b.Fatal("bad signature")
		}
	}
	for name, known := range map[string]bool{"known client": true, "new client": false} {
		b.Run(name, func(b *testing.B) {
			config := dpop.Config{Store: forgetful, OnFailure: dpop.FailClosed}
			k := newChecker(b, config)
			check := func() {
				if !known {
					dpop.ForgetClients(k)
				}
				if err := k.Check(b.Context(), p); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportAllocs()
			test.TakeTurns(b, 20, slices.Min[[]float64], []test.Way{{Name: "proof", Do: check}, {Name: "ES256", Do: alone}})
		})
	}
	b.Run("memory store", func(b *testing.B) {
		store, key, i := dpop.NewMemoryStore(1<<22), dpop.Key{}, 0
		for b.Loop() {
			i++
			key[0], key[1], key[2], key[3] = byte(i), byte(i>>8), byte(i>>16), byte(i>>24)
			now := at.Add(time.Duration(i) * 20 * time.Microsecond) // 50,000 proofs a second
			if first, err := store.Use(b.Context(), key, now, now.Add(time.Minute)); !first {
				b.Fatal(err)
			}
		}
	})
}
