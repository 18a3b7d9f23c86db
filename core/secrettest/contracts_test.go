package secrettest_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"strings"
	"testing"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/providers"
	"github.com/revstackhq/auth-go/core/secrettest"
)

// privateKey is a key as JWK and as PEM, whose private parts are marked.
func privateKey(t *testing.T, marks *secrettest.Marks) (jwk json.RawMessage, text string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	public, err := key.PublicKey.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	private, err := key.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	b64 := base64.RawURLEncoding.EncodeToString
	jwk, err = json.Marshal(map[string]string{
		"kty": "EC", "crv": "P-256", "kid": "1", "alg": "ES256",
		"x": b64(public[1:33]), "y": b64(public[33:]), "d": marks.Add("the d of a JWK", b64(private)),
	})
	if err != nil {
		t.Fatal(err)
	}
	marks.Add("the bytes of a private key", string(private))
	block := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
	return jwk, string(block)
}

// checkConfig checks the error of a constructor, which must have one, and each of its parts.
func checkConfig(t *testing.T, marks *secrettest.Marks, err error) {
	t.Helper()
	if err == nil {
		t.Error("the mistake is accepted")
	}
	marks.CheckDeep(t, "the error", err)
	for _, e := range core.ConfigErrors(err) {
		marks.CheckDeep(t, "the mistake in "+e.Field, e)
		marks.Check(t, "the mistake in "+e.Field+", as a value", *e)
	}
}

// TestContracts: secrets in contracts, good ones and mistakes, in their places and in wrong ones.
func TestContracts(t *testing.T) {
	marks := secrettest.New()
	hmac := marks.Random("the signing secret")
	password := marks.Random("the password in a URL")
	short := marks.Random("the short secret")[:20]
	jwk, block := privateKey(t, marks)
	set, err := json.Marshal(map[string]any{"keys": []json.RawMessage{jwk}})
	if err != nil {
		t.Fatal(err)
	}
	rules := core.Rules{
		Provider:   "acme",
		Issuer:     "https://id.example",
		Secret:     core.NewSecret(hmac),
		Algorithms: []string{"HS256"},
		Audiences:  core.Strings{"https://api.example"},
	}
	contract, err := core.NewContract(rules)
	if err != nil {
		t.Fatal(err)
	}
	marks.CheckDeep(t, "the rules", rules)
	marks.CheckDeep(t, "the contract", contract)
	marks.CheckDeep(t, "the contract's rules", contract.Rules())
	marks.CheckDeep(t, "the warnings", contract.Warnings())

	for name, change := range map[string]func(*core.Rules){
		"secret and keys":             func(r *core.Rules) { r.JWKSURL = "https://id.example/jwks" },
		"a short secret":              func(r *core.Rules) { r.Secret = core.NewSecret(short) },
		"a secret with a newline":     func(r *core.Rules) { r.Secret = core.NewSecret(hmac + "\n") },
		"the secret as variable name": func(r *core.Rules) { r.Secret, r.SecretEnv = core.Secret{}, hmac },
		"the secret and its variable": func(r *core.Rules) { r.SecretEnv = "NO_SUCH_VARIABLE" },
		"a password in the issuer":    func(r *core.Rules) { r.Issuer = "https://me:" + password + "@id.example" },
		"a password in the JWKS URL": func(r *core.Rules) {
			r.Secret, r.JWKSURL, r.Algorithms = core.Secret{}, "https://me:"+password+"@id.example/jwks", nil
		},
		"a password in a broken URL": func(r *core.Rules) {
			r.Secret, r.JWKSURL, r.Algorithms = core.Secret{}, "https://me:"+password+"@id.example:port/%zz", nil
		},
		"a private JWK": func(r *core.Rules) { r.Secret, r.JWKS, r.Algorithms = core.Secret{}, set, nil },
		"one private JWK in place of a set": func(r *core.Rules) {
			r.Secret, r.JWKS, r.Algorithms = core.Secret{}, jwk, nil
		},
		"a broken private JWK": func(r *core.Rules) {
			r.Secret, r.JWKS, r.Algorithms = core.Secret{}, set[:len(set)-3], nil
		},
		"a private key in PEM": func(r *core.Rules) { r.Secret, r.PEM, r.Algorithms = core.Secret{}, block, nil },
		"a broken private key in PEM": func(r *core.Rules) {
			r.Secret, r.PEM, r.Algorithms = core.Secret{}, strings.Replace(block, "\n", "\n!", 2), nil
		},
		"a private key in PEM as the secret": func(r *core.Rules) { r.Secret = core.NewSecret(block) },
	} {
		t.Run(name, func(t *testing.T) {
			wrong := rules
			change(&wrong)
			_, err := core.NewContract(wrong)
			checkConfig(t, marks, err)
		})
	}
}

// TestContractFiles: secrets in contracts that are read from JSON, by core and by the catalog, with mistakes elsewhere.
func TestContractFiles(t *testing.T) {
	marks := secrettest.New()
	hmac := marks.Random("the signing secret")
	jwk, _ := privateKey(t, marks)
	encode := func(v any) string {
		data, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	for name, text := range map[string]string{
		"an unknown member":    encode(map[string]any{"issuer": "https://id.example", "signingSecret": hmac, "x": 1}),
		"a secret in an array": encode(map[string]any{"issuer": "https://id.example", "signingSecret": []string{hmac}}),
		"a secret twice": `{"issuer": "https://id.example", "signingSecret": "` + hmac + `", "signingSecret": "` +
			hmac + `"}`,
		"cut off":        `{"issuer": "https://id.example", "signingSecret": "` + hmac,
		"a broken token": `{"issuer": "https://id.example", "signingSecret": "` + hmac + `" nonsense`,
		"a bad escape":   `{"issuer": "https://id.example", "signingSecret": "` + hmac + `\q"}`,
		"a private key": encode(map[string]any{
			"issuer": "https://id.example", "jwks": map[string]any{"keys": []json.RawMessage{jwk}},
		}),
		"the secret as text": hmac,
		"no issuer":          encode(map[string]any{"provider": "custom", "strategy": "secret", "signingSecret": hmac}),
		"a wire contract": encode(map[string]any{
			"provider": "supabase", "strategy": "x", "issuer": "https://id.example", "signingSecret": hmac,
		}),
	} {
		t.Run(name, func(t *testing.T) {
			_, err := core.ParseContract([]byte(text))
			checkConfig(t, marks, err)
			_, err = providers.ParseContract([]byte(text))
			checkConfig(t, marks, err)
			_, err = providers.ParseContracts([]byte("[" + text + "]"))
			checkConfig(t, marks, err)
		})
	}
	for _, p := range providers.All() {
		for _, config := range []string{
			encode(map[string]any{"signingSecret": hmac, "x": 1}),
			encode(map[string]any{"signingSecret": []string{hmac}}),
			`{"signingSecret": "` + hmac,
		} {
			_, err := providers.Build(p.Slug, []byte(config))
			checkConfig(t, marks, err)
		}
	}
}
