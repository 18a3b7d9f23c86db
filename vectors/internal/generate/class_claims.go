package main

import (
	"fmt"
	"strings"
)

// issuers: iss is compared exactly.
func issuers(w *world) *class {
	c := w.class("issuer", "iss is not exactly the contract's issuer.",
		"RFC 7519 section 4.1.1", "RFC 8725 section 3.8", "CVE-2024-53861", "CVE-2025-30144")
	const why = "the issuer is compared exactly: a different issuer has different keys and users"
	for _, iss := range []string{
		"", " ", "issuer", "issuer.example", "https://issuer.exampl", "https://issuer.example/", "https://issuer.example.evil.example",
		"https://issuer.example@evil.example", "https://evil.example/https://issuer.example", "https://evil.example#https://issuer.example",
		"https://issuer.example:443", "http://issuer.example", "HTTPS://issuer.example", "https://ISSUER.example", "https://issuer.example ",
		" https://issuer.example", "https://issuer.example\n", "https://issuer.example\x00", "https://issuer.example?",
		"https://issuer.example#", "https://issuer.example/.", "https://issuer%2eexample", "https://issuer。example", "https://іssuer.example",
		"ttps://issuer.example", "https://user@issuer.example", "https://issuer.example/tenant", "*", ".*",
	} {
		c.add("ES256", fmt.Sprintf("%+q", iss), w.token("ES256", claims("iss", quote(iss))), badIssuer, why)
	}
	c.add("ES256", "no iss", w.token("ES256", claims("iss", "")), badIssuer, "the contract names an issuer")
	c.add("ES256", "iss in another case", w.token("ES256", claims("iss", "", "ISS", quote(issuer))), badIssuer, "names are exact")
	for _, iss := range []string{
		`null`, `1`, `true`, `[]`, `["https://issuer.example"]`, `["https://issuer.example","https://evil.example"]`,
		`["https://evil.example","https://issuer.example"]`, `{"https://issuer.example":1}`, `[["https://issuer.example"]]`,
	} {
		c.add("ES256", "iss is "+iss, w.token("ES256", claims("iss", iss)), badFormat, "RFC 7519 section 4.1.1: iss is a string")
	}
	c.add("ES256", "the issuer itself", w.token("ES256", claims()), accepted, "control: refused cases are refused because of iss")
	return c
}

// audiences: aud names this service.
func audiences(w *world) *class {
	c := w.class("audience", "aud does not name this service: another service could replay what it was sent.",
		"RFC 7519 section 4.1.3", "RFC 8725 section 3.9", "CVE-2020-26160")
	for _, aud := range []string{
		`""`, `" "`, `"API"`, `"api "`, `" api"`, `"ap"`, `"apis"`, `"api/"`, `"*"`, `".*"`, `"api,other"`, `"api other"`, `"other"`,
		`"\u0430pi"`, `"api\u0000"`, `"api\n"`, `[]`, `[""]`, `["other"]`, `["API","other"]`, `["api other"]`, `["https://issuer.example"]`,
	} {
		c.add("ES256", "aud is "+aud, w.token("ES256", claims("aud", aud)), badAudience, "aud has no value that the contract accepts")
	}
	c.add("ES256", "no aud", w.token("ES256", claims("aud", "")), badAudience, "the contract names an audience")
	c.add("ES256", "aud in another case", w.token("ES256", claims("aud", "", "Aud", `"api"`)), badAudience, "names are exact")
	c.add("ES256", "client_id in its place", w.token("ES256", claims("aud", "", "client_id", `"api"`)), badAudience, "aud is missing")
	for _, aud := range []string{
		`null`, `1`, `true`, `{}`, `{"api":true}`, `[1]`, `["api",1]`, `[null]`, `["api",null]`, `[["api"]]`, `["api",["other"]]`, `[true,"api"]`,
	} {
		c.add("ES256", "aud is "+aud, w.token("ES256", claims("aud", aud)), badFormat, "aud is a string or a list of strings")
	}
	for _, aud := range []string{`"api"`, `["api"]`, `["other","api"]`, `["api","api"]`, `"\u0061pi"`} {
		c.add("ES256", "aud is "+aud+", accepted", w.token("ES256", claims("aud", aud)), accepted, "aud names the service")
	}
	return c
}

// parties: azp names the client that obtained the token.
func parties(w *world) *class {
	c := w.class("authorized-party", "azp is not a client that the contract names: a foreign site got the token for its own visitors.",
		"OpenID Connect Core 1.0 section 2", "RFC 8725 section 2.7")
	contract := c.contract("ES256, parties", []string{"ES256"}, `"authorizedParties":["https://app.example","mobile"]`)
	put := func(azp, code string) {
		c.put(vector{
			Name:     "azp is " + azp,
			Contract: contract,
			Keys:     c.mainKeys(),
			Token:    w.token("ES256", claims("azp", azp)),
			Code:     code,
			Why:      "azp is compared exactly",
		})
	}
	for _, azp := range []string{
		"", `""`, `null`, `1`, `true`, `[]`, `["mobile"]`, `{"mobile":1}`, `"https://evil.example"`, `"https://app.example/"`,
		`"https://app.example.evil.example"`, `"http://app.example"`, `"HTTPS://APP.EXAMPLE"`, `"https://app.example:443"`, `" mobile"`,
		`"mobile "`, `"Mobile"`, `"mobil"`, `"mobile\u0000"`, `"*"`, `"https://app.example,mobile"`, `"null"`,
	} {
		put(azp, badParty)
	}
	put(`"https://app.example"`, accepted)
	put(`"mobile"`, accepted)
	put(`"m\u006fbile"`, accepted)
	return c
}

// types: tokens that the same issuer signs for other purposes.
func types(w *world) *class {
	c := w.class("cross-jwt", "A token that the issuer signed for another purpose is sent as an access token.",
		"RFC 8725 section 2.8", "RFC 8725 section 3.11", "RFC 8725 section 3.12", "RFC 8417 section 4.6", "RFC 9068 section 2.1")
	sign, kid := w.signer("ES256")
	typed := func(typ, body string) string {
		return join(fmt.Sprintf(`{"alg":"ES256","kid":%q,"typ":%s}`, kid, typ), body, sign)
	}
	foreign := []string{
		"logout+jwt", "LOGOUT+JWT", "application/logout+jwt", "Application/Logout+JWT", "secevent+jwt", "application/secevent+jwt",
		"dpop+jwt", "oauth-authz-req+jwt", "token-introspection+jwt", "logout+jwt; charset=utf-8", " logout+jwt",
	}
	for _, typ := range foreign {
		c.add("ES256", "typ "+typ, typed(quote(typ), claims()), badClaim, "the type says that it proves no sign-in")
	}
	for _, typ := range []string{`null`, `1`, `true`, `[]`, `["JWT"]`, `{}`} {
		c.add("ES256", "typ is "+typ, typed(typ, claims()), badFormat, "RFC 7515 section 4.1.9: typ is a string")
	}
	for _, typ := range []string{"JWT", "jwt", "application/jwt", "at+jwt", "application/at+jwt", ""} {
		c.add("ES256", "typ "+quote(typ)+" where any is accepted", typed(quote(typ), claims()), accepted,
			"the contract names no type")
	}
	for _, events := range []string{
		`{"http://schemas.openid.net/event/backchannel-logout":{}}`, `{}`, `null`, `[]`, `"x"`,
	} {
		c.add("ES256", "events is "+events, w.token("ES256", claims("events", events)), badClaim,
			"RFC 8417 section 2.2: events marks a security event token, with or without its typ")
	}
	contract := c.contract("ES256, at+jwt", []string{"ES256"}, `"tokenTypes":["at+jwt"]`)
	put := func(name, token, code string) {
		c.put(vector{
			Name:     "contract with at+jwt: " + name,
			Contract: contract,
			Keys:     c.mainKeys(),
			Token:    token,
			Code:     code,
			Why:      "RFC 9068 section 4: a resource server verifies that typ is at+jwt or application/at+jwt",
		})
	}
	for _, typ := range []string{"at+jwt", "AT+JWT", "application/at+jwt", "APPLICATION/AT+JWT"} {
		put("typ "+typ, typed(quote(typ), claims()), accepted)
	}
	for _, typ := range []string{
		"", "JWT", "id+jwt", "at", "jwt+at", "at+jwt ", " at+jwt", "at+jwt;v=1", "text/at+jwt", "application/application/at+jwt",
		"application/", "at+jwts", "logout+jwt", "dpop+jwt", "*", "*/*",
	} {
		put("typ "+quote(typ), typed(quote(typ), claims()), badClaim)
	}
	put("no typ", w.token("ES256", claims()), badClaim)
	put("Typ in another case", join(fmt.Sprintf(`{"alg":"ES256","kid":%q,"Typ":"at+jwt"}`, kid), claims(), sign), badClaim)
	put("typ among the claims", w.token("ES256", claims("typ", `"at+jwt"`)), badClaim)
	return c
}

// bindings: a token that is bound to a key is no bearer token.
func bindings(w *world) *class {
	c := w.class("sender-constraint", "The token is bound to a client's key and comes without a proof of it.",
		"RFC 7800 section 3", "RFC 8705 section 3", "RFC 9449 section 7.2")
	for _, cnf := range []string{
		`{"jkt":"0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"}`, `{"x5t#S256":"bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2"}`,
		`{"jwk":{"kty":"oct","k":"AA"}}`, `{"jwe":"x"}`, `{"kid":"x"}`, `{"jku":"https://evil.example"}`, `{"unknown":1}`, `{}`, `null`, `[]`,
		`"x"`, `0`, `false`,
	} {
		for _, alg := range []string{"ES256", "HS256"} {
			c.add(alg, "cnf is "+cnf, w.token(alg, claims("cnf", cnf)), badClaim, "the contract accepts only bearer tokens")
		}
	}
	c.add("ES256", "cnf in another case", w.token("ES256", claims("Cnf", `{"jkt":"x"}`)), accepted, "names are exact").choice()
	return c
}

// subjects: who the token is for.
func subjects(w *world) *class {
	c := w.class("subject", "sub is missing, of a wrong type, or text that looks like another user's or forges lines in logs.",
		"RFC 7519 section 4.1.2", "RFC 8725 section 3.9")
	for _, m := range []struct{ sub, code string }{
		{"", noClaim},
		{`null`, badFormat},
		{`""`, noClaim},
		{`1`, badFormat},
		{`1.0`, badFormat},
		{`true`, badFormat},
		{`[]`, badFormat},
		{`["user_1"]`, badFormat},
		{`{"id":"user_1"}`, badFormat},
		{`"user_1\n"`, badClaim},
		{`"user_1\r\nadmin"`, badClaim},
		{`"user_1\u0000"`, badClaim},
		{`"\u001b[2Juser_1"`, badClaim},
		{`"user_1\u007f"`, badClaim},
		{`"user_1\u0085"`, badClaim},
		{`"user_1\u2028"`, badClaim},
		{`"user_1\u2029"`, badClaim},
		{`"\u202euser_1"`, badClaim},
		{`"user\u2066_1"`, badClaim},
		{`"user\u200f_1"`, badClaim},
		{quote(strings.Repeat("u", 513)), badClaim},
		{quote(strings.Repeat("u", 1000)), badClaim},
	} {
		name := "sub is " + m.sub
		if len(name) > 100 {
			name = fmt.Sprintf("sub of %d letters", len(m.sub)-2)
		}
		v := c.add("ES256", name, w.token("ES256", claims("sub", m.sub)), m.code, "sub is not a usable user id")
		if m.code == badClaim {
			v.choice()
		}
	}
	for _, sub := range []string{
		`"0"`, `"null"`, `" "`, `"user 1"`, `"user_1 "`, `"\u0075ser_1"`, `"auth0|5f7c8ec7c33c6c004bbafe82"`, `"日本"`, `"😀"`, `"-1"`, `"__proto__"`,
		quote(strings.Repeat("u", 512)),
	} {
		name := "sub is " + sub
		if len(name) > 100 {
			name = fmt.Sprintf("sub of %d letters", len(sub)-2)
		}
		v := c.add("ES256", name, w.token("ES256", claims("sub", sub)), accepted, "the specifications do not restrict the characters of sub")
		v.User = unquote(sub)
	}
	return c
}

// nested: tokens inside tokens, and encrypted ones.
func nested(w *world) *class {
	c := w.class("nested", "A JWE is sent where a JWS is expected, or a JWS carries another token in place of claims.",
		"RFC 7519 section 5.2", "RFC 7519 appendix A.2", "RFC 8725 section 2.3", "CVE-2023-51774")
	for _, alg := range []string{"RS256", "ES256", "HS256"} {
		sign, kid := w.signer(alg)
		inner := w.token(alg, claims())
		c.add(alg, "cty JWT, a token as payload", join(fmt.Sprintf(`{"alg":%q,"kid":%q,"cty":"JWT"}`, alg, kid), inner, sign), badFormat,
			"the payload is not a claims set")
		c.add(alg, "cty JWT, claims as payload", join(fmt.Sprintf(`{"alg":%q,"kid":%q,"cty":"JWT"}`, alg, kid), claims(), sign), accepted,
			"cty is not used for a claims set").choice()
		c.add(alg, "a token as a JSON string", join(w.header(alg), quote(inner), sign), badFormat, "the payload is not a claims set")
		c.add(alg, "a token in a claim", join(w.header(alg), `{"jwt":`+quote(inner)+`}`, sign), badIssuer,
			"claims of the inner token are not those of the outer one")
		for _, enc := range []string{`"A256GCM"`, `null`, `""`, `"none"`} {
			c.add(alg, "a JWS with enc "+enc, join(fmt.Sprintf(`{"alg":%q,"kid":%q,"enc":%s}`, alg, kid, enc), claims(), sign), badFormat,
				"RFC 7516 section 4.1.2: enc marks a JWE")
		}
		for _, jwe := range []string{"RSA-OAEP", "RSA1_5", "dir", "ECDH-ES", "A256KW", "PBES2-HS256+A128KW"} {
			c.add(alg, "alg "+jwe+" with three segments", join(fmt.Sprintf(`{"alg":%q,"kid":%q}`, jwe, kid), claims(), sign), badAlg,
				"the algorithm encrypts and cannot sign")
			header := fmt.Sprintf(`{"alg":%q,"enc":"A128GCM","kid":%q,"p2c":2147483647}`, jwe, kid)
			c.add(alg, "a JWE with "+jwe, b64([]byte(header))+".AAAA.AAAAAAAAAAAAAAAA."+b64([]byte(claims()))+".AAAAAAAAAAAAAAAAAAAAAA",
				badFormat, "anyone can encrypt with the public key: a JWE proves nothing about its author")
		}
	}
	return c
}
