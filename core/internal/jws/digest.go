package jws

import "crypto/sha256"

// Digest is a SHA-256 digest.
type Digest [sha256.Size]byte

// DigestOf returns the SHA-256 of s. It does not allocate.
func DigestOf(s string) (d Digest) {
	h := sha256.New() // stays on the stack
	var chunk [512]byte
	for s != "" {
		n := copy(chunk[:], s)
		h.Write(chunk[:n])
		s = s[n:]
	}
	h.Sum(d[:0])
	return d
}
