package rsaverify

import (
	"crypto"
	"crypto/sha256"
	"crypto/sha512"
	"math/bits"
)

const (
	bitsPerLimb   = bits.UintSize
	maxHashOctets = sha512.Size
)

// digestInfoPrefix returns the DER of a DigestInfo up to its digest (RFC 8017 §9.2, note 1), or "" for a hash that no
// algorithm of RFC 7518 uses with RSA.
func digestInfoPrefix(hash crypto.Hash) string {
	switch hash {
	case crypto.SHA256:
		return "\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20"
	case crypto.SHA384:
		return "\x30\x41\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x02\x05\x00\x04\x30"
	case crypto.SHA512:
		return "\x30\x51\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x03\x05\x00\x04\x40"
	default:
		return ""
	}
}

// hashOctets is hLen of RFC 8017, or 0 for a hash that no algorithm of RFC 7518 uses with RSA.
func hashOctets(hash crypto.Hash) int {
	switch hash {
	case crypto.SHA256:
		return sha256.Size
	case crypto.SHA384:
		return sha512.Size384
	case crypto.SHA512:
		return sha512.Size
	default:
		return 0
	}
}

// sum writes the hash of data into the first hashOctets(hash) octets of out. Unlike hash.Hash, the one-shot functions
// do not allocate.
func sum(out *[maxHashOctets]byte, hash crypto.Hash, data []byte) {
	switch hash { //nolint:exhaustive // callers have asked hashOctets
	case crypto.SHA256:
		d := sha256.Sum256(data)
		copy(out[:], d[:])
	case crypto.SHA384:
		d := sha512.Sum384(data)
		copy(out[:], d[:])
	case crypto.SHA512:
		*out = sha512.Sum512(data)
	}
}
