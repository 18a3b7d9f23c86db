package providers_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"strings"
	"testing"

	jose "github.com/go-jose/go-jose/v4"
	"github.com/golang-jwt/jwt/v5"

	"github.com/revstackhq/auth-go/core/providers/providertest"
)

// keys are an issuer's, one for each algorithm, with as many foreign ones that
// an attacker has.
type keys struct {
	own, foreign map[string]crypto.Signer
}

func newKeys(t *testing.T) *keys {
	t.Helper()
	k := &keys{own: map[string]crypto.Signer{}, foreign: map[string]crypto.Signer{}}
	for _, side := range []map[string]crypto.Signer{k.own, k.foreign} {
		rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
		must(t, err)
		for _, alg := range []string{"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"} {
			side[alg] = rsaKey
		}
		for alg, curve := range map[string]elliptic.Curve{"ES256": elliptic.P256(), "ES384": elliptic.P384(), "ES512": elliptic.P521()} {
			side[alg], err = ecdsa.GenerateKey(curve, rand.Reader)
			must(t, err)
		}
		_, side["EdDSA"], err = ed25519.GenerateKey(rand.Reader)
		must(t, err)
	}
	return k
}

func (k *keys) kid(alg string) string { return "kid-of-" + alg }

// set is the key set that the issuer publishes.
func (k *keys) set(t *testing.T) []byte {
	t.Helper()
	var set jose.JSONWebKeySet
	for alg, key := range k.own {
		set.Keys = append(set.Keys, jose.JSONWebKey{Key: key.Public(), KeyID: k.kid(alg), Algorithm: alg, Use: "sig"})
	}
	data, err := json.Marshal(set)
	must(t, err)
	return data
}

func (k *keys) pem(t *testing.T, alg string) string {
	t.Helper()
	der, err := x509.MarshalPKIXPublicKey(k.own[alg].Public())
	must(t, err)
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
}

// fill puts the keys in the place of the names that stand for them.
func (k *keys) fill(t *testing.T, config providertest.Object) []byte {
	t.Helper()
	data, err := json.Marshal(config)
	must(t, err)
	text := string(data)
	if strings.Contains(text, `"${JWKS}"`) {
		text = strings.ReplaceAll(text, `"${JWKS}"`, string(k.set(t)))
	}
	for alg := range k.own {
		quoted, err := json.Marshal(k.pem(t, alg))
		must(t, err)
		text = strings.ReplaceAll(text, `"${PEM:`+alg+`}"`, string(quoted))
	}
	return []byte(text)
}

// mint signs the token. HMAC uses the secret of the token's own configuration,
// and without one the text of the public key, as an attacker would.
func (k *keys) mint(t *testing.T, token providertest.Token) (raw string, payload []byte) {
	t.Helper()
	header := map[string]any{"alg": token.Algorithm, "kid": k.kid(token.Algorithm)}
	for name, value := range token.Header {
		if string(value) == "null" {
			delete(header, name)
		} else {
			header[name] = value
		}
	}
	headerJSON, err := json.Marshal(header)
	must(t, err)
	payload, err = json.Marshal(token.Claims)
	must(t, err)
	encode := (&jwt.Token{}).EncodeSegment
	input := encode(headerJSON) + "." + encode(payload)
	if token.Algorithm == "none" {
		return input + ".", payload
	}
	signature, err := jwt.GetSigningMethod(token.Algorithm).Sign(input, k.signer(t, token))
	must(t, err)
	return input + "." + encode(signature), payload
}

func (k *keys) signer(t *testing.T, token providertest.Token) any {
	t.Helper()
	side := k.own
	if token.ForeignKey {
		side = k.foreign
	}
	if key, ok := side[token.Algorithm]; ok {
		return key
	}
	if !strings.HasPrefix(token.Algorithm, "HS") {
		t.Fatalf("%s has no key", token.Algorithm)
	}
	var secret string
	if raw, ok := token.Config["signingSecret"]; ok {
		must(t, json.Unmarshal(raw, &secret))
	}
	switch {
	case token.ForeignKey:
		return []byte("somebody else's secret, long enough for every one of the hashes, SHA-512 as well")
	case secret == "":
		return []byte(k.pem(t, "RS256"))
	default:
		return []byte(secret)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
