package authtest

import (
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"

	"github.com/golang-jwt/jwt/v5"

	"github.com/revstackhq/auth-go/core"
)

// refusedUnless returns the code for a token whose alg the contract may allow.
func (f *forge) refusedUnless(alg string, allowed core.Code) core.Code {
	if f.allows(alg) {
		return allowed
	}
	return core.CodeAlgorithmNotAllowed
}

// algorithms adds attacks through the header's alg (RFC 8725 §2.1).
func (f *forge) algorithms() {
	for _, none := range []string{"none", "None", "NONE", "nOnE"} {
		header := f.edit(f.header, Claims{"alg": none})
		unsigned := f.encode([]byte(header)) + "." + f.payload64
		f.add("alg "+none+" unsigned", core.CodeInvalidFormat, unsigned+".")
		f.add("alg "+none+" with a signature", core.CodeAlgorithmNotAllowed, unsigned+"."+f.sig64)
	}
	f.add("alg in another case", core.CodeAlgorithmNotAllowed, f.withHeader("alg", strings.ToLower(f.alg)))
	f.add("alg unknown", core.CodeAlgorithmNotAllowed, f.withHeader("alg", "XS256"))
	f.add("alg with a space", core.CodeAlgorithmNotAllowed, f.withHeader("alg", f.alg+" "))
	f.add("alg missing", core.CodeInvalidFormat, f.withHeader("alg", nil))
	f.add("alg empty", core.CodeInvalidFormat, f.withHeader("alg", ""))
	f.add("alg a number", core.CodeInvalidFormat, f.withHeader("alg", 256))
	f.add("alg twice", core.CodeInvalidFormat, f.TokenRaw(extend(f.headerText, `"alg":"none"`), f.payloadText, f.opts...))
	for _, alg := range []string{"HS256", "HS384", "HS512"} {
		if f.isSecret() {
			break
		}
		// The public key is known to everyone: it must not work as an HMAC secret.
		f.add(
			alg+" by the public key's PEM",
			f.refusedUnless(alg, core.CodeInvalidSignature),
			f.TokenRaw(
				f.edit(f.header, Claims{"alg": alg}),
				f.payloadText,
				append(slices.Clone(f.opts), WithAlgorithm(alg), WithSecret([]byte(f.PublicKeyPEM())))...),
		)
	}
	for _, alg := range []string{"ES256", "ES384", "ES512"} {
		f.zeroSignature(alg)
	}
}

// zeroSignature adds the signature r = s = 0 (CVE-2022-21449).
func (f *forge) zeroSignature(alg string) {
	size := map[string]int{"ES256": 64, "ES384": 96, "ES512": 132}[alg]
	k, published := f.signingKey(alg)
	if f.allows(alg) && (!published || f.isSecret()) {
		return // no key would verify it
	}
	header := f.edit(f.header, Claims{"alg": alg, "kid": k.id})
	f.add(alg+" with r = s = 0", f.refusedUnless(alg, core.CodeInvalidSignature),
		f.encode([]byte(header))+"."+f.payload64+"."+f.encode(make([]byte, size)))
}

// headers adds header parameters that must be rejected or must not be followed.
func (f *forge) headers() {
	const format = core.CodeInvalidFormat
	f.add("crit", format, f.TokenRaw(f.edit(f.header, Claims{"crit": []string{"x"}, "x": 1}), f.payloadText, f.opts...))
	f.add("crit empty", format, f.withHeader("crit", []string{}))
	f.add("crit a string", format, f.withHeader("crit", "exp"))
	f.add(
		"crit with b64",
		format,
		f.TokenRaw(f.edit(f.header, Claims{"crit": []string{"b64"}, "b64": false}), f.payloadText, f.opts...),
	)
	f.add("b64 false", format, f.withHeader("b64", false))
	f.add("zip", format, f.withHeader("zip", "DEF"))
	f.add("enc", format, f.withHeader("enc", "A256GCM"))
	f.add("kid a number", format, f.withHeader("kid", 1))
	f.add("kid with a line break", format, f.withHeader("kid", "a\r\nb"))
	f.add("typ a number", format, f.withHeader("typ", 1))
	f.add("header is not JSON", format, f.TokenRaw("alg="+f.alg, f.payloadText, f.opts...))
	f.add("kid twice", format, f.TokenRaw(extend(f.headerText, `"kid":"a","kid":"b"`), f.payloadText, f.opts...))
	if f.isSecret() {
		return
	}
	if f.rules.PEM == "" { // keys in PEM have no ids
		f.add("unknown kid", core.CodeUnknownKey, f.withHeader("kid", "no-such-key"))
		f.add("kid a path", core.CodeUnknownKey, f.withHeader("kid", "../../dev/null"))
	}
	f.foreignHeader("jwk header with the signer's key", func(k key) (string, any) {
		j, err := k.jwk()
		if err != nil {
			f.fail("authtest: Bad: %v", err)
		}
		return "jwk", j
	})
	f.foreignHeader("jku header with the signer's URL", func(key) (string, any) { return "jku", f.base + "/evil/keys" })
	f.foreignHeader("x5u header with the signer's URL", func(key) (string, any) { return "x5u", f.base + "/evil/certs" })
	f.foreignHeader("x5c header with the signer's certificate", func(k key) (string, any) {
		der, err := selfSigned(k.private)
		if err != nil {
			f.fail("authtest: Bad: %v", err)
		}
		return "x5c", []string{base64.StdEncoding.EncodeToString(der)}
	})
}

// foreignHeader signs with an attacker's key that the header contains or refers to.
func (f *forge) foreignHeader(name string, offer func(key) (parameter string, value any)) {
	f.t.Helper()
	private, err := privateKeys.attackerKey(family(f.alg))
	if err != nil {
		f.fail("authtest: Bad: %v", err)
	}
	var kid string
	_ = json.Unmarshal(f.header["kid"], &kid) // "" without a kid
	parameter, value := offer(key{id: kid, alg: f.alg, private: private})
	f.add(
		name,
		core.CodeInvalidSignature,
		f.TokenRaw(
			f.edit(f.header, Claims{parameter: value}),
			f.payloadText,
			append(slices.Clone(f.opts), WithForeignKey())...),
	)
}

// signatures adds tokens whose signature does not match the key.
func (f *forge) signatures() {
	const code = core.CodeInvalidSignature
	signed := f.header64 + "." + f.payload64
	signature, err := base64.RawURLEncoding.Strict().DecodeString(strings.TrimRight(f.sig64, "="))
	if err != nil {
		f.fail("authtest: Bad: %v", err)
	}
	f.add(
		"tampered payload",
		code,
		f.header64+"."+f.encode([]byte(f.edit(f.payload, Claims{"sub": "user_admin"})))+"."+f.sig64,
	)
	f.add("tampered header", code, f.encode([]byte(f.edit(f.header, Claims{"x-tampered": 1})))+"."+f.payload64+"."+f.sig64)
	f.add("signature one byte short", code, signed+"."+f.encode(signature[:len(signature)-1]))
	f.add("signature one byte long", code, signed+"."+f.encode(append(slices.Clone(signature), 0)))
	f.add("signature of zeros", code, signed+"."+f.encode(make([]byte, len(signature))))
	flipped := slices.Clone(signature)
	flipped[len(flipped)/2] ^= 1
	f.add("signature with one bit flipped", code, signed+"."+f.encode(flipped))
	if f.isSecret() {
		f.add(
			"wrong secret",
			code,
			f.TokenRaw(
				f.headerText,
				f.payloadText,
				WithAlgorithm(f.alg),
				WithSecret([]byte("not the secret, but long enough to look like one")),
			),
		)
		return
	}
	f.add("wrong key", code, f.TokenRaw(f.headerText, f.payloadText, append(slices.Clone(f.opts), WithForeignKey())...))
	f.saltedSignature()
}

// saltedSignature adds a PSS signature whose salt is shorter than its hash (RFC
// 7518 §3.5), which golang-jwt would accept.
func (f *forge) saltedSignature() {
	method, ok := jwt.GetSigningMethod(f.alg).(*jwt.SigningMethodRSAPSS)
	if !ok {
		return
	}
	short := &jwt.SigningMethodRSAPSS{
		SigningMethodRSA: method.SigningMethodRSA, Options: &rsa.PSSOptions{SaltLength: 8, Hash: method.Hash},
	}
	k, _ := f.signingKey(f.alg)
	signed := f.header64 + "." + f.payload64
	signature, err := short.Sign(signed, k.private)
	if err != nil {
		f.fail("authtest: Bad: %v", err)
	}
	f.add("PSS with a short salt", core.CodeInvalidSignature, signed+"."+f.encode(signature))
}

// binding adds valid tokens that are not meant for this contract.
func (f *forge) binding() {
	if !f.rules.InsecureAnyIssuer {
		f.add("wrong issuer", core.CodeIssuerMismatch, f.with("iss", "https://evil.example"))
		f.add("issuer with another trailing slash", core.CodeIssuerMismatch, f.with("iss", f.URL()+"//"))
		f.add("issuer in upper case", core.CodeIssuerMismatch, f.with("iss", "HTTPS://EVIL.EXAMPLE"))
		f.add("iss missing", core.CodeIssuerMismatch, f.with("iss", nil))
		f.add("ISS for iss", core.CodeIssuerMismatch, f.withAll(Claims{"iss": nil, "ISS": f.URL()}))
	}
	if len(f.rules.Audiences) > 0 {
		const code = core.CodeAudienceMismatch
		f.add("wrong audience", code, f.with("aud", "https://other.example"))
		f.add("wrong audiences", code, f.with("aud", []string{"https://other.example", "x" + f.rules.Audiences[0]}))
		f.add("aud missing", code, f.with("aud", nil))
		f.add("aud empty", code, f.with("aud", []string{}))
	}
	if len(f.rules.AuthorizedParties) > 0 {
		f.add("wrong authorized party", core.CodePartyMismatch, f.with("azp", "https://evil.example"))
		if !f.rules.InsecureMissingParty {
			f.add("azp missing", core.CodePartyMismatch, f.with("azp", nil))
		}
	}
	if len(f.rules.TokenTypes) > 0 {
		f.add("wrong typ", core.CodeClaimMismatch, f.withHeader("typ", "logout+jwt"))
	}
	if !f.rules.InsecureIgnoreConfirmation {
		code := core.CodeClaimMismatch
		if f.rules.Confirmation == "dpop" || f.rules.Confirmation == "either" {
			code = core.CodeInvalidProof // accepted only with a proof, which is missing
		}
		f.add(
			"cnf",
			code,
			f.with("cnf", map[string]string{"jkt": "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"}),
		)
	}
	for _, name := range f.rules.RequiredClaims {
		if _, top := f.payload[name]; top && !slices.Contains([]string{"exp", "iss", "aud"}, name) {
			f.add(name+" missing", core.CodeMissingClaim, f.with(name, nil))
		}
	}
	if f.rules.UserIDClaim == "sub" && len(f.rules.UserIDFallbacks) == 0 &&
		!slices.Contains(f.rules.RequiredClaims, "sub") {
		f.add("sub missing", core.CodeMissingClaim, f.with("sub", nil))
		f.add("SUB for sub", core.CodeMissingClaim, f.withAll(Claims{"sub": nil, "SUB": "user_1"}))
	}
}
