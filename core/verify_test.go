package core_test

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"strings"
	"testing"

	"github.com/golang-jwt/jwt/v5"

	"github.com/revstackhq/auth-go/core"
)

// signers has a key for every algorithm.
func signers() map[string]any {
	all := map[string]any{"ES256": p256Key(), "ES384": p384Key(), "ES512": p521Key(), "EdDSA": edKey()}
	for _, size := range []string{"256", "384", "512"} {
		all["RS"+size], all["PS"+size], all["HS"+size] = rsaKey(), rsaKey(), []byte(kitSecret)
	}
	return all
}

// everyAlgorithm accepts every algorithm, with keys and a secret.
func everyAlgorithm(tb testing.TB) core.Rules {
	tb.Helper()
	rules := secretRules()
	rules.JWKS = jwksOf(
		tb,
		publicJWK(rsaKey().Public(), "rsa", ""),
		publicJWK(p256Key().Public(), "256", "ES256"),
		publicJWK(
			p384Key().Public(),
			"384",
			"",
		),
		publicJWK(p521Key().Public(), "521", ""),
		publicJWK(edKey().Public(), "ed", "EdDSA"),
	)
	for alg := range signers() {
		rules.Algorithms = append(rules.Algorithms, alg)
	}
	return rules
}

func kidOf(alg string) string {
	return map[string]string{"ES256": "256", "ES384": "384", "ES512": "521", "EdDSA": "ed"}[alg]
}

func TestVerifyAlgorithms(t *testing.T) {
	v := newVerifier(t, everyAlgorithm(t))
	for alg, key := range signers() {
		t.Run(alg, func(t *testing.T) {
			header := map[string]any{"kid": kidOf(alg)}
			if strings.ContainsAny(alg[:1], "RP") {
				header["kid"] = "rsa"
			}
			token := mint(t, alg, key, header, claimsWith(nil))
			s, err := v.Verify(t.Context(), token)
			if err != nil {
				t.Fatal(err)
			}
			if s.UserID() != "user_1" || s.Issuer() != kitIssuer || s.Subject() != "user_1" || !s.IssuedAt().Equal(epoch()) {
				t.Errorf("session: %v", s)
			}
			dot := strings.LastIndexByte(token, '.')
			zero := token[:dot+1] + strings.Repeat("A", len(token)-dot-1)
			_, err = v.Verify(t.Context(), zero) // r = s = 0 among them
			wantCode(t, err, core.CodeInvalidSignature)
			for other := range signers() {
				if other == alg {
					continue
				}
				header["alg"] = other // a signature is good for one algorithm only
				input := b64(asJSON(t, header)) + "." + strings.Split(token, ".")[1]
				sig, err := jwt.GetSigningMethod(alg).Sign(input, key)
				if err != nil {
					t.Fatal(err)
				}
				if _, err = v.Verify(t.Context(), input+"."+b64(sig)); err == nil {
					t.Errorf("a %s signature passed as %s", alg, other)
				}
			}
		})
	}
}

// The salt must be as long as the hash (RFC 7518 §3.5).
func TestVerifyPSSSalt(t *testing.T) {
	v := newVerifier(t, everyAlgorithm(t))
	for alg, hash := range map[string]crypto.Hash{"PS256": crypto.SHA256, "PS384": crypto.SHA384, "PS512": crypto.SHA512} {
		input := b64(`{"alg":"`+alg+`","kid":"rsa"}`) + "." + b64(asJSON(t, claimsWith(nil)))
		h := hash.New()
		h.Write([]byte(input))
		digest := h.Sum(nil)
		for salt, want := range map[int]core.Code{
			hash.Size(): "", 20: core.CodeInvalidSignature, hash.Size() + 1: core.CodeInvalidSignature,
			hash.Size() - 1: core.CodeInvalidSignature,
		} {
			sig, err := rsa.SignPSS(rand.Reader, rsaKey(), hash, digest, &rsa.PSSOptions{SaltLength: salt})
			if err != nil {
				t.Fatal(err)
			}
			_, err = v.Verify(t.Context(), input+"."+b64(sig))
			wantCode(t, err, want)
		}
	}
}

// A contract may have a secret and keys, as while a Supabase project migrates.
// Neither may verify the other's algorithms.
func TestVerifyNeverCrossesKeys(t *testing.T) {
	public := publicPEM(t, rsaKey().Public())
	rules := keyRules()
	rules.JWKSURL, rules.PEM, rules.Secret = "", public, core.NewSecret(kitSecret)
	both := newVerifier(t, rules)
	rules.Secret = core.Secret{}
	onlyKeys := newVerifier(t, rules)
	cases := []struct {
		name  string
		token string
		both  core.Code
		keys  core.Code
	}{
		{"RS256", rs256(t, "any", nil), "", ""},
		{"HS256", hs256(t, nil), "", core.CodeAlgorithmNotAllowed},
		{
			"HS256 under the public key's PEM", mint(t, "HS256", []byte(public), map[string]any{}, claimsWith(nil)),
			core.CodeInvalidSignature, core.CodeAlgorithmNotAllowed,
		},
		{
			"HS256 under the trimmed PEM",
			mint(t, "HS256", []byte(strings.TrimSpace(public)), map[string]any{}, claimsWith(nil)), core.CodeInvalidSignature,
			core.CodeAlgorithmNotAllowed,
		},
		{
			"HS256 under the modulus", mint(t, "HS256", rsaKey().N.Bytes(), map[string]any{"kid": "any"}, claimsWith(nil)),
			core.CodeInvalidSignature, core.CodeAlgorithmNotAllowed,
		},
		{
			"HS256 under nothing", mint(t, "HS256", []byte{}, map[string]any{}, claimsWith(nil)), core.CodeInvalidSignature,
			core.CodeAlgorithmNotAllowed,
		},
		{
			"HS512", mint(t, "HS512", []byte(kitSecret), map[string]any{}, claimsWith(nil)), core.CodeAlgorithmNotAllowed,
			core.CodeAlgorithmNotAllowed,
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := both.Verify(t.Context(), c.token)
			wantCode(t, err, c.both)
			_, err = onlyKeys.Verify(t.Context(), c.token)
			wantCode(t, err, c.keys)
		})
	}
}

func TestVerifyKid(t *testing.T) {
	set := jwksOf(
		t,
		publicJWK(rsaKey().Public(), "k1", ""),
		publicJWK(otherRSA().Public(), "k2", ""),
		publicJWK(p256Key().Public(), "k3", ""),
	)
	static := keyRules()
	static.JWKSURL, static.JWKS = "", set
	pems := keyRules()
	pems.JWKSURL, pems.PEM = "", publicPEM(t, otherRSA().Public())+publicPEM(t, rsaKey().Public())
	kid := func(kid any) map[string]any {
		if kid == nil {
			return map[string]any{}
		}
		return map[string]any{"kid": kid}
	}
	cases := []struct {
		name   string
		rules  core.Rules
		header map[string]any
		want   core.Code
	}{
		{"named", static, kid("k1"), ""},
		{"another key's name", static, kid("k2"), core.CodeInvalidSignature},
		{"a key of another type", static, kid("k3"), core.CodeUnknownKey},
		{"unknown", static, kid("nope"), core.CodeUnknownKey},
		{"empty", static, kid(""), core.CodeUnknownKey},
		{"none: every key is tried", static, kid(nil), ""},
		{"a number", static, kid(7), core.CodeInvalidFormat},
		{"control characters", static, kid("a\nb"), core.CodeInvalidFormat},
		{"endless", static, kid(strings.Repeat("k", 257)), core.CodeInvalidFormat},
		{"PEM has no names: none", pems, kid(nil), ""},
		{"PEM has no names: any", pems, kid("whatever"), ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := newVerifier(t, c.rules).Verify(t.Context(), mint(t, "RS256", rsaKey(), c.header, claimsWith(nil)))
			wantCode(t, err, c.want)
		})
	}
	_, err := newVerifier(
		t,
		static,
	).Verify(t.Context(), mint(t, "RS256", must(rsa.GenerateKey(rand.Reader, 2048)), map[string]any{}, claimsWith(nil)))
	wantCode(t, err, core.CodeInvalidSignature)
}

// A token without a kid may be signed by a key that was published after the last
// fetch.
func TestVerifyRelearnsWithoutKid(t *testing.T) {
	server := newKeyServer(t, publicJWK(otherRSA().Public(), "k0", ""))
	v := newVerifier(t, server.Rules())
	if _, err := v.Verify(t.Context(), mint(t, "RS256", otherRSA(), map[string]any{}, claimsWith(nil))); err != nil {
		t.Fatal(err)
	}
	server.Publish(t, publicJWK(otherRSA().Public(), "k0", ""), publicJWK(rsaKey().Public(), "k1", ""))
	if _, err := v.Verify(t.Context(), mint(t, "RS256", rsaKey(), map[string]any{}, claimsWith(nil))); err != nil {
		t.Fatal(err)
	}
	if n := server.Fetches.Load(); n != 2 {
		t.Errorf("%d fetches", n)
	}
}

func TestVerifyHeader(t *testing.T) {
	v := newVerifier(t, secretRules())
	cases := []struct {
		name   string
		header map[string]any
		want   core.Code
	}{
		{"typ and extras", map[string]any{"typ": "JWT", "x": 1}, ""},
		{"keys of its own are not looked at", map[string]any{
			"jku": "https://evil.example",
			"x5u": "https://evil.example",
			"jwk": map[string]any{"kty": "oct", "k": "AA"},
		}, ""},
		{"b64 true", map[string]any{"b64": true}, ""},
		{"b64 false", map[string]any{"b64": false}, core.CodeInvalidFormat},
		{"crit", map[string]any{"crit": []string{"exp"}, "exp": 1}, core.CodeInvalidFormat},
		{"crit b64", map[string]any{"crit": []string{"b64"}, "b64": true}, core.CodeInvalidFormat},
		{"empty crit", map[string]any{"crit": []string{}}, core.CodeInvalidFormat},
		{"zip", map[string]any{"zip": "DEF"}, core.CodeInvalidFormat},
		{"enc", map[string]any{"enc": "A128GCM"}, core.CodeInvalidFormat},
		{"alg none", map[string]any{"alg": "none"}, core.CodeAlgorithmNotAllowed},
		{"alg NoNe", map[string]any{"alg": "NoNe"}, core.CodeAlgorithmNotAllowed},
		{"alg in lower case", map[string]any{"alg": "hs256"}, core.CodeAlgorithmNotAllowed},
		{"alg with a space", map[string]any{"alg": "HS256 "}, core.CodeAlgorithmNotAllowed},
		{"alg as a list", map[string]any{"alg": []string{"HS256"}}, core.CodeInvalidFormat},
		{"empty alg", map[string]any{"alg": ""}, core.CodeInvalidFormat},
		{"typ as a number", map[string]any{"typ": 1}, core.CodeInvalidFormat},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := v.Verify(t.Context(), mint(t, "HS256", []byte(kitSecret), c.header, claimsWith(nil)))
			wantCode(t, err, c.want)
		})
	}
}

func TestVerifyFormat(t *testing.T) {
	v := newVerifier(t, secretRules())
	good := hs256(t, nil)
	parts := strings.Split(good, ".")
	raw := func(claims string) string { return mint(t, "HS256", []byte(kitSecret), map[string]any{}, claims) }
	tail := strings.TrimPrefix(asJSON(t, claimsWith(nil)), "{")
	cases := []struct {
		name, token string
		want        core.Code
	}{
		{"empty", "", core.CodeInvalidFormat},
		{"opaque", "abc", core.CodeInvalidFormat},
		{"two segments", parts[0] + "." + parts[1], core.CodeInvalidFormat},
		{"no signature", parts[0] + "." + parts[1] + ".", core.CodeInvalidFormat},
		{"encrypted", "a.b.c.d.e", core.CodeInvalidFormat},
		{"binary", "\x00\xff.\x01.\x02", core.CodeInvalidFormat},
		{"padded", good + "=", core.CodeInvalidFormat},
		{"a line break inside", parts[0] + ".\r\n" + parts[1] + "." + parts[2], core.CodeInvalidFormat},
		{"a space behind", good + " ", core.CodeInvalidFormat},
		{"truncated", good[:len(good)-1], core.CodeInvalidFormat},
		{"standard base64", strings.Replace(good, parts[2], "+/+/", 1), core.CodeInvalidFormat},
		{"claims that are a list", raw(`[1]`), core.CodeInvalidFormat},
		{"claims twice", raw(`{"sub":"user_2",` + tail), core.CodeInvalidFormat},
		{"claims twice, escaped", raw(`{"s\u0075b":"user_2",` + tail), core.CodeInvalidFormat},
		{"claims in another case are others", raw(`{"SUB":"user_2","Exp":1,` + tail), ""},
		{"invalid UTF-8", raw("{\"x\":\"\xff\"," + tail), core.CodeInvalidFormat},
		{
			"iss as a list", raw(`{"iss":["` + kitIssuer + `"],"sub":"u","aud":"api","exp":1900000000}`),
			core.CodeInvalidFormat,
		},
		{"sub as a number", raw(`{"sub":7,"iss":"` + kitIssuer + `","aud":"api","exp":1900000000}`), core.CodeInvalidFormat},
		{"sub null", raw(`{"sub":null,"iss":"` + kitIssuer + `","aud":"api","exp":1900000000}`), core.CodeInvalidFormat},
		{"16 KiB are read", good + strings.Repeat("A", 16<<10-len(good)), core.CodeInvalidSignature},
		{"one byte more", good + strings.Repeat("A", 16<<10-len(good)+1), core.CodeTokenTooLarge},
		{"huge", strings.Repeat("A", 10<<20), core.CodeTokenTooLarge},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s, err := v.Verify(t.Context(), c.token)
			wantCode(t, err, c.want)
			if c.want == "" && s.UserID() != "user_1" {
				t.Errorf("user %s", s.UserID())
			}
			if err != nil && len(c.token) > 8 && strings.Contains(err.Error(), c.token) {
				t.Error("the error quotes the token")
			}
		})
	}
}

// Unsigned tokens pass only where the contract allows them.
func TestVerifyEmulator(t *testing.T) {
	unsigned := func(header string, changes map[string]any) string {
		return b64(header) + "." + b64(asJSON(t, claimsWith(changes))) + "."
	}
	emulator := core.Rules{Issuer: kitIssuer, Audiences: []string{kitAudience}, InsecureEmulator: true}
	mixed := secretRules()
	mixed.InsecureEmulator = true
	none := unsigned(`{"alg":"none"}`, nil)
	cases := []struct {
		name  string
		rules core.Rules
		token string
		want  core.Code
	}{
		{"emulator", emulator, none, ""},
		{"emulator with a secret: unsigned", mixed, none, ""},
		{"emulator with a secret: signed", mixed, hs256(t, nil), ""},
		{
			"emulator with a secret: badly signed", mixed, mint(t, "HS256", []byte("x"), map[string]any{}, claimsWith(nil)),
			core.CodeInvalidSignature,
		},
		{"no emulator", secretRules(), none, core.CodeInvalidFormat},
		{"signed token for a pure emulator", emulator, hs256(t, nil), core.CodeAlgorithmNotAllowed},
		{"a real algorithm without signature", mixed, unsigned(`{"alg":"HS256"}`, nil), core.CodeAlgorithmNotAllowed},
		{"none in another case", emulator, unsigned(`{"alg":"None"}`, nil), core.CodeAlgorithmNotAllowed},
		{"none with a signature", emulator, none + "AAAA", core.CodeAlgorithmNotAllowed},
		{"another issuer", emulator, unsigned(`{"alg":"none"}`, map[string]any{"iss": "x"}), core.CodeIssuerMismatch},
		{"another audience", emulator, unsigned(`{"alg":"none"}`, map[string]any{"aud": "x"}), core.CodeAudienceMismatch},
		{"expired", emulator, unsigned(`{"alg":"none"}`, map[string]any{"exp": 1}), core.CodeTokenExpired},
		{"wrong type", emulator, unsigned(`{"alg":"none"}`, map[string]any{"sub": 1}), core.CodeInvalidFormat},
		{"garbage", emulator, "a.b.", core.CodeInvalidFormat},
		{"a dot", emulator, ".", core.CodeInvalidFormat},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s, err := newVerifier(t, c.rules).Verify(t.Context(), c.token)
			wantCode(t, err, c.want)
			if err == nil && s.UserID() != "user_1" {
				t.Errorf("user %s", s.UserID())
			}
		})
	}
	_, err := core.NewVerifier(newContract(t, emulator), newContract(t, core.Rules{
		Issuer:    "b",
		Audiences: []string{"a"},
		Secret:    core.NewSecret(kitSecret),
	}))
	if faults := core.ConfigErrors(err); len(faults) != 1 || faults[0].Field != "InsecureEmulator" {
		t.Errorf("an emulator beside another contract: %v", err)
	}
}

// A caller whose context is canceled stops waiting and gets its own error.
func TestVerifyCanceled(t *testing.T) {
	server := newKeyServer(t, publicJWK(rsaKey().Public(), "k1", ""))
	gate := make(chan struct{})
	server.Gate.Store(&gate)
	v := newVerifier(t, server.Rules())
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := v.Verify(ctx, rs256(t, "k1", nil))
	wantCode(t, err, core.CodeRequestCanceled)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("not the context's error: %v", err)
	}
	close(gate)
	if _, err := v.Verify(t.Context(), rs256(t, "k1", nil)); err != nil {
		t.Errorf("the fetch was lost with the caller: %v", err)
	}
	if n := server.Fetches.Load(); n != 1 {
		t.Errorf("%d fetches", n)
	}
}
