package dpop_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/revstackhq/auth-go/core/dpop"
)

// BenchmarkProof compares the check of a proof, its store included, with one ES256 signature check.
func BenchmarkProof(b *testing.B) {
	s := newSigner(b)
	forgetful := storeFunc(func() (bool, error) { return true, nil })
	k := newChecker(b, dpop.Config{Store: forgetful, OnFailure: dpop.FailClosed})
	p := present(s, proof(b, s, good()))
	b.Run("signature alone", func(b *testing.B) {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			b.Fatal(err)
		}
		input := p.Proof[:strings.LastIndexByte(p.Proof, '.')]
		signature, err := jwt.SigningMethodES256.Sign(input, key)
		if err != nil {
			b.Fatal(err)
		}
		for b.Loop() {
			if err := jwt.SigningMethodES256.Verify(input, signature, &key.PublicKey); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("proof", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if err := k.Check(b.Context(), p); err != nil {
				b.Fatal(err)
			}
		}
	})
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
