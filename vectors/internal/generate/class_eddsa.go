package main

import (
	"crypto/ed25519"
	"encoding/hex"
	"fmt"
	"math/big"
	"strings"
)

// edOrder is the order of the base point (RFC 8032 section 5.1).
func edOrder() *big.Int {
	l, _ := new(big.Int).SetString("27742317777372353535851937790883648493", 10)
	return l.Add(l, new(big.Int).Lsh(big.NewInt(1), 252))
}

// lowOrder returns the encodings of points of low order, canonical ones first. Anyone can make a signature for such a
// key.
func lowOrder() []string {
	return []string{
		"0100000000000000000000000000000000000000000000000000000000000000",
		"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"0000000000000000000000000000000000000000000000000000000000000000",
		"0000000000000000000000000000000000000000000000000000000000000080",
		"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
		"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
		"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
		"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
		"0100000000000000000000000000000000000000000000000000000000000080",
		"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
		"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
		"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
	}
}

// unhex decodes a constant.
func unhex(text string) []byte {
	out, err := hex.DecodeString(text)
	if err != nil {
		panic(err) // a mistake in this program
	}
	return out
}

// eddsa: signatures and keys that RFC 8032 does not allow.
func eddsa(w *world) *class {
	c := w.class("eddsa", "The signature is malleable, has another length, or fits a key that everyone can sign for.",
		"RFC 8032 section 5.1.7", "RFC 8037 section 3.1", "CVE-2020-36843", "CVE-2024-42459", "CVE-2024-48949", "RFC 8725 section 3.4")
	input := b64([]byte(w.header("EdDSA"))) + "." + b64([]byte(claims()))
	sig := ed25519.Sign(w.ed, []byte(input))
	put := func(name string, sig []byte, code string) {
		c.add("EdDSA", name, input+"."+b64(sig), code, "S must be less than the order, and a signature must have 64 bytes")
	}
	withS := func(s *big.Int) []byte {
		le := reversed(s.FillBytes(make([]byte, 32)))
		return append(append([]byte{}, sig[:32]...), le...)
	}
	s := new(big.Int).SetBytes(reversed(sig[32:]))
	l := edOrder()
	for i := int64(1); i <= 15; i++ {
		more := new(big.Int).Add(s, new(big.Int).Mul(l, big.NewInt(i)))
		if more.BitLen() <= 256 {
			put(fmt.Sprintf("S and %d times the order", i), withS(more), badSig)
		}
	}
	for _, m := range []struct {
		name string
		sig  []byte
	}{
		{"S is 0", withS(big.NewInt(0))},
		{"S is 1", withS(big.NewInt(1))},
		{"S is the order", withS(l)},
		{"S is order-1", withS(new(big.Int).Sub(l, big.NewInt(1)))},
		{"S is 2^252", withS(new(big.Int).Lsh(big.NewInt(1), 252))},
		{"S is all ones", append(append([]byte{}, sig[:32]...), ones(32)...)},
		{"S is negated", withS(new(big.Int).Sub(l, s))},
		{"all zeros", make([]byte, 64)},
		{"all ones", ones(64)},
		{"a byte less", sig[:63]},
		{"a byte more", append(append([]byte{}, sig...), 0)},
		{"a zero before it", append([]byte{0}, sig...)},
		{"R alone", sig[:32]},
		{"S alone", sig[32:]},
		{"S before R", append(append([]byte{}, sig[32:]...), sig[:32]...)},
		{"big-endian", append(reversed(sig[:32]), reversed(sig[32:])...)},
		{"the sign of R flipped", flip(sig, 31, 0x80)},
		{"the top bit of S set", flip(sig, 63, 0x80)},
		{"of the digest (Ed25519ph)", prehashed(w.ed, input)},
		{"with a context (Ed25519ctx)", withContext(w.ed, input)},
		{"twice", append(append([]byte{}, sig...), sig...)},
		{"hexadecimal", []byte(hex.EncodeToString(sig))},
	} {
		put(m.name, m.sig, badSig)
	}
	for i, point := range lowOrder() {
		r := unhex(point)
		put(fmt.Sprintf("R is point %d of low order, S is 0", i+1), append(append([]byte{}, r...), make([]byte, 32)...), badSig)
	}
	put("a good signature", sig, accepted)
	c.weakEd()
	return c
}

// weakEd adds keys for which a signature can be made without a private key.
func (c *class) weakEd() {
	w := c.world
	contract := c.contract("EdDSA", []string{"EdDSA"})
	header := `{"alg":"EdDSA","kid":"weak"}`
	forged := append(unhex(lowOrder()[0]), make([]byte, 32)...) // R = S*B - k*A with S = 0 and A of low order
	for i, point := range lowOrder() {
		key := unhex(point)
		set := c.keys(fmt.Sprintf("point %d of low order", i+1), edJWK("weak", key), edJWK("ed", publicEd(w.ed)))
		body := claims()
		for n := range 64 { // a low order of 8 fits one message in eight
			body = claims("n", num(n))
			if ed25519.Verify(key, []byte(b64([]byte(header))+"."+b64([]byte(body))), forged) {
				break
			}
		}
		c.put(vector{
			Name:     fmt.Sprintf("EdDSA: the key is point %d of low order", i+1),
			Contract: contract,
			Keys:     set,
			Token:    join(header, body, func(string) []byte { return forged }),
			Code:     unknownKey,
			Why:      "anyone can make a signature for a key of low order: the key must not be used",
		}).choice()
	}
}

func flip(in []byte, at int, bits byte) []byte {
	out := append([]byte{}, in...)
	out[at] ^= bits
	return out
}

func prehashed(k ed25519.PrivateKey, input string) []byte {
	sig, err := k.Sign(nil, digest(hashOf("HS512"), input), &ed25519.Options{Hash: hashOf("HS512")})
	if err != nil {
		panic(err) // the options are those of Ed25519ph
	}
	return sig
}

func withContext(k ed25519.PrivateKey, input string) []byte {
	sig, err := k.Sign(nil, []byte(input), &ed25519.Options{Context: "auth"})
	if err != nil {
		panic(err) // the options are those of Ed25519ctx
	}
	return sig
}

// hmacs: truncation and wrong secrets.
func hmacs(w *world) *class {
	c := w.class("hmac", "The tag is cut, extended, or made with another secret.",
		"RFC 7518 section 3.2", "RFC 8725 section 3.5", "CVE-2020-28042")
	for _, alg := range []string{"HS256", "HS384", "HS512"} {
		h := hashOf(alg)
		input := b64([]byte(w.header(alg))) + "." + b64([]byte(claims()))
		tag := hmacSigner(h, w.secret)(input)
		put := func(name string, tag []byte, code string) {
			c.add(alg, name, input+"."+b64(tag), code, "the whole tag is compared")
		}
		for _, n := range []int{1, 4, 8, 16, len(tag) / 2, len(tag) - 1} {
			v := fmt.Sprintf("the first %d bytes", n)
			if !c.names[alg+": "+v] {
				put(v, tag[:n], badSig)
			}
		}
		for _, at := range []int{0, 1, 7, 8, 15, 16, len(tag) - 1} {
			put(fmt.Sprintf("a flipped bit in byte %d", at), flip(tag, at, 1), badSig)
		}
		secrets := map[string][]byte{
			"no secret":                      nil,
			"the secret without a byte":      w.secret[:63],
			"the secret in base64url":        []byte(b64(w.secret)),
			"the secret in hexadecimal":      []byte(hex.EncodeToString(w.secret)),
			"another secret":                 w.attackerSecret,
			"a common secret":                []byte("secret"),
			"the secret and a line break":    append(append([]byte{}, w.secret...), '\n'),
			"a secret of zeros":              make([]byte, 64),
			"the issuer's name as secret":    []byte(issuer),
			"the signing input as a secret":  []byte(input),
			"the secret in capital letters":  []byte(strings.ToUpper(hex.EncodeToString(w.secret))),
			"the secret with a leading zero": append([]byte{0}, w.secret...),
		}
		for _, name := range sorted(secrets) {
			put(name, hmacSigner(h, secrets[name])(input), badSig)
		}
		put("a byte more", append(append([]byte{}, tag...), 0), badSig)
		put("the tag twice", append(append([]byte{}, tag...), tag...), badSig)
		put("zeros", make([]byte, len(tag)), badSig)
		put("the hash without a secret", digest(h, input), badSig)
		put("of the claims alone", hmacSigner(h, w.secret)(b64([]byte(claims()))), badSig)
		put("of the decoded text", hmacSigner(h, w.secret)(w.header(alg)+"."+claims()), badSig)
		put("with the secret", tag, accepted)
		for _, n := range []int{0, 1, 16, h.Size() - 1, h.Size()} {
			short := stream("short secret", n)
			code, why := badContract, "RFC 7518 section 3.2: the secret is at least as long as the hash"
			if n == h.Size() {
				code, why = accepted, "a secret as long as the hash"
			}
			c.put(vector{
				Name:     fmt.Sprintf("%s: a secret of %d bytes", alg, n),
				Contract: c.contract(alg, []string{alg}),
				Keys:     c.keys(fmt.Sprintf("secret of %d bytes", n), octJWK(short)),
				Token:    join(w.header(alg), claims(), hmacSigner(h, short)),
				Code:     code,
				Why:      why,
			})
		}
	}
	return c
}
