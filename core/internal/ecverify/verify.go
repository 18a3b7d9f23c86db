package ecverify

import (
	"crypto/elliptic"
	"crypto/sha256"
	"math/big"
	"slices"
	"sync"

	"filippo.io/nistec"

	"github.com/revstackhq/auth-go/core/internal/signedwindow"
)

const scalarSize = signedwindow.ScalarSize

// SignatureSize is the length of r ‖ s (RFC 7518 §3.4).
const SignatureSize = 2 * scalarSize

// order is n, the order of the group. It is only read.
//
//nolint:gochecknoglobals // a constant
var order = elliptic.P256().Params().N

// numbers are the big numbers of one check. A pool reuses their memory.
type numbers struct {
	r, s, e, w, product, quotient big.Int
}

//nolint:gochecknoglobals // scratch memory
var pool = sync.Pool{New: func() any { return new(numbers) }}

// Verify reports whether sig is an ECDSA signature r ‖ s of the digest, the SHA-256 hash of the message (FIPS 186-5
// §6.4.2). It accepts exactly the signatures that crypto/ecdsa accepts.
func (k *Key) Verify(digest *[sha256.Size]byte, sig []byte) bool {
	if k == nil || len(sig) != SignatureSize {
		return false
	}
	n, ok := pool.Get().(*numbers)
	if !ok {
		return false // cannot happen: the pool holds nothing else
	}
	defer pool.Put(n)
	// Step 1: r and s are in [1, n−1].
	r, s := n.r.SetBytes(sig[:scalarSize]), n.s.SetBytes(sig[scalarSize:])
	if r.Sign() == 0 || s.Sign() == 0 || r.Cmp(order) >= 0 || s.Cmp(order) >= 0 {
		return false
	}
	// Step 3: the digest is as long as n.
	e := n.e.SetBytes(digest[:])
	// Steps 4 and 5: u = e/s and v = r/s. Nothing here is secret, so the time may depend on it.
	w := n.w.ModInverse(s, order)
	if w == nil {
		return false // cannot happen: n is prime
	}
	var u, v [scalarSize]byte
	n.multiply(&u, e, w)
	n.multiply(&v, r, w)
	slices.Reverse(v[:])
	// Step 6: R = [u]G + [v]Q.
	var sum nistec.P256Point
	if _, err := sum.ScalarBaseMult(u[:]); err != nil {
		return false // cannot happen: u has 32 octets
	}
	var minus nistec.P256Point
	for p, subtract := range k.multiples.Terms(&v) {
		if subtract {
			p = minus.Negate(p)
		}
		sum.Add(&sum, p)
	}
	// Steps 7 and 8: BytesX refuses the point at infinity, see the package's documentation.
	x, err := sum.BytesX()
	if err != nil {
		return false
	}
	// Step 9: the coordinate is taken modulo n, so that it may be r + n.
	found := e.SetBytes(x)
	if found.Cmp(order) >= 0 {
		found.Sub(found, order)
	}
	return found.Cmp(r) == 0
}

// multiply writes a·b modulo n into out, big-endian.
func (n *numbers) multiply(out *[scalarSize]byte, a, b *big.Int) {
	n.product.Mul(a, b)
	n.quotient.QuoRem(&n.product, order, &n.s) // s is not needed any more
	n.s.FillBytes(out[:])
}
