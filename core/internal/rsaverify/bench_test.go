package rsaverify_test

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"fmt"
	"slices"
	"testing"

	"github.com/golang-jwt/jwt/v5"

	"github.com/revstackhq/auth-go/core/internal/test"
)

// contender is one way to check the signature of a whole signing input; all of them hash it with SHA-256.
type contender struct {
	name   string
	verify func() error
}

// subject is a token of about 965 octets under a generated key: its signing input and its signature.
type subject struct {
	input []byte
	sig   []byte
	key   *testKey
}

func newSubject(b *testing.B, s scheme, bits int) subject {
	b.Helper()
	private, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		b.Fatal(err)
	}
	k := &testKey{PublicKey: &private.PublicKey, prepared: prepare(b, &private.PublicKey)}
	input := bytes.Repeat([]byte("a"), 622)
	digest := hashOf(crypto.SHA256, input)
	sig, err := rsa.SignPKCS1v15(nil, private, crypto.SHA256, digest)
	if s.name == pss().name {
		sig, err = rsa.SignPSS(
			rand.Reader,
			private,
			crypto.SHA256,
			digest,
			&rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash},
		)
	}
	if err != nil {
		b.Fatal(err)
	}
	s.mustAccept(b, k, crypto.SHA256, digest, sig)
	return subject{input: input, sig: sig, key: k}
}

// contenders are ours first, then the limit (SHA-256 and the standard library), then golang-jwt. The calls
// are written out: through a function value every digest would be allocated.
func contenders(s scheme, of subject) []contender {
	k, sig, text := of.key, of.sig, string(of.input)
	exact := &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash}
	if s.name == pss().name {
		return []contender{
			{"rsaverify", func() error {
				digest := sha256.Sum256(of.input)
				return k.prepared.VerifyPSS(crypto.SHA256, digest[:], sig)
			}},
			{"crypto-rsa", func() error {
				digest := sha256.Sum256(of.input)
				return rsa.VerifyPSS(k.PublicKey, crypto.SHA256, digest[:], sig, exact)
			}},
			{"golang-jwt", func() error { return jwt.SigningMethodPS256.Verify(text, sig, k.PublicKey) }},
		}
	}
	return []contender{
		{"rsaverify", func() error {
			digest := sha256.Sum256(of.input)
			return k.prepared.VerifyPKCS1v15(crypto.SHA256, digest[:], sig)
		}},
		{"crypto-rsa", func() error {
			digest := sha256.Sum256(of.input)
			return rsa.VerifyPKCS1v15(k.PublicKey, crypto.SHA256, digest[:], sig)
		}},
		{"golang-jwt", func() error { return jwt.SigningMethodRS256.Verify(text, sig, k.PublicKey) }},
	}
}

func BenchmarkVerify(b *testing.B) {
	for _, s := range schemes() {
		for _, bits := range []int{2048, 3072, 4096} {
			subject := newSubject(b, s, bits)
			for _, c := range contenders(s, subject) {
				b.Run(fmt.Sprintf("%s-%d/%s", s.name, bits, c.name), func(b *testing.B) {
					b.ReportAllocs()
					for b.Loop() {
						if err := c.verify(); err != nil {
							b.Fatal(err)
						}
					}
				})
			}
		}
	}
}

// BenchmarkRatio takes turns, a few checks each, and reports ours over each other's as the median of the rounds: what
// else the machine does falls on all alike.
func BenchmarkRatio(b *testing.B) {
	const checks = 8
	for _, s := range schemes() {
		for _, bits := range []int{2048, 3072, 4096} {
			b.Run(fmt.Sprintf("%s-%d", s.name, bits), func(b *testing.B) {
				subject := newSubject(b, s, bits)
				all := contenders(s, subject)
				ways := make([]test.Way, len(all))
				for i, c := range all {
					ways[i] = test.Way{Name: c.name, Do: func() {
						if err := c.verify(); err != nil {
							b.Fatal(err)
						}
					}}
				}
				test.TakeTurns(b, checks, median, ways)
			})
		}
	}
}

func BenchmarkPrepare(b *testing.B) {
	for _, bits := range []int{2048, 4096, 8192} {
		pub := keyFor(b, bits, 65537).PublicKey
		b.Run(fmt.Sprint(bits), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				prepare(b, pub)
			}
		})
	}
}

func median(values []float64) float64 {
	slices.Sort(values)
	return values[len(values)/2]
}
