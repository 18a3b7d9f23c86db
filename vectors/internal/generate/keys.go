package main

import (
	"crypto/ecdh"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"math/big"
)

// Every key is derived from its label, so the generator writes the same bytes on every machine. The private keys are
// public: anyone who reads this file has them. They must never sign anything but test data.

// stream returns n bytes derived from label: SHA-256 in counter mode.
func stream(label string, n int) []byte {
	var out []byte
	for i := uint64(0); len(out) < n; i++ {
		block := sha256.Sum256(binary.BigEndian.AppendUint64([]byte("auth-go vectors "+label+" "), i))
		out = append(out, block[:]...)
	}
	return out[:n]
}

// rsaKey is an RSA key pair as plain numbers, so that defective keys can be made from it too.
type rsaKey struct {
	n, e, d *big.Int
	p, q    *big.Int
}

// newRSA returns a key with a modulus of exactly that many bits. Finding primes takes the most time of this program, so
// bits is no more than a case needs.
func newRSA(label string, bits int, e int64) *rsaKey {
	one := big.NewInt(1)
	exponent := big.NewInt(e)
	for try := 0; ; try++ {
		p := prime(fmt.Sprintf("%s p%d", label, try), (bits+1)/2, exponent)
		q := prime(fmt.Sprintf("%s q%d", label, try), bits/2, exponent)
		n := new(big.Int).Mul(p, q)
		if n.BitLen() != bits {
			continue
		}
		phi := new(big.Int).Mul(new(big.Int).Sub(p, one), new(big.Int).Sub(q, one))
		return &rsaKey{
			n: n,
			e: exponent,
			d: new(big.Int).ModInverse(exponent, phi),
			p: p,
			q: q,
		}
	}
}

// prime returns a prime p with its two top bits set, whose p-1 has no factor in common with e.
func prime(label string, bits int, e *big.Int) *big.Int {
	p := new(big.Int).SetBytes(stream(label, (bits+7)/8))
	p.And(p, new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), uint(bits)), big.NewInt(1)))
	p.SetBit(p, bits-1, 1).SetBit(p, bits-2, 1).SetBit(p, 0, 1)
	one, two := big.NewInt(1), big.NewInt(2)
	for ; ; p.Add(p, two) {
		if !p.ProbablyPrime(10) {
			continue
		}
		if new(big.Int).GCD(nil, nil, e, new(big.Int).Sub(p, one)).Cmp(one) == 0 {
			return p
		}
	}
}

// power is the RSA private operation, by the Chinese remainder theorem.
func (k *rsaKey) power(m *big.Int) *big.Int {
	one := big.NewInt(1)
	dp := new(big.Int).Mod(k.d, new(big.Int).Sub(k.p, one))
	dq := new(big.Int).Mod(k.d, new(big.Int).Sub(k.q, one))
	mp := new(big.Int).Exp(new(big.Int).Mod(m, k.p), dp, k.p)
	mq := new(big.Int).Exp(new(big.Int).Mod(m, k.q), dq, k.q)
	h := new(big.Int).Sub(mp, mq)
	h.Mul(h, new(big.Int).ModInverse(k.q, k.p)).Mod(h, k.p)
	return h.Mul(h, k.q).Add(h, mq)
}

func (k *rsaKey) size() int { return (k.n.BitLen() + 7) / 8 }

// sign returns the signature of an encoded message.
func (k *rsaKey) sign(encoded []byte) []byte {
	return k.power(new(big.Int).SetBytes(encoded)).FillBytes(make([]byte, k.size()))
}

func (k *rsaKey) jwk(kid string) string {
	return jwk("kty", "RSA", "kid", kid, "n", b64(k.n.Bytes()), "e", b64(k.e.Bytes()))
}

// ecKey is a key pair on a curve of NIST.
type ecKey struct {
	curve ecCurve
	d     *big.Int
	x, y  []byte
}

// ecCurve has the operations and parameters for signing on a curve.
type ecCurve struct {
	name  string
	ecdh  ecdh.Curve
	order *big.Int
	prime *big.Int
	size  int
}

func curveOf(name string, ec ecdh.Curve, params *elliptic.CurveParams) ecCurve {
	return ecCurve{
		name:  name,
		ecdh:  ec,
		order: params.N,
		prime: params.P,
		size:  (params.BitSize + 7) / 8,
	}
}

func p256() ecCurve { return curveOf("P-256", ecdh.P256(), elliptic.P256().Params()) }
func p384() ecCurve { return curveOf("P-384", ecdh.P384(), elliptic.P384().Params()) }
func p521() ecCurve { return curveOf("P-521", ecdh.P521(), elliptic.P521().Params()) }

// point returns the coordinates of k times the generator.
func (c ecCurve) point(k *big.Int) (x, y []byte) {
	private, err := c.ecdh.NewPrivateKey(k.FillBytes(make([]byte, c.size)))
	if err != nil {
		panic(err) // k is between 1 and the order: a mistake in this program
	}
	encoded := private.PublicKey().Bytes()[1:]
	return encoded[:c.size], encoded[c.size:]
}

// scalar returns a number of at least 1 and less than the order, derived from label.
func (c ecCurve) scalar(label string) *big.Int {
	d := new(big.Int).SetBytes(stream(label, c.size+8))
	return d.Mod(d, new(big.Int).Sub(c.order, big.NewInt(1))).Add(d, big.NewInt(1))
}

func newEC(label string, c ecCurve) *ecKey { return ecOf(c, c.scalar(label)) }

func ecOf(c ecCurve, d *big.Int) *ecKey {
	x, y := c.point(d)
	return &ecKey{
		curve: c,
		d:     d,
		x:     x,
		y:     y,
	}
}

func (k *ecKey) jwk(kid string) string {
	return jwk("kty", "EC", "kid", kid, "crv", k.curve.name, "x", b64(k.x), "y", b64(k.y))
}

func newEd(label string) ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed(stream(label, ed25519.SeedSize))
}

func publicEd(k ed25519.PrivateKey) []byte { return k[ed25519.SeedSize:] }

func edJWK(kid string, public []byte) string {
	return jwk("kty", "OKP", "kid", kid, "crv", "Ed25519", "x", b64(public))
}

func octJWK(secret []byte) string { return jwk("kty", "oct", "k", b64(secret)) }

// jwk writes names and texts as a JSON object, in that order. An empty kid is left out.
func jwk(pairs ...string) string {
	out := "{"
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i] == "kid" && pairs[i+1] == "" {
			continue
		}
		if len(out) > 1 {
			out += ","
		}
		out += quote(pairs[i]) + ":" + quote(pairs[i+1])
	}
	return out + "}"
}

func b64(data []byte) string { return base64.RawURLEncoding.EncodeToString(data) }
