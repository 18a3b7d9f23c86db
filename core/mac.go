package core

import (
	"crypto/hmac"
	"hash"
	"sync"

	"github.com/revstackhq/auth-go/core/internal/jose"
)

// macs verify the symmetric algorithms of a contract. Keying an HMAC costs as
// much as using it on a token, so keyed ones are kept.
type macs map[string]*sync.Pool

// mac is a keyed HMAC (RFC 2104) with scratch memory.
type mac struct {
	hash     hash.Hash
	buf, sum []byte
}

func newMACs(c *contract) macs {
	all := macs{}
	for alg, m := range c.methods {
		if m.hmac {
			all[alg] = &sync.Pool{New: func() any { return &mac{hash: hmac.New(m.hash.New, c.secret())} }}
		}
	}
	return all
}

// verify compares in constant time (RFC 7518 §3.2).
func (all macs) verify(alg string, t *jose.Token) bool {
	x, ok := all[alg].Get().(*mac)
	if !ok {
		return false // the pool makes nothing else
	}
	defer all[alg].Put(x)
	x.hash.Reset()
	x.buf = append(x.buf[:0], t.SigningInput()...)
	_, _ = x.hash.Write(x.buf) // never fails, see hash.Hash
	x.sum = x.hash.Sum(x.sum[:0])
	clear(x.buf) // it held a token
	return hmac.Equal(x.sum, t.Signature)
}
