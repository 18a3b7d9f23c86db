package core

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha512"

	"github.com/revstackhq/auth-go/core/internal/jwks"
	"github.com/revstackhq/auth-go/core/internal/rsaverify"
)

// rsaScheme says how an algorithm signs with RSA (RFC 8017 §8).
type rsaScheme uint8

const (
	notRSA rsaScheme = iota
	rsaPKCS1v15
	rsaPSS
)

// maxDigest is the longest digest of any algorithm.
const maxDigest = sha512.Size

// preparedRSA returns the key's prepared modulus, made when the key is first
// used; nil for keys that crypto/rsa has to verify, and in FIPS mode.
func preparedRSA(k *jwks.Key) *rsaverify.Key {
	if prepared, done := k.Aux().(*rsaverify.Key); done {
		return prepared
	}
	var prepared *rsaverify.Key // a nil one is kept too: it is not tried again
	if public, ok := k.Public.(*rsa.PublicKey); ok {
		if p, err := rsaverify.Prepare(public); err == nil {
			prepared = p
		}
	}
	k.SetAux(prepared)
	return prepared
}

// digest hashes input into sum.
func (m *method) digest(sum *[maxDigest]byte, input string) []byte {
	switch m.hash {
	case crypto.SHA384:
		d := sha512.Sum384([]byte(input))
		return sum[:copy(sum[:], d[:])]
	case crypto.SHA512:
		d := sha512.Sum512([]byte(input))
		return sum[:copy(sum[:], d[:])]
	default:
		d := digestOf(input)
		return sum[:copy(sum[:], d[:])]
	}
}
