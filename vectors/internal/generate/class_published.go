package main

import "fmt"

// published: the examples of the specifications, as printed there.
func published(w *world) *class {
	c := w.class("published-examples", "The examples of the specifications, with the keys and the values that are printed there.",
		"RFC 7515 appendix A", "RFC 7519 section 3.1, 6.1", "RFC 7520 section 4, 6", "RFC 8037 appendix A.4", "RFC 9068 section 3")
	joe := func(alg string) string {
		name := alg + " of joe"
		c.Contracts[name] = []byte(fmt.Sprintf(
			`{"issuer":"joe","anyAudience":true,"algorithms":[%q],"userIdClaim":"iss"}`, alg))
		return name
	}
	const (
		exp   = 1300819380
		joes  = "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
		bilbo = "bilbo.baggins@hobbiton.example"
		frodo = "SXTigJlzIGEgZGFuZ2Vyb3VzIGJ1c2luZXNzLCBGcm9kbywgZ29pbmcgb3V0IHlvdXIgZG9vci4gWW91IHN0ZXAgb250byB0aGUgcm9hZCwgYW5kIGlmIHlvdSBkb24ndCBrZWVwIHlvdXIgZmVldCwgdGhlcmXigJlzIG5vIGtub3dpbmcgd2hlcmUgeW91IG1pZ2h0IGJlIHN3ZXB0IG9mZiB0by4"
		a2n   = "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ"
		b34n  = "n4EPtAOCc9AlkeQHPzHStgAbgs7bTZLwUBZdR8_KuKPEHLd4rHVTeT-O-XV2jRojdNhxJWTDvNd7nqQ0VEiZQHz_AJmSCpMaJMRBSFKrKb2wqVwGU_NsYOYL-QtiWN2lbzcEe6XC0dApr5ydQLrHqkHHig3RBordaZ6Aj-oBHqFEHYpPe7Tpe-OfVfHd1E6cS6M1FZcD1NNLYD5lFHpPI9bTwJlsde3uhGqC0ZCuEHg8lhzwOHrtIQbS0FVbb9k3-tVTU4fg_3L_vniUFAKwuCLqKnS2BYwdq_mzSnbLY7h_qixoR7jig3__kRhuaxwUkRz5iaiQkqgc5gHdrNP5zw"
	)
	a1 := c.keys("RFC 7515 A.1", `{"kty":"oct","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"}`)
	a2 := c.keys("RFC 7515 A.2", jwk("kty", "RSA", "n", a2n, "e", "AQAB"))
	a3 := c.keys("RFC 7515 A.3", jwk("kty", "EC", "crv", "P-256", "x", "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
		"y", "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"))
	a4 := c.keys("RFC 7515 A.4", jwk("kty", "EC", "crv", "P-521",
		"x", "AekpBQ8ST8a8VcfVOTNl353vSrDCLLJXmPk06wTjxrrjcBpXp5EOnYG_NjFZ6OvLFV1jSfS9tsz4qUxcWceqwQGk",
		"y", "ADSmRA43Z1DSNx_RvcLI87cdL07l6jQyyBXMoxVg_l2Th-x3S1WDhjDly79ajL4Kkd0AZMaZmh9ubmf63e3kyMj2"))
	rs := "eyJhbGciOiJSUzI1NiJ9." + joes + ".cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw"
	hs := "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9." + joes + ".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
	es := "eyJhbGciOiJFUzI1NiJ9." + joes + ".DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"
	for _, m := range []struct{ name, alg, keys, token string }{
		{"RFC 7515 A.1 and RFC 7519 3.1, HS256", "HS256", a1, hs},
		{"RFC 7515 A.2, RS256", "RS256", a2, rs},
		{"RFC 7515 A.3, ES256", "ES256", a3, es},
	} {
		c.put(vector{Name: m.name, Contract: joe(m.alg), Keys: m.keys, Time: exp - 60, Token: m.token, User: "joe", Why: "the moment is before exp"})
		c.put(vector{
			Name: m.name + ", today", Contract: joe(m.alg), Keys: m.keys, Token: m.token, Code: expired, Signature: "valid",
			Why: "the token expired in 2011",
		})
	}
	for _, alg := range []string{"HS256", "RS256", "ES256"} {
		keys := map[string]string{"HS256": a1, "RS256": a2, "ES256": a3}[alg]
		c.put(vector{
			Name: "RFC 7515 A.5 and RFC 7519 6.1, unsecured, for " + alg, Contract: joe(alg), Keys: keys, Time: exp - 60,
			Token: "eyJhbGciOiJub25lIn0." + joes + ".", Code: badFormat, Why: "RFC 8725 section 3.2: unsecured tokens are not accepted by default",
		})
	}
	ed := c.keys("RFC 8037 A.2", edJWK("", unb64("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo")))
	bilboRSA := c.keys("RFC 7520 3.3", jwk("kty", "RSA", "kid", bilbo, "use", "sig", "n", b34n, "e", "AQAB"))
	bilboEC := c.keys("RFC 7520 3.1", jwk("kty", "EC", "kid", bilbo, "use", "sig", "crv", "P-521",
		"x", "AHKZLLOsCOzz5cY97ewNUajB957y-C-U88c3v13nmGZx6sYl_oJXu9A5RkTKqjqvjyekWF-7ytDyRXYgCF5cj0Kt",
		"y", "AdymlHvOiLxXkEhayXQnNCvDX4h9htZaCJN34kfmC6pV5OhQHiraVySsUdaQkAgDPrwQrJmbnX9cwlGfP-HqHZR1"))
	mac := c.keys("RFC 7520 3.5", `{"kty":"oct","k":"hJtXIZ2uSN5kbQfbtTNWbpdmhkV8FJG-Onbc6mxCcYg"}`)
	for _, m := range []struct{ name, alg, keys, token string }{
		{"RFC 7515 A.4, ES512", "ES512", a4, "eyJhbGciOiJFUzUxMiJ9.UGF5bG9hZA.AdwMgeerwtHoh-l192l60hp9wAHZFVJbLfD_UxMi70cwnZOYaRI1bKPWROc-mZZqwqT2SI-KGDKB34XO0aw_7XdtAG8GaSwFKdCAPZgoXD2YBJZCPEX3xKpRwcdOO8KpEHwJjyqOgzDO7iKvU8vcnwNrmxYbSW9ERBXukOXolLzeO_Jn"},
		{"RFC 8037 A.4, EdDSA", "EdDSA", ed, "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"},
		{"RFC 7520 4.1, RS256", "RS256", bilboRSA, "eyJhbGciOiJSUzI1NiIsImtpZCI6ImJpbGJvLmJhZ2dpbnNAaG9iYml0b24uZXhhbXBsZSJ9." + frodo + ".MRjdkly7_-oTPTS3AXP41iQIGKa80A0ZmTuV5MEaHoxnW2e5CZ5NlKtainoFmKZopdHM1O2U4mwzJdQx996ivp83xuglII7PNDi84wnB-BDkoBwA78185hX-Es4JIwmDLJK3lfWRa-XtL0RnltuYv746iYTh_qHRD68BNt1uSNCrUCTJDt5aAE6x8wW1Kt9eRo4QPocSadnHXFxnt8Is9UzpERV0ePPQdLuW3IS_de3xyIrDaLGdjluPxUAhb6L2aXic1U12podGU0KLUQSE_oI-ZnmKJ3F4uOZDnd6QZWJushZ41Axf_fcIe8u9ipH84ogoree7vjbU5y18kDquDg"},
		{"RFC 7520 4.2, PS384", "PS384", bilboRSA, "eyJhbGciOiJQUzM4NCIsImtpZCI6ImJpbGJvLmJhZ2dpbnNAaG9iYml0b24uZXhhbXBsZSJ9." + frodo + ".cu22eBqkYDKgIlTpzDXGvaFfz6WGoz7fUDcfT0kkOy42miAh2qyBzk1xEsnk2IpN6-tPid6VrklHkqsGqDqHCdP6O8TTB5dDDItllVo6_1OLPpcbUrhiUSMxbbXUvdvWXzg-UD8biiReQFlfz28zGWVsdiNAUf8ZnyPEgVFn442ZdNqiVJRmBqrYRXe8P_ijQ7p8Vdz0TTrxUeT3lm8d9shnr2lfJT8ImUjvAA2Xez2Mlp8cBE5awDzT0qI0n6uiP1aCN_2_jLAeQTlqRHtfa64QQSUmFAAjVKPbByi7xho0uTOcbH510a6GYmJUAfmWjwZ6oD4ifKo8DYM-X72Eaw"},
		{"RFC 7520 4.3, ES512", "ES512", bilboEC, "eyJhbGciOiJFUzUxMiIsImtpZCI6ImJpbGJvLmJhZ2dpbnNAaG9iYml0b24uZXhhbXBsZSJ9." + frodo + ".AE_R_YZCChjn4791jSQCrdPZCNYqHXCTZH0-JZGYNlaAjP2kqaluUIIUnC9qvbu9Plon7KRTzoNEuT4Va2cmL1eJAQy3mtPBu_u_sDDyYjnAMDxXPn7XrT0lw-kvAD890jl8e2puQens_IEKBpHABlsbEPX6sFY8OcGDqoRuBomu9xQ2"},
		{"RFC 7520 4.4, HS256", "HS256", mac, "eyJhbGciOiJIUzI1NiIsImtpZCI6IjAxOGMwYWU1LTRkOWItNDcxYi1iZmQ2LWVlZjMxNGJjNzAzNyJ9." + frodo + ".s0h6KThzkfBBBkLspW1h84VsJZFTsPPqMDA7g1Md7p0"},
	} {
		c.put(vector{
			Name: m.name, Contract: joe(m.alg), Keys: m.keys, Time: exp - 60, Token: m.token, Code: badFormat, Signature: "valid",
			Why: "the signature is valid, but the payload is text: this is a JWS and not a JWT",
		})
	}
	c.hobbiton(exp)
	c.accessToken()
	return c
}

// hobbiton is the inner token of RFC 7520 section 6.
func (c *class) hobbiton(exp int64) {
	const n = "kNrPIBDXMU6fcyv5i-QHQAQ-K8gsC3HJb7FYhYaw8hXbNJa-t8q0lDKwLZgQXYV-ffWxXJv5GGrlZE4GU52lfMEegTDzYTrRQ3tepgKFjMGg6Iy6fkl1ZNsx2gEonsnlShfzA9GJwRTmtKPbk1s-hwx1IU5AT-AIelNqBgcF2vE5W25_SGGBoaROVdUYxqETDggM1z5cKV4ZjDZ8-lh4oVB07bkac6LQdHpJUUySH_Er20DXx30Kyi97PciXKTS-QKXnmm8ivyRCmux22ZoPUind2BKC5OiG4MwALhaL2Z2k8CsRdfy-7dg7z41Rp6D0ZeEvtaUp4bX4aKraL4rTfw"
	const token = "eyJhbGciOiJQUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJob2JiaXRvbi5leGFtcGxlIiwiZXhwIjoxMzAwODE5MzgwLCJodHRwOi8vZXhhbXBsZS5jb20vaXNfcm9vdCI6dHJ1ZX0.dPpMqwRZxFYi1UfcDAaf8M99o7kwUWtiXZ-ByvVuJih4MhJ_aZqciprz0OWaIAkIvn1qskChirjKvY9ESZNUCP4JjvfyPS-nqjJxYoA5ztWOyFk2cZNIPXjcJXSQwXPO9tEe-v4VSqgD0aKHqPxYog4N6Cz1lKph1U1sYDSI67_bLL7elg_vkjfMp5_W5l5LuUYGMeh6hxQIaIUXf9EwV2JmvTMuZ-vBOWy0Sniy1EFo72CRTvmtrIf5AROo5MNliY3KtUxeP-SOmD-LEYwW9SlkohYzMVAZDDOrVbv7KVRHpeYNaK75KEQqdCEEkS_rskZS-Qtt_nlegTWh1mEYaA"
	c.Contracts["PS256 of hobbiton.example"] = []byte(
		`{"issuer":"hobbiton.example","anyAudience":true,"algorithms":["PS256"],"userIdClaim":"iss"}`)
	keys := c.keys("RFC 7520 6", jwk("kty", "RSA", "kid", "hobbiton.example", "use", "sig", "n", n, "e", "AQAB"))
	c.put(vector{
		Name: "RFC 7520 6, the inner token, PS256", Contract: "PS256 of hobbiton.example", Keys: keys, Time: exp - 60,
		Token: token, User: "hobbiton.example", Why: "the moment is before exp",
	})
	c.put(vector{
		Name: "RFC 7520 6, the inner token, today", Contract: "PS256 of hobbiton.example", Keys: keys,
		Token: token, Code: expired, Signature: "valid", Why: "the token expired in 2011",
	})
}

// accessToken adds the example of RFC 9068. The RFC does not print a key or a signature, so the token is signed with
// a key of this package.
func (c *class) accessToken() {
	sign, _ := c.world.signer("RS256")
	const header = `{"typ":"at+JWT","alg":"RS256","kid":"RjEwOwOA"}`
	const body = `{
  "iss": "https://authorization-server.example.com/",
  "sub": "5ba552d67",
  "aud":   "https://rs.example.com/",
  "exp": 1639528912,
  "iat": 1618354090,
  "jti" : "dbe39bf3a3ba4238a513f51d6e1691c4",
  "client_id": "s6BhdRkqt3",
  "scope": "openid profile reademail"
}`
	contract := func(name, audience string) string {
		c.Contracts[name] = []byte(`{"issuer":"https://authorization-server.example.com/","audience":["` + audience +
			`"],"algorithms":["RS256"],"tokenTypes":["at+jwt"],"requiredClaims":["client_id","iat","jti"]}`)
		return name
	}
	keys := c.keys("RFC 9068", c.world.rsa.jwk("RjEwOwOA"))
	rs := contract("RFC 9068", "https://rs.example.com/")
	put := func(name, contract string, at int64, token, code, why string) {
		c.put(vector{
			Name: "RFC 9068 figure 2: " + name, Contract: contract, Keys: keys, Time: at, Token: token, Code: code, User: "5ba552d67",
			Why: why,
		})
	}
	token := join(header, body, sign)
	put("the access token", rs, 1618354100, token, accepted, "the example, as its resource server accepts it")
	put("after its exp", rs, 1639528912+30, token, expired, "the token has expired")
	put("at another resource server", contract("another resource server", "https://other.example.com/"), 1618354100, token, badAudience,
		"RFC 9068 section 4: aud names this resource server")
	put("as an ID token", rs, 1618354100, join(`{"typ":"JWT","alg":"RS256","kid":"RjEwOwOA"}`, body, sign), badClaim, "RFC 9068 section 4")
}
