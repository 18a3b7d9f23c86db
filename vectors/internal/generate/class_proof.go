package main

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
)

const (
	proofURL = "https://api.example/orders"
	access   = "mF_9.B5f-4.1JqM"
)

// proofs: DPoP proofs. The keys are in the proofs themselves.
func proofs(w *world) *class {
	c := w.class("dpop-proof", "A DPoP proof that does not prove that its sender holds the key of the access token. Code is INVALID_PROOF.",
		"RFC 9449 section 4.2", "RFC 9449 section 4.3", "RFC 9449 section 7.1", "RFC 9449 section 11")
	key := w.e256
	public := key.jwk("")
	sign := esSigner(hashOf("ES256"), key)
	header := func(members string) string { return `{"typ":"dpop+jwt","alg":"ES256","jwk":` + members + `}` }
	ath := sha256.Sum256([]byte(access))
	body := func(changes ...string) string {
		base := []string{
			"iss", "", "sub", "", "aud", "", "exp", "", "iat", num(now - 1), "jti", `"id"`, "htm", `"GET"`, "htu", quote(proofURL),
			"ath", quote(b64(ath[:])),
		}
		return claims(append(base, changes...)...)
	}
	at := request{Method: "GET", URL: proofURL, Token: access, Thumbprint: thumbprint(key)}
	put := func(name, token, code, why string) *vector {
		r := at
		return c.put(vector{Name: name, Token: token, Request: &r, Code: code, Why: why})
	}
	put("a good proof", join(header(public), body(), sign), accepted, "control: refused cases are refused because of the proof")
	for _, m := range []struct{ name, header string }{
		{"typ JWT", `{"typ":"JWT","alg":"ES256","jwk":` + public + `}`},
		{"no typ", `{"alg":"ES256","jwk":` + public + `}`},
		{"typ at+jwt", `{"typ":"at+jwt","alg":"ES256","jwk":` + public + `}`},
		{"alg none", `{"typ":"dpop+jwt","alg":"none","jwk":` + public + `}`},
		{"alg HS256", `{"typ":"dpop+jwt","alg":"HS256","jwk":` + public + `}`},
		{"alg of another curve", `{"typ":"dpop+jwt","alg":"ES384","jwk":` + public + `}`},
		{"no jwk", `{"typ":"dpop+jwt","alg":"ES256"}`},
		{"kid in place of jwk", `{"typ":"dpop+jwt","alg":"ES256","kid":"P-256"}`},
		{"jwk twice", `{"typ":"dpop+jwt","alg":"ES256","jwk":` + public + `,"jwk":` + w.attackerEC.jwk("") + `}`},
		{"jwk as text", header(quote(public))},
		{"jwk is null", header("null")},
		{"a private key", header(strings.TrimSuffix(public, "}") + `,"d":"AAAA"}`)},
		{"a symmetric key", header(octJWK(w.secret))},
		{"another key", header(w.attackerEC.jwk(""))},
		{"a point off the curve", header(jwk("kty", "EC", "crv", "P-256", "x", b64(key.x), "y", b64(flip(key.y, 31, 1))))},
		{"another curve's name", header(jwk("kty", "EC", "crv", "P-384", "x", b64(key.x), "y", b64(key.y)))},
		{"a use of enc", header(strings.TrimSuffix(public, "}") + `,"use":"enc"}`)},
		{"crit", `{"typ":"dpop+jwt","alg":"ES256","crit":["x"],"x":1,"jwk":` + public + `}`},
		{"a member of jwk twice", header(strings.TrimSuffix(public, "}") + `,"kty":"EC"}`)},
	} {
		put(m.name, join(m.header, body(), sign), badProof, "RFC 9449 section 4.3, checks 2 to 7")
	}
	for _, m := range []struct {
		name    string
		changes []string
	}{
		{"no jti", []string{"jti", ""}},
		{"an empty jti", []string{"jti", `""`}},
		{"jti as a number", []string{"jti", "1"}},
		{"a jti of 1,000 letters", []string{"jti", quote(strings.Repeat("j", 1000))}},
		{"no htm", []string{"htm", ""}},
		{"another method", []string{"htm", `"POST"`}},
		{"the method in another case", []string{"htm", `"get"`}},
		{"a list of methods", []string{"htm", `["GET"]`}},
		{"no htu", []string{"htu", ""}},
		{"another path", []string{"htu", `"https://api.example/order"`}},
		{"a longer path", []string{"htu", `"https://api.example/orders/1"`}},
		{"the path in another case", []string{"htu", `"https://api.example/Orders"`}},
		{"another host", []string{"htu", `"https://evil.example/orders"`}},
		{"the host as user info", []string{"htu", `"https://api.example@evil.example/orders"`}},
		{"another scheme", []string{"htu", `"http://api.example/orders"`}},
		{"another port", []string{"htu", `"https://api.example:8443/orders"`}},
		{"a path alone", []string{"htu", `"/orders"`}},
		{"no iat", []string{"iat", ""}},
		{"iat as text", []string{"iat", `"1800000000"`}},
		{"an old proof", []string{"iat", num(now - 600)}},
		{"a proof from the future", []string{"iat", num(now + 600)}},
		{"iat overflows", []string{"iat", "1e400"}},
		{"no ath", []string{"ath", ""}},
		{"the ath of another token", []string{"ath", quote(b64(make([]byte, 32)))}},
		{"ath in standard base64", []string{"ath", quote(b64(ath[:]) + "=")}},
		{"ath in hexadecimal", []string{"ath", quote(hex.EncodeToString(ath[:]))}},
		{"the token in place of its hash", []string{"ath", quote(access)}},
		{"nonce as a number", []string{"nonce", "1"}},
	} {
		put(m.name, join(header(public), body(m.changes...), sign), badProof, "RFC 9449 section 4.3, checks 3 and 8 to 12")
	}
	for _, m := range [][2]string{
		{"the default port", "https://api.example:443/orders"},
		{"the host in capital letters", "https://API.EXAMPLE/orders"},
		{"a query and a fragment", "https://api.example/orders"},
		{"an escape that is not needed", "https://api.example/%6frders"},
	} {
		put("htu with "+m[0], join(header(public), body("htu", quote(m[1])), sign), accepted, "RFC 9449 section 4.3: compared as RFC 3986 section 6.2 says").
			choice()
	}
	good := join(header(public), body(), sign)
	parts := strings.Split(good, ".")
	sig := unb64(parts[2])
	r, s := sig[:32], sig[32:]
	for _, m := range []struct{ name, token string }{
		{"a flipped bit", parts[0] + "." + parts[1] + "." + b64(flip(sig, 10, 1))},
		{"no signature", parts[0] + "." + parts[1] + "."},
		{"r and s are 0", parts[0] + "." + parts[1] + "." + b64(make([]byte, 64))},
		{"s before r", parts[0] + "." + parts[1] + "." + b64(append(append([]byte{}, s...), r...))},
		{"signed by another key", join(header(public), body(), esSigner(hashOf("ES256"), w.attackerEC))},
		{"two proofs", good + "," + good},
		{"padding", good + "="},
		{"nothing", ""},
		{"the access token", access},
		{"longer than a proof", good + strings.Repeat("A", 9000)},
	} {
		put(m.name, m.token, badProof, "the proof is one JWS, signed by the key in it")
	}
	c.weakProofs(put, body())
	c.lowOrderProofs(body)
	c.publishedProofs()
	return c
}

// weakProofs adds proofs with keys for which anyone can sign.
func (c *class) weakProofs(put func(name, token, code, why string) *vector, body string) {
	weak := c.world.rsa1024
	put("an RSA key of 1024 bits", join(`{"typ":"dpop+jwt","alg":"RS256","jwk":`+weak.jwk("")+`}`, body, rsSigner(hashOf("RS256"), weak)), badProof,
		"RFC 7518 section 3.3")
	put("an RSA key with exponent 1", join(`{"typ":"dpop+jwt","alg":"RS256","jwk":`+jwk("kty", "RSA", "n", b64(c.world.rsa.n.Bytes()), "e", "AQ")+`}`,
		body, func(input string) []byte { return pkcs1(hashOf("RS256"), input, c.world.rsa.size()) }), badProof, "the signature is the message itself")
}

// lowOrderProofs adds proofs whose key has low order, so that they are made without a private key.
func (c *class) lowOrderProofs(body func(...string) string) {
	for i, point := range lowOrder() {
		key := unhex(point)
		forged := append(unhex(lowOrder()[0]), make([]byte, 32)...)
		header := `{"typ":"dpop+jwt","alg":"EdDSA","jwk":` + edJWK("", key) + `}`
		claims := body()
		for n := 0; n < 64 && !ed25519.Verify(key, []byte(b64([]byte(header))+"."+b64([]byte(claims))), forged); n++ {
			claims = body("n", num(n))
		}
		sum := sha256.Sum256([]byte(jwk("crv", "Ed25519", "kty", "OKP", "x", b64(key))))
		c.put(vector{
			Name:    fmt.Sprintf("the key is point %d of low order", i+1),
			Token:   join(header, claims, func(string) []byte { return forged }),
			Request: &request{Method: "GET", URL: proofURL, Token: access, Thumbprint: b64(sum[:])},
			Code:    badProof,
			Why:     "anyone can make a signature for a key of low order: the proof proves nothing",
		}).choice()
	}
}

// publishedProofs adds the proofs in RFC 9449.
func (c *class) publishedProofs() {
	const head = "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0RscEJoRjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19."
	const jkt = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"
	const resource = head + "eyJqdGkiOiJlMWozVl9iS2ljOC1MQUVCIiwiaHRtIjoiR0VUIiwiaHR1IjoiaHR0cHM6Ly9yZXNvdXJjZS5leGFtcGxlLm9yZy9wcm90ZWN0ZWRyZXNvdXJjZSIsImlhdCI6MTU2MjI2MjYxOCwiYXRoIjoiZlVIeU8ycjJaM0RaNTNFc05yV0JiMHhXWG9hTnk1OUlpS0NBcWtzbVFFbyJ9.2oW9RP35yRqzhrtNP86L-Ey71EOptxRimPPToA1plemAgR6pxHF8y6-yqyVnmcw6Fy1dqd-jfxSYoMxhAJpLjA"
	const tokenRequest = head + "eyJqdGkiOiItQndDM0VTYzZhY2MybFRjIiwiaHRtIjoiUE9TVCIsImh0dSI6Imh0dHBzOi8vc2VydmVyLmV4YW1wbGUuY29tL3Rva2VuIiwiaWF0IjoxNTYyMjYyNjE2fQ.2-GxA6T8lP4vfrg8v-FdWP0A0zdrj8igiMLvqRMUvwnQg4PtFLbdLXiOSsX0x7NVY-FNyJK70nfbV37xRZT3Lg"
	const opaque = "Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU"
	put := func(name, proof string, at int64, r request, code, why string) {
		c.put(vector{Name: name, Token: proof, Time: at, Request: &r, Code: code, Why: why})
	}
	r := request{Method: "GET", URL: "https://resource.example.org/protectedresource", Token: opaque, Thumbprint: jkt}
	put("RFC 9449 7.1, the proof", resource, 1562262618, r, accepted, "the example, as it is printed")
	put("RFC 9449 7.1, a year later", resource, 1562262618+31536000, r, badProof, "the proof is old")
	r.Token += "x"
	put("RFC 9449 7.1, another access token", resource, 1562262618, r, badProof, "ath is the hash of the access token")
	r = request{Method: "POST", URL: "https://server.example.com/token", Token: opaque, Thumbprint: jkt}
	put("RFC 9449 4.1, a proof for the token endpoint", tokenRequest, 1562262616, r, badProof,
		"RFC 9449 section 7: a proof for an access token has its hash")
}

// thumbprint returns the thumbprint of a key (RFC 7638).
func thumbprint(k *ecKey) string {
	sum := sha256.Sum256([]byte(jwk("crv", k.curve.name, "kty", "EC", "x", b64(k.x), "y", b64(k.y))))
	return b64(sum[:])
}
