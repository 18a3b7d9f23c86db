package jwks

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"
	"sync/atomic"

	"github.com/go-jose/go-jose/v4"

	"github.com/revstackhq/auth-go/core/keys"
)

const (
	minRSABits = 2048 // RFC 7518 §3.3
	maxRSABits = 8192 // what crypto/tls accepts; above it one check costs milliseconds
	maxRSAExp  = 1<<31 - 1
	maxKidSize = 256
)

// Key is one public signature key. Its fields are read-only. As long as a refreshed set has the same key (kid, alg and
// thumbprint) the pointer stays the same, so a pointer that is in the set means "this key is still published".
type Key struct {
	keys.Key

	Kty        string            // "RSA", "EC", "OKP" or "AKP"
	Crv        string            // "P-256", "P-384", "P-521", "Ed25519"; empty for RSA and AKP
	Thumbprint [sha256.Size]byte // RFC 7638
	Bits       int               // modulus or field size

	aux atomic.Pointer[any]
}

// Aux returns the value that Attach attached, nil if there is none.
func (k *Key) Aux() any {
	if p := k.aux.Load(); p != nil {
		return *p
	}
	return nil
}

// Attach keeps v, a value prepared for this key such as a verifier, for as long as the key is published. It returns
// the attached value: v, or the one that another caller attached before.
func (k *Key) Attach(v any) any {
	k.aux.CompareAndSwap(nil, &v)
	return *k.aux.Load()
}

// Fits reports whether a signature made with alg may be checked with k: key type and curve match, and the key is not
// bound to another algorithm (RFC 7517 §4.4, RFC 8725 §3.1). "Ed25519" (RFC 9864) and "EdDSA" are the same algorithm
// here.
func (k *Key) Fits(alg string) bool {
	kty, crv := family(alg)
	if kty == "" || kty != k.Kty || crv != k.Crv {
		return false
	}
	return k.Algorithm == "" || canonicalAlg(k.Algorithm) == canonicalAlg(alg)
}

// family returns the key type and curve that an algorithm needs. kty is empty for an algorithm without public keys,
// which excludes HS* and none.
func family(alg string) (kty, crv string) {
	switch alg {
	case "RS256", "RS384", "RS512", "PS256", "PS384", "PS512":
		return "RSA", ""
	case "ES256": // RFC 7518 §3.4 ties each ES* to one curve
		return "EC", "P-256"
	case "ES384":
		return "EC", "P-384"
	case "ES512":
		return "EC", "P-521"
	case "EdDSA", "Ed25519":
		return "OKP", "Ed25519"
	case "ML-DSA-44", "ML-DSA-65", "ML-DSA-87": // such a key names its algorithm
		return ktyAKP, ""
	}
	return "", ""
}

func canonicalAlg(alg string) string {
	if alg == "Ed25519" { // RFC 9864 §2.2
		return "EdDSA"
	}
	return alg
}

// allAlgorithms returns every algorithm with public keys, in canonical form.
func allAlgorithms() []string {
	return append([]string{
		"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA",
	}, akpAlgorithms()...)
}

// newKey checks pub and wraps it; the reason is a sentence for diagnostics when pub cannot be used.
func newKey(pub crypto.PublicKey, kid, alg string) (key *Key, reason string) {
	key = &Key{Key: keys.Key{ID: kid, Algorithm: alg, Public: pub}}
	switch pub := pub.(type) {
	case *rsa.PublicKey:
		key.Kty, key.Bits = "RSA", pub.N.BitLen()
		switch {
		case key.Bits < minRSABits:
			return nil, "RSA modulus shorter than 2048 bits"
		case key.Bits > maxRSABits:
			return nil, "RSA modulus longer than 8192 bits"
		case pub.N.Bit(0) == 0:
			return nil, "RSA modulus is even"
		case pub.E < 3 || pub.E%2 == 0 || pub.E > maxRSAExp:
			return nil, "RSA exponent is even, below 3 or above 2^31-1"
		}
	case *ecdsa.PublicKey:
		key.Kty, key.Crv, key.Bits = "EC", pub.Params().Name, pub.Params().BitSize
		if _, err := pub.ECDH(); err != nil { // refuses points off the curve
			return nil, "EC point is not on P-256, P-384 or P-521"
		}
	case ed25519.PublicKey:
		key.Kty, key.Crv, key.Bits = "OKP", "Ed25519", 256
		if len(pub) != ed25519.PublicKeySize {
			return nil, "Ed25519 key is not 32 bytes long"
		}
		if LowOrder(pub) {
			return nil, "Ed25519 key is a point of low order, for which anyone can sign"
		}
	default:
		return nil, "unsupported key type"
	}
	if alg != "" && !key.Fits(alg) {
		return nil, "alg " + printable(alg, shownBytes) + " is not a signature algorithm for this key"
	}
	sum, err := (&jose.JSONWebKey{Key: pub}).Thumbprint(crypto.SHA256)
	if err != nil {
		return nil, "no RFC 7638 thumbprint: " + printable(err.Error(), shownBytes)
	}
	copy(key.Thumbprint[:], sum)
	return key, ""
}
