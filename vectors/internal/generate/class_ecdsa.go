package main

import (
	"crypto"
	"encoding/asn1"
	"encoding/hex"
	"fmt"
	"math/big"
)

// ecdsaCurves are the algorithms with their keys.
func (w *world) ecdsaCurves() []struct {
	alg  string
	hash crypto.Hash
	key  *ecKey
} {
	return []struct {
		alg  string
		hash crypto.Hash
		key  *ecKey
	}{
		{"ES256", crypto.SHA256, w.e256},
		{"ES384", crypto.SHA384, w.e384},
		{"ES512", crypto.SHA512, w.e521},
	}
}

// psychic: values of r and s that no signature has.
func psychic(w *world) *class {
	c := w.class("psychic-signatures", "r or s is zero, or is not less than the order of the group.",
		"CVE-2022-21449", "CVE-2022-24884", "CVE-2021-43568", "CVE-2023-46234", "CVE-2024-48948", "RFC 8725 section 3.4",
		"FIPS 186-5 section 6.4.2")
	for _, k := range w.ecdsaCurves() {
		n, p := k.key.curve.order, k.key.curve.prime
		zero, two := big.NewInt(0), big.NewInt(2)
		input := b64([]byte(w.header(k.alg))) + "." + b64([]byte(claims()))
		r, s := k.key.rs(k.hash, input, "")
		numbers := map[string]*big.Int{
			"0":         zero,
			"1":         big.NewInt(1),
			"the order": n,
			"order-1":   new(big.Int).Sub(n, big.NewInt(1)),
			"order+1":   new(big.Int).Add(n, big.NewInt(1)),
			"the prime": p,
			"half":      new(big.Int).Div(n, two),
			"all ones":  new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), uint(8*k.key.curve.size)), big.NewInt(1)),
		}
		put := func(name string, r, s *big.Int) {
			c.add(k.alg, name, input+"."+b64(k.key.curve.raw(r, s)), badSig, "r and s must be at least 1 and less than the order of the group, and match the message")
		}
		for _, a := range sorted(numbers) {
			put(fmt.Sprintf("r is %s, s is good", a), numbers[a], s)
			put(fmt.Sprintf("r is good, s is %s", a), r, numbers[a])
			put(fmt.Sprintf("r and s are %s", a), numbers[a], numbers[a])
		}
		put("r is 0, s is 1", zero, big.NewInt(1))
		put("r is 1, s is 0", big.NewInt(1), zero)
		put("r is the order, s is 0", n, zero)
		put("r and s exchanged", s, r)
		put("s-1", r, new(big.Int).Sub(s, big.NewInt(1)))
		put("s+1", r, new(big.Int).Add(s, big.NewInt(1)))
		put("the negative of r", new(big.Int).Sub(n, r), s)
		high := c.add(k.alg, "the negative of s", input+"."+b64(k.key.curve.raw(r, new(big.Int).Sub(n, s))), accepted,
			"RFC 7518 section 3.4 does not ask for the smaller s: a signature is no identifier of its token")
		high.choice()
		c.add(k.alg, "r and s are good", input+"."+b64(k.key.curve.raw(r, s)), accepted, "control: refused cases are refused because of r and s")
	}
	return c
}

// ecdsaEncoding: the right numbers in a wrong form.
func ecdsaEncoding(w *world) *class {
	c := w.class("ecdsa-encoding", "The right numbers in another form: ASN.1, other lengths, other orders.",
		"RFC 7518 section 3.4", "CVE-2020-14966", "CVE-2024-42460", "CVE-2024-42461")
	for _, k := range w.ecdsaCurves() {
		input := b64([]byte(w.header(k.alg))) + "." + b64([]byte(claims()))
		r, s := k.key.rs(k.hash, input, "")
		size := k.key.curve.size
		raw := k.key.curve.raw(r, s)
		der, err := asn1.Marshal(struct{ R, S *big.Int }{r, s})
		if err != nil {
			panic(err) // two positive numbers always encode
		}
		joined := func(parts ...[]byte) []byte {
			var out []byte
			for _, p := range parts {
				out = append(out, p...)
			}
			return out
		}
		zero := []byte{0}
		for _, m := range []struct {
			name string
			sig  []byte
		}{
			{"ASN.1 DER", der},
			{"ASN.1 with a byte after it", joined(der, zero)},
			{"a byte less", raw[:2*size-1]},
			{"a byte more", joined(raw, zero)},
			{"a zero before r", joined(zero, raw)},
			{"a zero before r and before s", joined(zero, raw[:size], zero, raw[size:])},
			{"a zero before s", joined(raw[:size], zero, raw[size:])},
			{"r alone", raw[:size]},
			{"s alone", raw[size:]},
			{"one byte", raw[:1]},
			{"the signature twice", joined(raw, raw)},
			{"little-endian", joined(reversed(raw[:size]), reversed(raw[size:]))},
			{"s before r", joined(raw[size:], raw[:size])},
			{"the length of the next curve", joined(make([]byte, 16), raw[:size], make([]byte, 16), raw[size:])},
			{"the point form in front", joined([]byte{4}, raw)},
			{"with a recovery number", joined(raw, []byte{27})},
			{"all zeros", make([]byte, 2*size)},
			{"hexadecimal", []byte(hex.EncodeToString(raw))},
		} {
			c.add(k.alg, m.name, input+"."+b64(m.sig), badSig, "a signature is r and s, each as long as the order of the group")
		}
		c.add(k.alg, "r and s, each as long as the order", input+"."+b64(raw), accepted, "the form of RFC 7518 section 3.4")
	}
	return c
}

func reversed(in []byte) []byte {
	out := make([]byte, len(in))
	for i, b := range in {
		out[len(in)-1-i] = b
	}
	return out
}

// ecdsaEdges: good signatures and bad ones at the edges of the arithmetic. The message is fixed first; the key is then
// chosen so that the edge is met: d = (s*k - z) / r.
func ecdsaEdges(w *world) *class {
	c := w.class("ecdsa-edges", "Signatures and keys at the edges of the arithmetic, for which shortcuts in a library compute wrongly.",
		"FIPS 186-5 section 6.4.2", "SEC 1 section 4.1.4", "RFC 8725 section 3.2")
	for _, k := range w.ecdsaCurves() {
		curve := k.key.curve
		n := curve.order
		input := b64([]byte(fmt.Sprintf(`{"alg":%q,"kid":"edge"}`, k.alg))) + "." + b64([]byte(claims()))
		z := curve.hashed(k.hash, input)
		small := func(v int64) *big.Int { return big.NewInt(v) }
		minus := func(v int64) *big.Int { return new(big.Int).Sub(n, big.NewInt(v)) }
		contract := c.contract(k.alg, []string{k.alg})
		put := func(name string, key *ecKey, r, s *big.Int, code string) {
			c.put(vector{
				Name:     k.alg + ": " + name,
				Contract: contract,
				Keys:     c.keys(k.alg+", "+name, key.jwk("edge")),
				Token:    input + "." + b64(curve.raw(r, s)),
				Code:     code,
				Why:      "verification must be correct at the edges of the arithmetic",
			})
		}
		for _, m := range []struct {
			name string
			s    *big.Int
		}{
			{"s is 1", small(1)},
			{"s is 2", small(2)},
			{"s is order-1", minus(1)},
			{"s is half the order", new(big.Int).Rsh(n, 1)},
			{"s has leading zeros", new(big.Int).Rsh(n, 40)},
			{"s is a power of two", new(big.Int).Lsh(small(1), uint(n.BitLen()-2))},
		} {
			nonce := curve.scalar("edge " + m.name)
			x, _ := curve.point(nonce)
			r := new(big.Int).Mod(new(big.Int).SetBytes(x), n)
			d := new(big.Int).Mul(m.s, nonce)
			d.Sub(d, z).Mul(d, new(big.Int).ModInverse(r, n)).Mod(d, n)
			put(m.name, ecOf(curve, d), r, m.s, accepted)
		}
		for _, m := range []struct {
			name string
			d    *big.Int
		}{
			{"the key is the generator", small(1)},
			{"the key is twice the generator", small(2)},
			{"the key is the negative generator", minus(1)},
			{"the key is half the generator", new(big.Int).ModInverse(small(2), n)},
		} {
			key := ecOf(curve, m.d)
			r, s := key.rs(k.hash, input, m.name)
			put(m.name, key, r, s, accepted)
			put(m.name+", another s", key, r, new(big.Int).Xor(s, small(1)), badSig)
		}
		for _, nonce := range []struct {
			name string
			k    *big.Int
		}{{"the nonce is 1", small(1)}, {"the nonce is 2", small(2)}, {"the nonce is order-1", minus(1)}} {
			r, s := k.key.withNonce(k.hash, input, nonce.k)
			put(nonce.name, k.key, r, s, accepted)
		}
		c.sums(k.alg, k.hash, curve, input, put)
	}
	return c
}

// sums adds signatures for which the two products that verification adds are equal, opposite, or zero.
func (c *class) sums(
	alg string, h crypto.Hash, curve ecCurve, input string, put func(string, *ecKey, *big.Int, *big.Int, string),
) {
	n := curve.order
	z := curve.hashed(h, input)
	nonce := curve.scalar("sum " + alg)
	x, _ := curve.point(nonce)
	r := new(big.Int).Mod(new(big.Int).SetBytes(x), n)
	d := new(big.Int).Mul(z, new(big.Int).ModInverse(r, n)) // r*d = z, so both products are equal
	d.Mod(d, n)
	s := new(big.Int).Mul(new(big.Int).Lsh(z, 1), new(big.Int).ModInverse(nonce, n))
	s.Mod(s, n)
	put("the sum is a doubling", ecOf(curve, d), r, s, accepted)
	opposite := ecOf(curve, new(big.Int).Sub(n, d))
	put("the sum is the point at infinity", opposite, r, s, badSig)
	put("the sum is the point at infinity, s is 1", opposite, r, big.NewInt(1), badSig)
}
