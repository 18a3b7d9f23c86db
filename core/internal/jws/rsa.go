package jws

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha512"

	"github.com/revstackhq/auth-go/core/internal/jwks"
	"github.com/revstackhq/auth-go/core/internal/rsaverify"
)

// rsaScheme is how an algorithm signs with RSA (RFC 8017 §8).
type rsaScheme uint8

const (
	notRSA rsaScheme = iota
	rsaPKCS1v15
	rsaPSS
)

// preparedRSA returns the key's prepared modulus, which is made when the key is
// first used. It is nil for keys that crypto/rsa has to verify, and in FIPS mode.
func preparedRSA(k *jwks.Key) *rsaverify.Key {
	if prepared, done := k.Aux().(*rsaverify.Key); done {
		return prepared
	}
	var prepared *rsaverify.Key // attached even if it is nil, so that a failure is not tried again
	if public, ok := k.Public.(*rsa.PublicKey); ok {
		if p, err := rsaverify.Prepare(public); err == nil {
			prepared = p
		}
	}
	prepared, _ = k.Attach(prepared).(*rsaverify.Key)
	return prepared
}

func (a *Algorithm) verifyRSA(key *rsaverify.Key, input string, sig []byte) bool {
	var sum [maxDigest]byte
	digest := a.digest(&sum, input)
	if a.rsa == rsaPSS {
		return key.VerifyPSS(a.Hash, digest, sig) == nil
	}
	return key.VerifyPKCS1v15(a.Hash, digest, sig) == nil
}

// maxDigest is the length of the longest digest of any algorithm.
const maxDigest = sha512.Size

// digest hashes input into sum.
func (a *Algorithm) digest(sum *[maxDigest]byte, input string) []byte {
	switch a.Hash {
	case crypto.SHA384:
		d := sha512.Sum384([]byte(input))
		return sum[:copy(sum[:], d[:])]
	case crypto.SHA512:
		d := sha512.Sum512([]byte(input))
		return sum[:copy(sum[:], d[:])]
	default:
		d := DigestOf(input)
		return sum[:copy(sum[:], d[:])]
	}
}
