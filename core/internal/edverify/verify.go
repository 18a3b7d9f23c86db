package edverify

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha512"
	"sync"

	"filippo.io/edwards25519"

	"github.com/revstackhq/auth-go/core/internal/signedwindow"
)

// Verify reports whether sig is an Ed25519 signature of message (RFC 8032 §5.1.7). It accepts exactly the signatures
// that [ed25519.Verify] accepts.
func (k *Key) Verify(message string, sig []byte) bool {
	if k == nil || len(sig) != ed25519.SignatureSize {
		return false
	}
	var s, c edwards25519.Scalar
	// S + L would otherwise be a second signature of the same message.
	if _, err := s.SetCanonicalBytes(sig[32:]); err != nil {
		return false
	}
	digest := k.hash(sig[:32], message)
	if _, err := c.SetUniformBytes(digest[:]); err != nil {
		return false // cannot happen: the hash has 64 octets
	}
	// [S]B = R + [c]A, as R = [S]B + [c](−A).
	var r edwards25519.Point
	r.Set(identity)
	b := base()
	addMultiple(&r, &b, &s)
	addMultiple(&r, &k.minus, &c)
	return bytes.Equal(sig[:32], r.Bytes())
}

// addMultiple adds scalar·P to sum, where P is the point whose multiples t holds.
func addMultiple(sum *edwards25519.Point, t *table, scalar *edwards25519.Scalar) {
	for p, subtract := range t.Terms((*[signedwindow.ScalarSize]byte)(scalar.Bytes())) {
		if subtract {
			sum.Subtract(sum, p)
		} else {
			sum.Add(sum, p)
		}
	}
}

// identity is the neutral element. It is only read.
//
//nolint:gochecknoglobals // a constant
var identity = edwards25519.NewIdentityPoint()

// hash returns SHA-512(R ‖ A ‖ message). Unlike hash.Hash, the one-shot function does not allocate.
func (k *Key) hash(r []byte, message string) [sha512.Size]byte {
	var small [2048]byte // most tokens fit
	if len(r)+len(k.encoded)+len(message) <= len(small) {
		return sha512.Sum512(k.join(small[:0], r, message))
	}
	buf, ok := buffers.Get().(*[]byte)
	if !ok {
		buf = new([]byte)
	}
	*buf = k.join((*buf)[:0], r, message)
	sum := sha512.Sum512(*buf)
	clear(*buf) // it held a token
	buffers.Put(buf)
	return sum
}

func (k *Key) join(buf, r []byte, message string) []byte {
	return append(append(append(buf, r...), k.encoded[:]...), message...)
}

var buffers sync.Pool //nolint:gochecknoglobals // scratch memory for long tokens
