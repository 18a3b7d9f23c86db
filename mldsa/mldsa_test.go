package mldsa_test

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"filippo.io/mldsa"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/keys"
	authmldsa "github.com/revstackhq/auth-go/mldsa"
)

// A vector is an example that the working group of RFC 9964 published: a JWS by the key of 32 zero bytes, signed
// without randomness. Its SHA-256 is compared.
type vector struct{ thumbprint, digest string }

var vectors = map[string]vector{
	authmldsa.MLDSA44: {
		thumbprint: "T4xl70S7MT6Zeq6r9V9fPJGVn76wfnXJ21-gyo0Gu6o",
		digest:     "2ae7b395a71470a610a0d8b6443fd4784d93ba2b7d0a752da58264eb0fd338e8",
	},
	authmldsa.MLDSA65: {
		thumbprint: "Suiu29qbfuaBaR4Ats-c6XQBePB_OpAxAwcTR_0KXVM",
		digest:     "bb1a49c32f37f5f750e73fcc6fd7cbd8cf683e8b0270b1420c02e2e63e66bc01",
	},
	authmldsa.MLDSA87: {
		thumbprint: "tRn1JNIkgMsABVQBlXeDHxAIcclh-2IX0UdDEzPt5XU",
		digest:     "7102258ffe720c7430bf087b3283867b559d7479d1142162369fec672e1804aa",
	},
}

var parameters = map[string]mldsa.Parameters{
	authmldsa.MLDSA44: mldsa.MLDSA44(),
	authmldsa.MLDSA65: mldsa.MLDSA65(),
	authmldsa.MLDSA87: mldsa.MLDSA87(),
}

func encode(data []byte) string { return base64.RawURLEncoding.EncodeToString(data) }

// TestVectors makes the published examples again, and verifies them.
func TestVectors(t *testing.T) {
	const payload = "It\u2019s a dangerous business, Frodo, going out your door."
	for algorithm, v := range vectors {
		private, err := mldsa.NewPrivateKey(parameters[algorithm], make([]byte, mldsa.PrivateKeySize))
		if err != nil {
			t.Fatal(err)
		}
		public := private.PublicKey().Bytes()
		sum := sha256.Sum256([]byte(`{"alg":"` + algorithm + `","kty":"AKP","pub":"` + encode(public) + `"}`))
		if encode(sum[:]) != v.thumbprint {
			t.Errorf("%s: the key of the seed has the thumbprint %s", algorithm, encode(sum[:]))
		}
		header := `{"alg":"` + algorithm + `","kid":"` + v.thumbprint + `"}`
		input := encode([]byte(header)) + "." + encode([]byte(payload))
		signature, err := private.SignDeterministic([]byte(input), nil)
		if err != nil {
			t.Fatal(err)
		}
		if sum = sha256.Sum256([]byte(input + "." + encode(signature))); hex.EncodeToString(sum[:]) != v.digest {
			t.Errorf("%s: the JWS is not the published one", algorithm)
		}
		key, err := authmldsa.Keys{}.PublicKey(algorithm, public)
		if err != nil {
			t.Fatal(err)
		}
		if !key.Verify([]byte(input), signature) {
			t.Errorf("%s: the published signature is refused", algorithm)
		}
		if key.Verify([]byte(input), nil) || key.Verify(nil, signature) {
			t.Errorf("%s: a signature of something else is accepted", algorithm)
		}
		signature[7] ^= 1
		if key.Verify([]byte(input), signature) {
			t.Errorf("%s: a changed signature is accepted", algorithm)
		}
	}
}

// TestBadKeys: what is not a key of the algorithm has a reason.
func TestBadKeys(t *testing.T) {
	private, err := mldsa.GenerateKey(mldsa.MLDSA44())
	if err != nil {
		t.Fatal(err)
	}
	public := private.PublicKey().Bytes()
	for name, test := range map[string]struct {
		algorithm string
		public    []byte
	}{
		"empty":             {authmldsa.MLDSA44, nil},
		"short":             {authmldsa.MLDSA44, public[1:]},
		"long":              {authmldsa.MLDSA44, append([]byte{0}, public...)},
		"another algorithm": {authmldsa.MLDSA65, public},
		"unknown algorithm": {"ML-DSA-66", public},
		"no algorithm":      {"", public},
	} {
		if key, err := (authmldsa.Keys{}).PublicKey(test.algorithm, test.public); key != nil || err == nil {
			t.Errorf("%s: %v, %v", name, key, err)
		}
	}
}

// issuer publishes a key set and signs tokens.
type issuer struct {
	url  string
	set  []map[string]string
	keys map[string]*mldsa.PrivateKey
}

func newIssuer(tb testing.TB) *issuer {
	tb.Helper()
	i := &issuer{keys: map[string]*mldsa.PrivateKey{}}
	for algorithm, params := range parameters {
		key, err := mldsa.GenerateKey(params)
		if err != nil {
			tb.Fatal(err)
		}
		i.keys[algorithm] = key
		i.set = append(i.set, map[string]string{
			"kty": "AKP", "alg": algorithm, "kid": algorithm, "pub": encode(key.PublicKey().Bytes()),
		})
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(map[string]any{"keys": i.set})
	}))
	tb.Cleanup(server.Close)
	i.url = server.URL
	return i
}

// token returns a token whose header says algorithm and kid, by the key of that name.
func (i *issuer) token(tb testing.TB, algorithm, kid, signer string) string {
	tb.Helper()
	header, err := json.Marshal(map[string]string{"alg": algorithm, "typ": "JWT", "kid": kid})
	if err != nil {
		tb.Fatal(err)
	}
	const claims = `{"iss":%q,"sub":"user_1","aud":"https://api.example.com","iat":%d,"exp":%d}`
	now := time.Now().Unix()
	payload := fmt.Sprintf(claims, i.url, now, now+600)
	input := encode(header) + "." + encode([]byte(payload))
	signature, err := i.keys[signer].Sign(nil, []byte(input), nil)
	if err != nil {
		tb.Fatal(err)
	}
	return input + "." + encode(signature)
}

func (i *issuer) rules(algorithms ...string) core.Rules {
	return core.Rules{
		Provider:   "custom",
		Issuer:     i.url,
		JWKSURL:    i.url + "/jwks",
		Audiences:  []string{"https://api.example.com"},
		Algorithms: algorithms,
	}
}

func (i *issuer) verifier(tb testing.TB, algorithms ...string) *core.Verifier {
	tb.Helper()
	contract, err := core.NewContract(i.rules(algorithms...))
	if err != nil {
		tb.Fatal(err)
	}
	v, err := core.NewVerifier(contract, core.WithKeyPolicy(keys.Policy{AKP: authmldsa.Keys{}}),
		core.WithLogger(slog.New(slog.DiscardHandler)))
	if err != nil {
		tb.Fatal(err)
	}
	return v
}

// TestTokens: a token of each algorithm passes a contract that names the algorithm, and nothing else does.
func TestTokens(t *testing.T) {
	const a, b, c = authmldsa.MLDSA44, authmldsa.MLDSA65, authmldsa.MLDSA87
	i := newIssuer(t)
	i.set = append(i.set, // entries that are skipped
		map[string]string{"kty": "AKP", "kid": "no alg", "pub": i.set[0]["pub"]},
		map[string]string{"kty": "AKP", "alg": a, "kid": "short", "pub": "AAAA"},
		map[string]string{"kty": "AKP", "alg": "SLH-DSA-SHA2-128s", "kid": "unknown", "pub": i.set[0]["pub"]},
	)
	all, one := i.verifier(t, a, b, c), i.verifier(t, b)
	for name, test := range map[string]struct {
		verifier            *core.Verifier
		algorithm, kid, key string
		want                core.Code
	}{
		"44":                          {all, a, a, a, ""},
		"65":                          {all, b, b, b, ""},
		"87":                          {all, c, c, c, ""},
		"65 alone":                    {one, b, b, b, ""},
		"not named by the contract":   {one, a, a, a, core.CodeAlgorithmNotAllowed},
		"key of another algorithm":    {all, a, b, b, core.CodeUnknownKey},
		"signed by another algorithm": {all, a, a, b, core.CodeInvalidSignature},
		"key without alg":             {all, a, "no alg", a, core.CodeUnknownKey},
		"key that is too short":       {all, a, "short", a, core.CodeUnknownKey},
	} {
		session, err := test.verifier.Verify(t.Context(), i.token(t, test.algorithm, test.kid, test.key))
		if core.CodeOf(err) != test.want || (test.want == "") != (err == nil) {
			t.Errorf("%s: %v, want %q", name, err, test.want)
		}
		if err == nil && session.UserID() != "user_1" {
			t.Errorf("%s: user %q", name, session.UserID())
		}
	}
	forged := i.token(t, a, a, a)
	forged = forged[:len(forged)-8] + "AAAAAAAA"
	if _, err := all.Verify(t.Context(), forged); !errors.Is(err, core.CodeInvalidSignature) {
		t.Errorf("a forged token: %v", err)
	}
}

// TestWithoutReader: a contract that names an algorithm of this package needs Keys, and a key set that is fetched.
func TestWithoutReader(t *testing.T) {
	i := newIssuer(t)
	contract, err := core.NewContract(i.rules(authmldsa.MLDSA65))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := core.NewVerifier(contract); err == nil || !strings.Contains(err.Error(), "mldsa.Keys{}") {
		t.Errorf("a verifier without Keys: %v", err)
	}
	static := i.rules(authmldsa.MLDSA65)
	static.JWKSURL, static.PEM = "", "x"
	if _, err := core.NewContract(static); err == nil {
		t.Error("a contract with a PEM key accepts ML-DSA")
	}
}

func ExampleKeys() {
	contract, err := core.NewContract(core.Rules{
		Provider:   "custom",
		Issuer:     "https://login.example.com",
		JWKSURL:    "https://login.example.com/jwks.json",
		Audiences:  []string{"https://api.example.com"},
		Algorithms: []string{authmldsa.MLDSA65, "ES256"}, // the issuer is changing over
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	verifier, err := core.NewVerifier(contract, core.WithKeyPolicy(keys.Policy{AKP: authmldsa.Keys{}}))
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = verifier.Verify(context.Background(), "not a token")
	fmt.Println(core.CodeOf(err))
	// Output: INVALID_FORMAT
}
