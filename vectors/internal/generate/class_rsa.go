package main

import (
	"bytes"
	"crypto"
	_ "crypto/sha1" // a digest that must not be accepted
	"fmt"
	"math/big"
)

// pkcs1v15: encodings that a lenient verifier accepts.
func pkcs1v15(w *world) *class {
	c := w.class("rsa-pkcs1v15", "The signature decrypts to something that resembles PKCS #1 v1.5 without being it.",
		"RFC 8017 section 8.2.2", "CVE-2006-4339", "CVE-2014-1568", "RFC 8725 section 3.2")
	for _, alg := range []string{"RS256", "RS384", "RS512"} {
		h := hashOf(alg)
		for _, key := range []struct {
			name string
			k    *rsaKey
			kid  string
		}{{"", w.rsa, "rsa"}, {"exponent 3, ", w.rsa3, "rsa3"}} {
			c.pkcs1Forms(alg, h, key.name, key.k, key.kid)
		}
	}
	return c
}

// pkcs1Forms adds the cases of one algorithm and key.
func (c *class) pkcs1Forms(alg string, h crypto.Hash, prefix string, k *rsaKey, kid string) {
	input := b64([]byte(fmt.Sprintf(`{"alg":%q,"kid":%q}`, alg, kid))) + "." + b64([]byte(claims()))
	contract := c.contract(alg, []string{alg})
	keys := c.keys("rsa", c.world.rsa.jwk("rsa"), c.world.rsa3.jwk("rsa3"))
	put := func(name string, sig []byte, code string) {
		c.put(vector{
			Name:     alg + ": " + prefix + name,
			Contract: contract,
			Keys:     keys,
			Token:    input + "." + b64(sig),
			Code:     code,
			Why:      "RFC 8017 section 8.2.2: the encoding is made anew and compared as a whole",
		})
	}
	size := k.size()
	sum := digest(h, input)
	info := append(oid(h), sum...)
	good := pkcs1(h, input, size)
	changed := func(at int, to byte) []byte {
		out := append([]byte{}, good...)
		out[at] = to
		return out
	}
	spliced := func(info []byte) []byte { return pkcs1Of(info, size) }
	without := append([]byte{0x30, oid(h)[1] - 2, 0x30, 11}, oid(h)[4:15]...) // no NULL parameters
	without = append(append(without, 0x04, byte(len(sum))), sum...)
	garbage := append(append(append([]byte{0, 1, 255, 255, 255, 255, 255, 255, 255, 255, 0}, info...), 0), stream("garbage", size)...)[:size]
	for _, m := range []struct {
		name    string
		encoded []byte
	}{
		{"without the NULL parameters", spliced(without)},
		{"the digest alone", spliced(sum)},
		{"a digest without its last byte", spliced(append(oid(h), sum[:len(sum)-1]...))},
		{"the identifier of SHA-1", spliced(append([]byte{0x30, 0x21, 0x30, 9, 6, 5, 0x2b, 0x0e, 3, 2, 0x1a, 5, 0, 4, 0x14},
			digest(crypto.SHA1, input)...))},
		{"the identifier of another hash", spliced(append(oid(otherHash(h)), sum...))},
		{"another hash", pkcs1(otherHash(h), input, size)},
		{"a long form of the length", spliced(append([]byte{0x30, 0x81}, info[1:]...))},
		{"a wrong length inside", spliced(append([]byte{0x30, info[1] + 1}, info[2:]...))},
		{"a byte after the digest", spliced(append(append([]byte{0x30, info[1] + 1}, info[2:]...), 0))},
		{"garbage after the digest, short padding", garbage},
		{"block type 0", changed(1, 0)},
		{"block type 2", changed(1, 2)},
		{"a first byte of 1", changed(0, 1)[:size]},
		{"a zero in the padding", changed(9, 0)},
		{"another byte in the padding", changed(9, 0xfe)},
		{"no zero after the padding", changed(size-len(info)-1, 0xff)},
		{"the digest with a flipped bit", changed(size-1, good[size-1]^1)},
		{"the identifier with a flipped bit", changed(size-len(sum)-6, good[size-len(sum)-6]^1)},
		{"PSS", pss{}.encode(h, input, k.n.BitLen()-1)},
		{"zeros", make([]byte, size)},
	} {
		if new(big.Int).SetBytes(m.encoded).Cmp(k.n) >= 0 {
			continue // not a message of this key
		}
		put(m.name, k.sign(m.encoded), badSig)
	}
	sig := k.sign(good)
	c.rsaNumbers(k, sig, put)
	put("a good signature", sig, accepted)
	if k.e.Int64() == 3 {
		put("a cube root, made without the key", cubeRoot(append([]byte{0, 1, 255, 255, 255, 255, 255, 255, 255, 255, 0}, info...), size), badSig)
	}
}

// rsaNumbers adds signatures whose number has another length or value.
func (c *class) rsaNumbers(k *rsaKey, sig []byte, put func(string, []byte, string)) {
	size := k.size()
	number := new(big.Int).SetBytes(sig)
	for _, m := range []struct {
		name string
		sig  []byte
	}{
		{"a byte less", sig[:size-1]},
		{"a zero before it", append([]byte{0}, sig...)},
		{"a zero after it", append(append([]byte{}, sig...), 0)},
		{"0", make([]byte, size)},
		{"1", big.NewInt(1).FillBytes(make([]byte, size))},
		{"n-1", new(big.Int).Sub(k.n, big.NewInt(1)).Bytes()},
		{"n", k.n.Bytes()},
		{"n+1", new(big.Int).Add(k.n, big.NewInt(1)).Bytes()},
		{"n more than the signature", new(big.Int).Add(number, k.n).Bytes()},
		{"n minus the signature", new(big.Int).Sub(k.n, number).FillBytes(make([]byte, size))},
		{"one byte", []byte{1}},
		{"all ones", append([]byte{}, ones(size)...)},
		{"little-endian", reversed(sig)},
	} {
		put("the number: "+m.name, m.sig, badSig)
	}
}

// ones returns n bytes with all bits set.
func ones(n int) []byte { return bytes.Repeat([]byte{0xff}, n) }

func otherHash(h crypto.Hash) crypto.Hash {
	if h == crypto.SHA256 {
		return crypto.SHA512
	}
	return crypto.SHA256
}

// cubeRoot returns a number whose cube begins with prefix: with the exponent 3, a signature that needs no private key.
func cubeRoot(prefix []byte, size int) []byte {
	target := new(big.Int).SetBytes(append(append([]byte{}, prefix...), ones(size-len(prefix))...))
	low, high := big.NewInt(0), new(big.Int).Lsh(big.NewInt(1), uint(8*size/3+1))
	for one := big.NewInt(1); new(big.Int).Sub(high, low).Cmp(one) > 0; {
		middle := new(big.Int).Rsh(new(big.Int).Add(low, high), 1)
		if new(big.Int).Exp(middle, big.NewInt(3), nil).Cmp(target) <= 0 {
			low = middle
		} else {
			high = middle
		}
	}
	return low.FillBytes(make([]byte, size))
}

// pssForms: encodings that are not PSS as RFC 7518 section 3.5 wants it.
func pssForms(w *world) *class {
	c := w.class("rsa-pss", "The signature is PSS with parameters that JOSE does not use, or its encoding is defective.",
		"RFC 8017 section 9.1.2", "RFC 7518 section 3.5", "CVE-2020-14968")
	for _, alg := range []string{"PS256", "PS384", "PS512"} {
		h := hashOf(alg)
		bits := w.rsa.n.BitLen() - 1
		input := b64([]byte(w.header(alg))) + "." + b64([]byte(claims()))
		put := func(name string, sig []byte, code string) {
			c.add(alg, name, input+"."+b64(sig), code,
				"the algorithm determines the hash, the mask and the salt length, and every byte of the encoding is checked")
		}
		for _, m := range []struct {
			name string
			p    pss
		}{
			{"no salt", pss{salt: -h.Size()}},
			{"a salt a byte shorter", pss{salt: -1}},
			{"a salt a byte longer", pss{salt: 1}},
			{"a salt of 20 bytes", pss{salt: 20 - h.Size()}},
			{"the longest salt", pss{salt: 254 - 2*h.Size()}},
			{"the mask of another hash", pss{mgf: otherHash(h)}},
			{"the mask of SHA-1", pss{mgf: crypto.SHA1}},
			{"another trailer", pss{trailer: 0xcc}},
			{"2 in place of 1 before the salt", pss{one: 2}},
			{"the top bit set", pss{keepTop: true}},
		} {
			encoded := m.p.encode(h, input, bits)
			if new(big.Int).SetBytes(encoded).Cmp(w.rsa.n) >= 0 {
				continue // not a message of this key
			}
			put(m.name, w.rsa.sign(encoded), badSig)
		}
		put("another hash", w.rsa.sign(pss{}.encode(otherHash(h), input, bits)), badSig)
		put("PKCS #1 v1.5", w.rsa.sign(pkcs1(h, input, w.rsa.size())), badSig)
		encoded := pss{}.encode(h, input, bits)
		for _, at := range []int{0, 1, len(encoded) / 2, len(encoded) - h.Size() - 2, len(encoded) - 2, len(encoded) - 1} {
			changed := append([]byte{}, encoded...)
			changed[at] ^= 1
			put(fmt.Sprintf("a flipped bit in byte %d", at), w.rsa.sign(changed), badSig)
		}
		sig := w.rsa.sign(encoded)
		c.rsaNumbers(w.rsa, sig, put)
		put("a good signature", sig, accepted)
	}
	return c
}
