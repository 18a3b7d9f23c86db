package rsaverify_test

import (
	"crypto"
	"crypto/rsa"
	"errors"
	"testing"

	"github.com/revstackhq/auth-go/core/internal/rsaverify"
)

// scheme is one of the two signature schemes: ours, the standard library's, and an encoder for the tests.
type scheme struct {
	name   string
	ours   func(*rsaverify.Key, crypto.Hash, []byte, []byte) error
	theirs func(*rsa.PublicKey, crypto.Hash, []byte, []byte) error
	encode func(tb testing.TB, k *testKey, hash crypto.Hash, digest, salt []byte) []byte
}

func pkcs1v15() scheme {
	return scheme{
		name: "PKCS1v15", ours: (*rsaverify.Key).VerifyPKCS1v15, theirs: rsa.VerifyPKCS1v15,
		encode: func(tb testing.TB, k *testKey, hash crypto.Hash, digest, _ []byte) []byte {
			tb.Helper()
			return padPKCS1v15(k.octets(), digestInfo(tb, hash, digest))
		},
	}
}

func pss() scheme {
	return scheme{
		name: "PSS", ours: (*rsaverify.Key).VerifyPSS,
		theirs: func(pub *rsa.PublicKey, hash crypto.Hash, digest, sig []byte) error {
			return rsa.VerifyPSS(pub, hash, digest, sig, &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash})
		},
		encode: func(_ testing.TB, k *testKey, hash crypto.Hash, digest, salt []byte) []byte {
			return goodPSS(hash, digest, salt).encode(k.emBits())
		},
	}
}

func schemes() []scheme { return []scheme{pkcs1v15(), pss()} }

// accepts asks both implementations, fails if they differ or the error is not the one there is, and returns the
// verdict.
func (s scheme) accepts(tb testing.TB, k *testKey, hash crypto.Hash, digest, sig []byte) bool {
	tb.Helper()
	ours, theirs := s.ours(k.prepared, hash, digest, sig), s.theirs(k.PublicKey, hash, digest, sig)
	if (ours == nil) != (theirs == nil) {
		tb.Fatalf("%s %v, %d bits, e = %d: ours %v, crypto/rsa %v\ndigest %x\nsignature %x",
			s.name, hash, k.N.BitLen(), k.E, ours, theirs, digest, sig)
	}
	if ours != nil && !errors.Is(ours, rsaverify.ErrVerification) {
		tb.Fatalf("%s: error %v, want ErrVerification", s.name, ours)
	}
	return ours == nil
}

func (s scheme) mustAccept(tb testing.TB, k *testKey, hash crypto.Hash, digest, sig []byte) {
	tb.Helper()
	if !s.accepts(tb, k, hash, digest, sig) {
		tb.Fatalf("%s %v, %d bits, e = %d: a valid signature was refused", s.name, hash, k.N.BitLen(), k.E)
	}
}

func (s scheme) mustRefuse(tb testing.TB, k *testKey, hash crypto.Hash, digest, sig []byte) {
	tb.Helper()
	if s.accepts(tb, k, hash, digest, sig) {
		tb.Errorf("%s %v, %d bits, e = %d: accepted", s.name, hash, k.N.BitLen(), k.E)
	}
}
