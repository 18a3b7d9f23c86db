package main

import (
	"fmt"
	"math/big"
	"strings"
)

// weakKeys: published keys that must not verify anything. The set always has a good key of the same kind too.
func weakKeys(w *world) *class {
	c := w.class("jwk", "A published key is weak, malformed, private, or meant for something else.",
		"RFC 7517 section 4", "RFC 7518 section 6", "RFC 8725 section 3.5", "CVE-2022-23539")
	c.weakRSA()
	c.weakEC()
	c.weakOKP()
	c.keyMembers()
	return c
}

// with publishes one defective entry together with the good key of alg, and adds a token with the entry's kid.
func (c *class) with(alg, name, entry, code, why string, sign signer) *vector {
	w := c.world
	goodKey := map[string]string{
		"RS256": w.attackerRSA.jwk("good"), // any good key: its private half is not used
		"PS256": w.attackerRSA.jwk("good"),
		"ES256": w.attackerEC.jwk("good"),
		"ES512": w.e521.jwk("good"),
		"EdDSA": edJWK("good", publicEd(w.attackerEd)),
	}[alg]
	return c.put(vector{
		Name:     alg + ": " + name,
		Contract: c.contract(alg, []string{alg}),
		Keys:     c.keys(alg+": "+name, goodKey, entry),
		Token:    join(fmt.Sprintf(`{"alg":%q,"kid":"key"}`, alg), claims(), sign),
		Code:     code,
		Why:      why,
	})
}

func (c *class) weakRSA() {
	w := c.world
	for _, k := range []*rsaKey{
		newRSA("rsa of 512 bits", 512, 65537), w.rsa1024, newRSA("rsa of 1536 bits", 1536, 65537),
		newRSA("rsa of 2047 bits", 2047, 65537), w.rsa,
	} {
		bits := k.n.BitLen()
		code, why := unknownKey, "RFC 7518 section 3.3: 2048 bits at least"
		if bits == 2048 {
			code, why = accepted, "2048 bits are enough"
		}
		for _, alg := range []string{"RS256", "PS256"} {
			if alg == "PS256" && bits < 1024 {
				continue
			}
			sign := rsSigner(hashOf(alg), k)
			if alg == "PS256" {
				sign = psSigner(hashOf(alg), k, pss{})
			}
			c.with(alg, fmt.Sprintf("a modulus of %d bits", bits), k.jwk("key"), code, why, sign)
		}
	}
	sign := rsSigner(hashOf("RS256"), w.rsa)
	n, e := b64(w.rsa.n.Bytes()), "AQAB"
	rsa := func(n, e string) string { return jwk("kty", "RSA", "kid", "key", "n", n, "e", e) }
	even := new(big.Int).Add(w.rsa.n, big.NewInt(1))
	for _, m := range []struct{ name, entry string }{
		{"exponent 0", rsa(n, "AA")},
		{"exponent 1", rsa(n, "AQ")},
		{"exponent 2", rsa(n, "Ag")},
		{"an even exponent", rsa(n, "AQAA")},
		{"a huge exponent", rsa(n, n)},
		{"an exponent of 2^32+1", rsa(n, "AQAAAAE")},
		{"no exponent", rsa(n, "")},
		{"no modulus", rsa("", e)},
		{"an even modulus", rsa(b64(even.Bytes()), e)},
		{"a modulus of 16,384 bits", rsa(b64(append(ones(2047), 1)), e)},
		{"a modulus with padding", rsa(n+"==", e)},
		{"a modulus in the standard alphabet", rsa(strings.NewReplacer("-", "+", "_", "/").Replace(n), e)},
		{"a modulus as a number", `{"kty":"RSA","kid":"key","n":12345,"e":"AQAB"}`},
		{"an exponent as a number", `{"kty":"RSA","kid":"key","n":"` + n + `","e":65537}`},
		{"kty in another case", strings.Replace(rsa(n, e), `"RSA"`, `"rsa"`, 1)},
		{"kty EC", strings.Replace(rsa(n, e), `"RSA"`, `"EC"`, 1)},
		{"N and E in capital letters", jwk("kty", "RSA", "kid", "key", "N", n, "E", e)},
		{"x5c alone", `{"kty":"RSA","kid":"key","x5c":["AAAA"]}`},
	} {
		c.with("RS256", m.name, m.entry, unknownKey, "the key is not a valid RSA key", sign)
	}
	c.with("RS256", "a public exponent of 3", w.rsa3.jwk("key"), accepted, "small, but no weakness of PKCS #1 v1.5 with full checks",
		rsSigner(hashOf("RS256"), w.rsa3)).choice()
	c.with("RS256", "a modulus with a leading zero", rsa(b64(append([]byte{0}, w.rsa.n.Bytes()...)), e), accepted,
		"RFC 7518 section 6.3.1.1 forbids the zero; widely deployed libraries have written it, and the number is the same", sign).choice()
}

func (c *class) weakEC() {
	w := c.world
	for _, k := range []struct {
		alg, crv, other string
		key             *ecKey
		sign            signer
	}{
		{"ES256", "P-256", "P-384", w.e256, esSigner(hashOf("ES256"), w.e256)},
		{"ES512", "P-521", "P-256", w.e521, esSigner(hashOf("ES512"), w.e521)},
	} {
		ec := func(crv string, x, y []byte) string {
			return jwk("kty", "EC", "kid", "key", "crv", crv, "x", b64(x), "y", b64(y))
		}
		x, y := k.key.x, k.key.y
		size := k.key.curve.size
		p := k.key.curve.prime.FillBytes(make([]byte, size))
		yMinus := new(big.Int).Sub(k.key.curve.prime, new(big.Int).SetBytes(y)).FillBytes(make([]byte, size))
		for _, m := range []struct{ name, entry string }{
			{"a point off the curve", ec(k.crv, x, flip(y, size-1, 1))},
			{"x and y exchanged", ec(k.crv, y, x)},
			{"the point at infinity", ec(k.crv, make([]byte, size), make([]byte, size))},
			{"x is the prime", ec(k.crv, p, y)},
			{"y is the prime", ec(k.crv, x, p)},
			{"another curve", ec(k.other, x, y)},
			{"an unknown curve", ec("P-192", x, y)},
			{"secp256k1", ec("secp256k1", x, y)},
			{"no curve", ec("", x, y)},
			{"a curve in another case", ec(strings.ToLower(k.crv), x, y)},
			{"x without its first byte", ec(k.crv, x[1:], y)},
			{"x with a leading zero", ec(k.crv, append([]byte{0}, x...), y)},
			{"no x", ec(k.crv, nil, y)},
			{"no y", ec(k.crv, x, nil)},
			{"x in standard base64", strings.Replace(ec(k.crv, x, y), b64(x), b64(x)+"=", 1)},
			{"a compressed point", jwk("kty", "EC", "kid", "key", "crv", k.crv, "x", b64(append([]byte{2}, x...)))},
			{"kty OKP", strings.Replace(ec(k.crv, x, y), `"EC"`, `"OKP"`, 1)},
		} {
			c.with(k.alg, m.name, m.entry, unknownKey, "the key is not a valid key on the curve", k.sign)
		}
		c.with(k.alg, "the negative point", ec(k.crv, x, yMinus), badSig, "another key of the curve", k.sign)
		c.with(k.alg, "the right key", ec(k.crv, x, y), accepted, "control: refused cases are refused because of the key", k.sign)
	}
}

func (c *class) weakOKP() {
	w := c.world
	sign := edSigner(w.ed)
	x := publicEd(w.ed)
	okp := func(crv string, x []byte) string { return jwk("kty", "OKP", "kid", "key", "crv", crv, "x", b64(x)) }
	for _, m := range []struct{ name, entry string }{
		{"X25519", okp("X25519", x)},
		{"Ed448", okp("Ed448", append(append([]byte{}, x...), make([]byte, 25)...))},
		{"an unknown curve", okp("Ed1", x)},
		{"no curve", okp("", x)},
		{"a curve in another case", okp("ed25519", x)},
		{"31 bytes", okp("Ed25519", x[:31])},
		{"33 bytes", okp("Ed25519", append(append([]byte{}, x...), 0))},
		{"no x", okp("Ed25519", nil)},
		{"kty EC", strings.Replace(okp("Ed25519", x), `"OKP"`, `"EC"`, 1)},
	} {
		c.with("EdDSA", m.name, m.entry, unknownKey, "the key is not a valid Ed25519 key", sign)
	}
	c.with("EdDSA", "the right key", okp("Ed25519", x), accepted, "control: refused cases are refused because of the key", sign)
}

// keyMembers: what a key says about its use.
func (c *class) keyMembers() {
	w := c.world
	sign := esSigner(hashOf("ES256"), w.e256)
	bare := strings.TrimSuffix(w.e256.jwk("key"), "}")
	for _, m := range []struct{ name, extra, code string }{
		{"use enc", `,"use":"enc"}`, unknownKey},
		{"use in another case", `,"use":"SIG"}`, unknownKey},
		{"use as a number", `,"use":1}`, unknownKey},
		{"use sig", `,"use":"sig"}`, accepted},
		{"key_ops sign", `,"key_ops":["sign"]}`, unknownKey},
		{"key_ops empty", `,"key_ops":[]}`, unknownKey},
		{"key_ops encrypt", `,"key_ops":["encrypt","wrapKey"]}`, unknownKey},
		{"key_ops as text", `,"key_ops":"verify"}`, unknownKey},
		{"key_ops verify", `,"key_ops":["verify"]}`, accepted},
		{"key_ops sign and verify", `,"key_ops":["sign","verify"]}`, accepted},
		{"alg ES256", `,"alg":"ES256"}`, accepted},
		{"alg ES384", `,"alg":"ES384"}`, unknownKey},
		{"alg RS256", `,"alg":"RS256"}`, unknownKey},
		{"alg HS256", `,"alg":"HS256"}`, unknownKey},
		{"alg none", `,"alg":"none"}`, unknownKey},
		{"alg ECDH-ES", `,"alg":"ECDH-ES"}`, unknownKey},
		{"alg in another case", `,"alg":"es256"}`, unknownKey},
		{"alg as a number", `,"alg":256}`, unknownKey},
		{"a member twice", `,"kty":"EC"}`, unknownKey},
		{"kid twice", `,"kid":"other"}`, unknownKey},
		{"x twice", `,"x":"AAAA"}`, unknownKey},
		{"an unknown member", `,"ext":true,"oid":{"a":[1]}}`, accepted},
	} {
		c.with("ES256", m.name, bare+m.extra, m.code, "RFC 7517 section 4: a key is used only as its members say, and has one reading", sign)
	}
	d := b64(w.e256.d.FillBytes(make([]byte, 32)))
	for _, m := range []struct{ name, entry string }{
		{"a private key in a public set", bare + `,"d":"` + d + `"}`},
		{"a private key in a public set, null", bare + `,"d":null}`},
		{"a symmetric key in a public set", bare + `,"k":"` + b64(w.secret) + `"}`},
	} {
		c.with("ES256", m.name, m.entry, badContract, "a private key is published: anyone who reads the set can sign", sign).choice()
	}
	for _, m := range []struct{ name, entry string }{
		{"a kid as a number", strings.Replace(w.e256.jwk("key"), `"kid":"key"`, `"kid":1`, 1)},
		{"a kid of 257 letters", w.e256.jwk(strings.Repeat("k", 257))},
		{"a kid with a line break", w.e256.jwk("key\n")},
		{"no kid", w.e256.jwk("")},
		{"kid in another case", strings.Replace(w.e256.jwk("key"), `"kid"`, `"Kid"`, 1)},
		{"null in place of a key", `null`},
		{"a text in place of a key", `"key"`},
		{"a list in place of a key", `["key"]`},
		{"no kty", strings.Replace(w.e256.jwk("key"), `"kty":"EC",`, ``, 1)},
		{"an unknown kty", strings.Replace(w.e256.jwk("key"), `"EC"`, `"AKP"`, 1)},
	} {
		c.with("ES256", m.name, m.entry, unknownKey, "no published key has the token's kid", sign)
	}
	c.with("ES256", "two keys of one name, the first signed", w.e256.jwk("key")+","+w.e384.jwk("other")+","+ecOf(p256(), big.NewInt(7)).jwk("key"),
		accepted, "if two keys have the same kid and algorithm, the first is used", sign).choice()
	c.with("ES256", "two keys of one name, the second signed", ecOf(p256(), big.NewInt(7)).jwk("key")+","+w.e256.jwk("key"),
		badSig, "if two keys have the same kid and algorithm, the first is used", sign).choice()
}
