package main

import (
	"crypto"
	"crypto/ed25519"
	"crypto/hmac"
	_ "crypto/sha256" // RFC 7518 §3.1: the hashes of the algorithms
	_ "crypto/sha512"
	"math/big"
	"slices"
)

// signer makes the signature of a signing input.
type signer func(input string) []byte

func digest(h crypto.Hash, input string) []byte {
	hash := h.New()
	hash.Write([]byte(input))
	return hash.Sum(nil)
}

func hmacSigner(h crypto.Hash, secret []byte) signer {
	return func(input string) []byte {
		mac := hmac.New(h.New, secret)
		mac.Write([]byte(input))
		return mac.Sum(nil)
	}
}

// oid returns the DigestInfo of RFC 8017 §9.2 up to the digest.
func oid(h crypto.Hash) []byte {
	last := map[crypto.Hash]byte{crypto.SHA256: 1, crypto.SHA384: 2, crypto.SHA512: 3}[h]
	size := byte(h.Size())
	return []byte{
		0x30, 17 + size, 0x30, 13, 0x06, 9, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, last, 0x05, 0,
		0x04, size,
	}
}

// pkcs1 is EMSA-PKCS1-v1_5 (RFC 8017 §9.2).
func pkcs1(h crypto.Hash, input string, size int) []byte {
	return pkcs1Of(append(oid(h), digest(h, input)...), size)
}

// pkcs1Of pads what PKCS #1 v1.5 signs.
func pkcs1Of(info []byte, size int) []byte {
	out := []byte{0, 1}
	for len(out) < size-len(info)-1 {
		out = append(out, 0xff)
	}
	return append(append(out, 0), info...)
}

func rsSigner(h crypto.Hash, k *rsaKey) signer {
	return func(input string) []byte { return k.sign(pkcs1(h, input, k.size())) }
}

// pss describes deviations of a PSS encoding from RFC 8017 §9.1.1. The zero value is the correct encoding.
type pss struct {
	mgf     crypto.Hash
	salt    int // the salt's length minus the hash's
	trailer byte
	one     byte // replaces the 1 between padding and salt
	keepTop bool // leaves the bits set that must be zero
}

// encode is EMSA-PSS with a salt that follows from the input.
func (p pss) encode(h crypto.Hash, input string, bits int) []byte {
	mgf, trailer, one := p.mgf, p.trailer, p.one
	if mgf == 0 {
		mgf = h
	}
	if trailer == 0 {
		trailer = 0xbc
	}
	if one == 0 {
		one = 1
	}
	size := (bits + 7) / 8
	salt := stream("salt "+input, h.Size()+p.salt)
	hash := h.New()
	hash.Write(make([]byte, 8))
	hash.Write(digest(h, input))
	hash.Write(salt)
	sum := hash.Sum(nil)
	db := make([]byte, size-len(sum)-1)
	copy(db[len(db)-len(salt):], salt)
	db[len(db)-len(salt)-1] = one
	for i, m := range mgf1(mgf, sum, len(db)) {
		db[i] ^= m
	}
	if top := byte(0xff) >> (8*size - bits); p.keepTop {
		db[0] |= ^top & 0x80
	} else {
		db[0] &= top
	}
	return slices.Concat(db, sum, []byte{trailer})
}

// mgf1 is the mask generation function of RFC 8017 appendix B.2.1.
func mgf1(h crypto.Hash, seed []byte, n int) []byte {
	var out []byte
	for i := byte(0); len(out) < n; i++ {
		hash := h.New()
		hash.Write(seed)
		hash.Write([]byte{0, 0, 0, i})
		out = hash.Sum(out)
	}
	return out[:n]
}

func psSigner(h crypto.Hash, k *rsaKey, p pss) signer {
	return func(input string) []byte { return k.sign(p.encode(h, input, k.n.BitLen()-1)) }
}

// hashed returns the number that ECDSA signs.
func (c ecCurve) hashed(h crypto.Hash, input string) *big.Int {
	z := new(big.Int).SetBytes(digest(h, input))
	if extra := h.Size()*8 - c.order.BitLen(); extra > 0 {
		z.Rsh(z, uint(extra))
	}
	return z
}

// rs returns the two numbers of a signature whose nonce is derived from the input and a label.
func (k *ecKey) rs(h crypto.Hash, input, label string) (r, s *big.Int) {
	nonce := k.curve.scalar("nonce " + label + k.d.String() + input)
	return k.withNonce(h, input, nonce)
}

func (k *ecKey) withNonce(h crypto.Hash, input string, nonce *big.Int) (r, s *big.Int) {
	n := k.curve.order
	x, _ := k.curve.point(nonce)
	r = new(big.Int).Mod(new(big.Int).SetBytes(x), n)
	s = new(big.Int).Mul(r, k.d)
	s.Add(s, k.curve.hashed(h, input)).Mul(s, new(big.Int).ModInverse(nonce, n)).Mod(s, n)
	return r, s
}

// raw returns a signature in the form of RFC 7518 §3.4: r and s, each as long as the order.
func (c ecCurve) raw(r, s *big.Int) []byte {
	return append(r.FillBytes(make([]byte, c.size)), s.FillBytes(make([]byte, c.size))...)
}

func esSigner(h crypto.Hash, k *ecKey) signer {
	return func(input string) []byte { return k.curve.raw(k.rs(h, input, "")) }
}

func edSigner(k ed25519.PrivateKey) signer {
	return func(input string) []byte { return ed25519.Sign(k, []byte(input)) }
}

// join makes a compact JWS of a header and a payload as they are written.
func join(header, payload string, sign signer) string {
	input := b64([]byte(header)) + "." + b64([]byte(payload))
	return input + "." + b64(sign(input))
}
