package main

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"encoding/asn1"
	"encoding/pem"
	"fmt"
	"math/big"
	"strings"
)

// algNone: a token chooses to be unsigned.
func algNone(w *world) *class {
	c := w.class("alg-none", "The header says that the token is unsigned, in every spelling that a lenient comparison accepts.",
		"RFC 8725 section 2.1", "RFC 8725 section 3.1", "RFC 7518 section 3.6", "CVE-2015-2951", "CVE-2018-1000531",
		"CVE-2022-23540")
	spellings := []string{"none", "None", "NONE", "nOnE", "none ", " none", "n\u006fne\u0000", "null", "NonE", "ｎｏｎｅ"}
	for _, alg := range one() {
		sign, kid := w.signer(alg)
		for _, spelling := range spellings {
			header := fmt.Sprintf(`{"alg":%s,"kid":%q}`, quote(spelling), kid)
			input := b64([]byte(header)) + "." + b64([]byte(claims()))
			c.add(alg, fmt.Sprintf("%+q without a signature", spelling), input+".", badFormat,
				"an empty signature is never accepted, whatever alg says")
			c.add(alg, fmt.Sprintf("%+q with a good signature of another algorithm", spelling), input+"."+b64(sign(input)),
				badAlg, "the contract names the algorithms, and this is not one of them")
		}
		input := b64([]byte(w.header(alg))) + "." + b64([]byte(claims()))
		c.add(alg, "the right alg without a signature", input+".", badFormat, "the signature is missing")
		c.add(alg, "the right alg, the signature and its dot cut off", input, badFormat, "a token has three segments")
		c.add(alg, "a good token", w.token(alg, claims()), accepted, "control: refused cases are refused because of alg")
	}
	return c
}

// publicForms returns the forms of public keys that a library may mistake for an HMAC secret.
func publicForms(w *world) map[string]map[string][]byte {
	forms := map[string]map[string][]byte{}
	ecForms := func(k *ecKey) map[string][]byte {
		point := append(append([]byte{4}, k.x...), k.y...)
		oids := map[string]asn1.ObjectIdentifier{
			"P-256": {1, 2, 840, 10045, 3, 1, 7},
			"P-384": {1, 3, 132, 0, 34},
			"P-521": {1, 3, 132, 0, 35},
		}
		der := spki(asn1.ObjectIdentifier{1, 2, 840, 10045, 2, 1}, oids[k.curve.name], point)
		return map[string][]byte{
			"the uncompressed point": point,
			"x":                      k.x,
			"the JWK":                []byte(k.jwk(k.curve.name)),
			"DER":                    der,
			"PEM":                    pemOf("PUBLIC KEY", der),
			"PEM without its end":    bytes.TrimSpace(pemOf("PUBLIC KEY", der)),
		}
	}
	rsaForms := func() map[string][]byte {
		pkcs, err := asn1.Marshal(struct{ N, E *big.Int }{w.rsa.n, w.rsa.e})
		if err != nil {
			panic(err) // two positive numbers always encode
		}
		der := spki(asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 1}, asn1.NullRawValue, pkcs)
		return map[string][]byte{
			"the modulus":         w.rsa.n.Bytes(),
			"n in base64url":      []byte(b64(w.rsa.n.Bytes())),
			"the JWK":             []byte(w.rsa.jwk("rsa")),
			"PKCS #1 DER":         pkcs,
			"PKCS #1 PEM":         pemOf("RSA PUBLIC KEY", pkcs),
			"DER":                 der,
			"PEM":                 pemOf("PUBLIC KEY", der),
			"PEM without its end": bytes.TrimSpace(pemOf("PUBLIC KEY", der)),
		}
	}
	ed := publicEd(w.ed)
	edDER, err := asn1.Marshal(struct {
		Algorithm struct{ OID asn1.ObjectIdentifier }
		Key       asn1.BitString
	}{
		struct{ OID asn1.ObjectIdentifier }{asn1.ObjectIdentifier{1, 3, 101, 112}},
		asn1.BitString{Bytes: ed, BitLength: 8 * len(ed)},
	})
	if err != nil {
		panic(err) // RFC 8410 §4: constants and 32 bytes
	}
	forms["RS256"], forms["PS256"] = rsaForms(), rsaForms()
	forms["ES256"] = ecForms(w.e256)
	forms["ES512"] = ecForms(w.e521)
	forms["EdDSA"] = map[string][]byte{
		"the 32 bytes": ed,
		"x":            []byte(b64(ed)),
		"the JWK":      []byte(edJWK("ed", ed)),
		"DER":          edDER,
		"PEM":          pemOf("PUBLIC KEY", edDER),
	}
	return forms
}

// spki is the SubjectPublicKeyInfo of RFC 5280 section 4.1.
func spki(algorithm asn1.ObjectIdentifier, parameters any, key []byte) []byte {
	inner, err := asn1.Marshal(parameters)
	if err != nil {
		panic(err) // an object identifier or NULL
	}
	der, err := asn1.Marshal(struct {
		Algorithm struct {
			OID        asn1.ObjectIdentifier
			Parameters asn1.RawValue
		}
		Key asn1.BitString
	}{
		struct {
			OID        asn1.ObjectIdentifier
			Parameters asn1.RawValue
		}{algorithm, asn1.RawValue{FullBytes: inner}},
		asn1.BitString{Bytes: key, BitLength: 8 * len(key)},
	})
	if err != nil {
		panic(err)
	}
	if _, err := x509.ParsePKIXPublicKey(der); err != nil {
		panic(err) // the attack needs the form that libraries print
	}
	return der
}

func pemOf(kind string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}

// keyConfusion: a public key used as the secret of an HMAC.
func keyConfusion(w *world) *class {
	c := w.class("hs-rs-confusion",
		"The header says HMAC, and the secret is the issuer's public key in a form that a library may take for a secret.",
		"RFC 8725 section 2.1", "RFC 8725 section 3.1", "CVE-2015-9235", "CVE-2016-5431", "CVE-2016-10555", "CVE-2017-11424",
		"CVE-2022-29217", "CVE-2023-48223", "CVE-2023-48238", "CVE-2024-33663", "CVE-2024-37568", "CVE-2024-54150")
	forms := publicForms(w)
	for _, alg := range sorted(forms) {
		_, kid := w.signer(alg)
		for _, form := range sorted(forms[alg]) {
			for _, hs := range []string{"HS256", "HS384", "HS512"} {
				header := fmt.Sprintf(`{"alg":%q,"kid":%q}`, hs, kid)
				token := join(header, claims(), hmacSigner(hashOf(hs), forms[alg][form]))
				c.add(alg, hs+" under "+form, token, badAlg, "a public key must not be used as a secret")
			}
			mixed := c.contract(alg+" and HS256", []string{alg, "HS256"})
			keys := c.keys("public and secret", strings.TrimSuffix(strings.TrimPrefix(string(c.KeySets[c.mainKeys()]), `{"keys":[`),
				"]}"), octJWK(w.secret))
			c.put(vector{
				Name:     alg + " and HS256: HS256 under " + form,
				Contract: mixed,
				Keys:     keys,
				Token: join(fmt.Sprintf(`{"alg":"HS256","kid":%q}`, kid), claims(),
					hmacSigner(crypto.SHA256, forms[alg][form])),
				Code: badSig,
				Why:  "an issuer that changes from a secret to keys has both for a while: HMAC tokens are checked only with the secret",
			})
		}
	}
	return c
}

// algorithmPinning: a good signature under an algorithm that the contract does not name.
func algorithmPinning(w *world) *class {
	c := w.class("algorithm-pinning", "A valid token, signed with the right key under an algorithm that the contract does not name.",
		"RFC 8725 section 3.1", "CVE-2020-15084")
	for _, accepts := range algorithms() {
		for _, signed := range algorithms() {
			contract := c.contract(accepts, []string{accepts})
			_, keys := c.usual(accepts)
			code, why := badAlg, "only "+accepts+" is accepted"
			if signed == accepts {
				code, why = accepted, "the algorithm is the contract's"
			}
			c.put(vector{
				Name:     accepts + ": a token signed with " + signed,
				Contract: contract,
				Keys:     keys,
				Token:    w.token(signed, claims()),
				Code:     code,
				Why:      why,
			})
		}
	}
	c.spellings()
	return c
}

// spellings adds cases whose alg is a misspelling of the algorithm's name.
func (c *class) spellings() {
	for _, alg := range one() {
		sign, kid := c.world.signer(alg)
		for _, other := range []string{
			strings.ToLower(alg), alg + " ", " " + alg, alg + "\n", alg + "\u0000", "\u200b" + alg, "RSA-SHA256", "HMAC", "A256GCM",
		} {
			if other == alg {
				continue
			}
			c.add(alg, fmt.Sprintf("alg is %+q", other),
				join(fmt.Sprintf(`{"alg":%s,"kid":%q}`, quote(other), kid), claims(), sign), badAlg, "names are case-sensitive and exact")
		}
	}
}

// algorithmLabels: the header names another algorithm than the one that signed; the contract accepts both.
func algorithmLabels(w *world) *class {
	c := w.class("algorithm-labels",
		"The contract accepts several algorithms for one key, and the header names another one than the token was signed with.",
		"RFC 8725 section 2.1", "RFC 8725 section 3.1", "RFC 7515 section 5.2")
	families := [][]string{
		{"HS256", "HS384", "HS512"},
		{"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"},
		{"ES256", "ES384", "ES512"},
	}
	for i, family := range families {
		contract := c.contract(family[0]+" and its family", family)
		_, keys := c.usual(family[0])
		for _, signed := range family {
			for _, label := range family {
				sign, _ := w.signer(signed)
				code, why := badSig, "the signature is checked by the algorithm of the header"
				if label == signed {
					code, why = accepted, "the header names the algorithm that was used"
				}
				c.put(vector{
					Name:     signed + " labeled " + label,
					Contract: contract,
					Keys:     keys,
					Token:    join(w.header(label), claims(), sign),
					Code:     code,
					Why:      why,
				})
				if _, kid := w.signer(signed); i == 2 && label != signed {
					c.put(vector{
						Name:     signed + " labeled " + label + ", kid of its own key",
						Contract: contract,
						Keys:     keys,
						Token:    join(fmt.Sprintf(`{"alg":%q,"kid":%q}`, label, kid), claims(), sign),
						Code:     unknownKey,
						Why:      "RFC 7518 section 3.4: each algorithm has its own curve",
					})
				}
			}
		}
	}
	return c
}
