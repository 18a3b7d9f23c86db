package rsaverify

import (
	"crypto/rsa"
	"errors"

	"filippo.io/bigmod"

	"github.com/revstackhq/auth-go/core/internal/standardcrypto"
)

// Bounds of the keys that [Prepare] accepts.
const (
	minBits     = 2048 // RFC 7518 §3.3 and §3.5
	maxBits     = 8192 // bounds the time of one check, even with a key that an attacker chose
	minExponent = 3
	maxExponent = 1<<31 - 1 // as in crypto/rsa

	maxOctets = maxBits / 8
)

// ErrVerification is the error for every invalid signature, whatever is wrong with it.
var ErrVerification = errors.New("rsaverify: invalid signature")

// UnsupportedKeyError reports a public key that [Prepare] leaves to crypto/rsa.
type UnsupportedKeyError struct {
	Reason string // one sentence for a person, without the key itself
}

// Error returns the reason.
func (e *UnsupportedKeyError) Error() string { return "rsaverify: unsupported key: " + e.Reason }

// Key is a prepared public key. It is immutable and safe for concurrent use. It takes a little more than twice the
// size of the modulus (0.6 KB for 2048 bits). The zero Key and a nil *Key refuse every signature.
type Key struct {
	modulus  *bigmod.Modulus // odd, with its Montgomery constants
	exponent uint            // odd, minExponent … maxExponent
	bits     int             // modBits of RFC 8017
	octets   int             // k of RFC 8017
}

// Prepare returns pub as a prepared key, in less time than one check takes. It copies what it needs: the caller may
// change pub afterwards.
//
// The modulus must be odd and have 2048 to 8192 bits; the exponent must be odd and from 3 to 2³¹−1. For any other
// key, and if [standardcrypto.Required] returns true, the error is an [*UnsupportedKeyError]: use crypto/rsa, which
// may still accept the key.
func Prepare(pub *rsa.PublicKey) (*Key, error) {
	if standardcrypto.Required() {
		return nil, &UnsupportedKeyError{Reason: "crypto/rsa is required in FIPS 140-3 mode and under BoringCrypto"}
	}
	if pub == nil || pub.N == nil || pub.N.Sign() <= 0 {
		return nil, &UnsupportedKeyError{Reason: "the modulus is missing or not positive"}
	}
	bits := pub.N.BitLen()
	switch {
	case bits < minBits || bits > maxBits:
		return nil, &UnsupportedKeyError{Reason: "the modulus is not of 2048 to 8192 bits"}
	case pub.N.Bit(0) == 0:
		return nil, &UnsupportedKeyError{Reason: "the modulus is even"}
	case pub.E < minExponent || pub.E > maxExponent:
		return nil, &UnsupportedKeyError{Reason: "the exponent is not between 3 and 2^31-1"}
	case pub.E&1 == 0:
		return nil, &UnsupportedKeyError{Reason: "the exponent is even"}
	}
	modulus, err := bigmod.NewModulus(pub.N.Bytes())
	if err != nil {
		return nil, &UnsupportedKeyError{Reason: err.Error()}
	}
	return &Key{modulus: modulus, exponent: uint(pub.E), bits: bits, octets: (bits + 7) / 8}, nil
}

// recoverMessage overwrites em, whose length is k, with the octets of I2OSP(sᵉ mod n, k), and reports whether sig has
// the length and range of a signature of this key: RFC 8017 §8.1.2 and §8.2.2, steps 1 and 2, with RSAVP1 (§5.2.2).
func (k *Key) recoverMessage(em, sig []byte) bool {
	// Step 1: exactly k octets, so a stripped or added zero is refused.
	if len(sig) != k.octets {
		return false
	}
	// OS2IP, and the range of RSAVP1 step 1: SetBytes refuses s ≥ n.
	s, err := bigmod.NewNat().SetBytes(sig, k.modulus)
	if err != nil {
		return false
	}
	// "VarTime" refers to the exponent, which is public, like all other inputs.
	m := bigmod.NewNat().ExpShortVarTime(s, k.exponent, k.modulus)
	writeOctets(em, m.Bits())
	return true
}

// writeOctets is I2OSP (RFC 8017 §4.1) of a number given as limbs, the least significant first. It fits em, and its
// limbs fill em, because bigmod gives it as many limbs as the modulus has.
func writeOctets(em []byte, limbs []uint) {
	i := len(em)
	for _, limb := range limbs {
		for shift := 0; shift < bitsPerLimb && i > 0; shift += 8 {
			i--
			em[i] = byte(limb >> shift) //nolint:gosec // its low octet
		}
	}
}
