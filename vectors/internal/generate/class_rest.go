package main

import (
	"fmt"
	"strings"
)

// flippedBits: a token with one changed bit, anywhere, is refused.
func flippedBits(w *world) *class {
	c := w.class("flipped-bit", "One bit of a good token is changed: in the signature, or in what it covers.",
		"RFC 7515 section 5.2", "RFC 8725 section 3.3")
	for _, alg := range algorithms() {
		good := w.token(alg, claims("admin", "false"))
		parts := strings.Split(good, ".")
		input := parts[0] + "." + parts[1]
		sig := unb64(parts[2])
		for _, at := range []int{0, len(sig) / 3, len(sig) / 2, len(sig) - 1} {
			for _, bit := range []byte{1, 0x40} {
				c.add(alg, fmt.Sprintf("bit %#02x of byte %d of the signature", bit, at), input+"."+b64(flip(sig, at, bit)), badSig,
					"the signature does not fit")
			}
		}
		body := string(unb64(parts[1]))
		changed := func(from, to string) string {
			return parts[0] + "." + b64([]byte(strings.Replace(body, from, to, 1))) + "." + parts[2]
		}
		c.add(alg, "sub changed", changed("user_1", "user_0"), badSig, "the signature covers the claims")
		c.add(alg, "exp changed", changed(num(now+600), num(now+601)), badSig, "the signature covers the claims")
		c.add(alg, "a claim changed", changed("false", "true"), badSig, "the signature covers the claims")
		c.add(alg, "a space added", changed("{", "{ "), badSig, "the signature covers the text, not its meaning")
		header := strings.TrimSuffix(w.header(alg), "}") + `,"x":1}`
		c.add(alg, "a header member added", b64([]byte(header))+"."+parts[1]+"."+parts[2], badSig, "the signature covers the header")
		other := strings.Split(w.token(alg, claims("sub", `"user_2"`)), ".")
		c.add(alg, "the signature of another token", input+"."+other[2], badSig, "the signature is that of another token")
		c.add(alg, "the token itself", good, accepted, "control: refused cases are refused because of their change")
	}
	return c
}

func unb64(text string) []byte {
	out, err := decode(text)
	if err != nil {
		panic(err) // this program has encoded it
	}
	return out
}

// keySelection: which published keys a token is checked with.
func keySelection(w *world) *class {
	c := w.class("key-selection", "Several keys are published, and the header says which of them may have signed the token.",
		"RFC 7515 section 4.1.4", "RFC 7517 section 4.5", "RFC 8725 section 3.1")
	contract := c.contract("ES256", []string{"ES256"})
	sign := func(k *ecKey) signer { return esSigner(hashOf("ES256"), k) }
	keys := make([]*ecKey, 6)
	for i := range keys {
		keys[i] = newEC(fmt.Sprintf("selection %d", i), p256())
	}
	set := func(n int, named bool) string {
		var entries []string
		for i := range n {
			kid := ""
			if named {
				kid = "k" + num(i)
			}
			entries = append(entries, keys[i].jwk(kid))
		}
		return c.keys(fmt.Sprintf("%d keys, named: %t", n, named), entries...)
	}
	put := func(name, set, header string, k *ecKey, code, why string) *vector {
		return c.put(vector{
			Name:     name,
			Contract: contract,
			Keys:     set,
			Token:    join(header, claims(), sign(k)),
			Code:     code,
			Why:      why,
		})
	}
	const bare = `{"alg":"ES256"}`
	for i := range 4 {
		put(fmt.Sprintf("no kid, key %d of 4", i), set(4, true), bare, keys[i], accepted, "every key that fits is tried").choice()
		put(fmt.Sprintf("kid of key %d, signed by the next", i), set(4, true), fmt.Sprintf(`{"alg":"ES256","kid":"k%d"}`, i), keys[(i+1)%4],
			badSig, "a kid names one key, and no other is tried")
		put(fmt.Sprintf("kid of key %d", i), set(4, true), fmt.Sprintf(`{"alg":"ES256","kid":"k%d"}`, i), keys[i], accepted, "a kid names its key")
	}
	put("no kid, a key that is not published", set(4, true), bare, keys[5], badSig, "no published key fits")
	put("no kid, five keys", set(5, true), bare, keys[0], unknownKey, "what one token may cost is bounded: no more than four keys are tried").
		choice()
	put("kid, five keys", set(5, true), `{"alg":"ES256","kid":"k4"}`, keys[4], accepted, "a kid names its key")
	put("no kid, keys without names", set(3, false), bare, keys[2], accepted, "every key that fits is tried").choice()
	put("an empty kid, keys without names", set(3, false), `{"alg":"ES256","kid":""}`, keys[2], unknownKey, "an empty name names no key").choice()
	put("kid, keys without names", set(3, false), `{"alg":"ES256","kid":"k2"}`, keys[2], unknownKey, "no published key has this kid").choice()
	mixed := c.keys("two kinds under one name", w.rsa.jwk("same"), w.e256.jwk("same"), edJWK("same", publicEd(w.ed)))
	both := c.contract("RS256, ES256 and EdDSA", []string{"RS256", "ES256", "EdDSA"})
	for _, alg := range []string{"RS256", "ES256", "EdDSA"} {
		good, _ := w.signer(alg)
		for _, label := range []string{"RS256", "ES256", "EdDSA"} {
			code := badSig
			if alg == label {
				code = accepted
			}
			c.put(vector{
				Name:     fmt.Sprintf("one name for keys of three kinds: %s labeled %s", alg, label),
				Contract: both,
				Keys:     mixed,
				Token:    join(fmt.Sprintf(`{"alg":%q,"kid":"same"}`, label), claims(), good),
				Code:     code,
				Why:      "kid and alg together name the key",
			})
		}
	}
	return c
}
