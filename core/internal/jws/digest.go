package jws

import (
	"crypto/sha256"
	"sync"
)

// Digest is a SHA-256 digest.
type Digest [sha256.Size]byte

// DigestOf returns the SHA-256 of s without a heap allocation for each call.
func DigestOf(s string) Digest {
	var small [2048]byte // most tokens fit
	if len(s) <= len(small) {
		return sha256.Sum256(small[:copy(small[:], s)])
	}
	buf, ok := digestBuffers.Get().(*[]byte)
	if !ok {
		buf = new([]byte)
	}
	*buf = append((*buf)[:0], s...)
	sum := sha256.Sum256(*buf)
	clear(*buf) // it held a token
	digestBuffers.Put(buf)
	return sum
}

var digestBuffers sync.Pool //nolint:gochecknoglobals // scratch memory for long tokens
