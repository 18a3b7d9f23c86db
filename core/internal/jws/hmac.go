package jws

import (
	"crypto/hmac"
	"hash"
	"sync"
)

// HMAC verifies one symmetric algorithm with one secret. It is safe for
// concurrent use.
type HMAC struct {
	// Setting an HMAC's key takes as long as hashing a token, so HMACs with the key set are reused.
	keyed sync.Pool
}

// keyedHMAC is an HMAC (RFC 2104) with scratch memory.
type keyedHMAC struct {
	hash     hash.Hash
	buf, sum []byte
}

// NewHMAC returns the verifier of a symmetric algorithm. It takes the secret as
// a function so that no printed structure contains it.
func NewHMAC(a *Algorithm, secret func() []byte) *HMAC {
	return &HMAC{keyed: sync.Pool{New: func() any { return &keyedHMAC{hash: hmac.New(a.Hash.New, secret())} }}}
}

// Verify reports whether sig is the HMAC of input. It compares in constant time
// (RFC 7518 §3.2): otherwise the time taken would reveal the right bytes one by
// one.
func (h *HMAC) Verify(input string, sig []byte) bool {
	k, ok := h.keyed.Get().(*keyedHMAC)
	if !ok {
		return false // cannot happen: the pool holds nothing else
	}
	defer h.keyed.Put(k)
	k.hash.Reset()
	k.buf = append(k.buf[:0], input...)
	_, _ = k.hash.Write(k.buf) // never fails, see hash.Hash
	k.sum = k.hash.Sum(k.sum[:0])
	clear(k.buf) // it held a token
	return hmac.Equal(k.sum, sig)
}
