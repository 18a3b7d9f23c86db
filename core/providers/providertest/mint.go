package providertest

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"strconv"
	"strings"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/core/providers"
)

// Algorithms are those that good samples are signed with, for the issuer that
// mints them:
//
//	issuer := authtest.NewIssuer(t, authtest.WithAlgorithms(providertest.Algorithms()...))
//
// The samples of aws-alb also need authtest.WithUUIDKeyIDs.
func Algorithms() []string {
	return []string{"RS256", "PS256", "ES256", "ES384", "ES512", "EdDSA"}
}

// With returns the token with these claims in place of its own; nil removes
// one. Use it to make a sample fit your contract's issuer and audience.
func (t Token) With(claims map[string]any) (Token, error) {
	t.Claims = maps.Clone(t.Claims)
	for name, value := range claims {
		if value == nil {
			delete(t.Claims, name)
			continue
		}
		raw, err := json.Marshal(value)
		if err != nil {
			return Token{}, fmt.Errorf("providertest: claim %s: %w", name, err)
		}
		t.Claims[name] = raw
	}
	return t, nil
}

// At returns the token as if it were judged at now, with exp, iat, nbf and
// auth_time moved along. A date that is no whole number stays as it is.
func (t Token) At(now time.Time) Token {
	by := now.Unix() - t.Now.Unix()
	t.Claims = maps.Clone(t.Claims)
	for _, name := range []string{"exp", "iat", "nbf", "auth_time"} {
		var date int64
		if raw, ok := t.Claims[name]; ok && json.Unmarshal(raw, &date) == nil {
			t.Claims[name] = json.RawMessage(strconv.FormatInt(date+by, 10))
		}
	}
	if t.Want.AuthTime != 0 {
		t.Want.AuthTime += by
	}
	t.Now = now
	return t
}

// Contract makes the contract that judges the token. A configuration with
// static keys gets the issuer's.
func (t Token) Contract(issuer *authtest.Issuer) (*core.Contract, error) {
	config, err := json.Marshal(t.Config)
	if err != nil {
		return nil, fmt.Errorf("providertest: the configuration: %w", err)
	}
	pem, err := json.Marshal(issuer.PublicKeyPEM())
	if err != nil {
		return nil, fmt.Errorf("providertest: the public key: %w", err)
	}
	text := strings.NewReplacer(`"${JWKS}"`, string(issuer.JWKS()), `"${PEM:RS256}"`, string(pem)).Replace(string(config))
	return providers.Build(t.Provider, []byte(text))
}

// Mint signs the token with the issuer's key for its algorithm, or with a key
// that is not the issuer's. With HMAC, the key is the configuration's
// signingSecret. If there is none, it is the text of the issuer's public key, as
// in an attack on verifiers that trust the algorithm in the token.
func (t Token) Mint(issuer *authtest.Issuer) (string, error) {
	header, err := t.header(issuer)
	if err != nil {
		return "", err
	}
	payload, err := json.Marshal(t.Claims)
	if err != nil {
		return "", fmt.Errorf("providertest: %s: the claims: %w", t.Name, err)
	}
	if t.Algorithm == "none" {
		encode := base64.RawURLEncoding.EncodeToString
		return encode(header) + "." + encode(payload) + ".", nil
	}
	options := []authtest.TokenOption{authtest.WithAlgorithm(t.Algorithm)}
	if strings.HasPrefix(t.Algorithm, "HS") {
		secret, err := t.secret(issuer)
		if err != nil {
			return "", err
		}
		options = append(options, authtest.WithSecret(secret))
	} else if t.ForeignKey {
		options = append(options, authtest.WithForeignKey())
	}
	if t.Padding != "" {
		options = append(options, authtest.WithPadding())
	}
	raw := issuer.TokenRaw(string(header), string(payload), options...)
	switch t.Padding {
	case "signed":
		raw = strings.TrimRight(raw, "=")
	case "excess":
		raw += "="
	}
	return raw, nil
}

func (t Token) header(issuer *authtest.Issuer) ([]byte, error) {
	header := map[string]any{"alg": t.Algorithm, "kid": "no-such-key"}
	var set struct {
		Keys []struct{ Kid, Alg string }
	}
	if err := json.Unmarshal(issuer.JWKS(), &set); err != nil {
		return nil, fmt.Errorf("providertest: the issuer's key set: %w", err)
	}
	for _, key := range set.Keys {
		if key.Alg == t.Algorithm {
			header["kid"] = key.Kid
		}
	}
	for name, value := range t.Header {
		if string(value) == "null" {
			delete(header, name)
		} else {
			header[name] = value
		}
	}
	data, err := json.Marshal(header)
	if err != nil {
		return nil, fmt.Errorf("providertest: %s: the header: %w", t.Name, err)
	}
	return data, nil
}

func (t Token) secret(issuer *authtest.Issuer) ([]byte, error) {
	raw, ok := t.Config["signingSecret"]
	switch {
	case t.ForeignKey:
		return []byte("someone else's secret, long enough for every one of the hashes, SHA-512 too"), nil
	case !ok:
		return []byte(issuer.PublicKeyPEM()), nil
	}
	var secret string
	if err := json.Unmarshal(raw, &secret); err != nil {
		return nil, fmt.Errorf("providertest: %s: signingSecret: %w", t.Name, err)
	}
	return []byte(secret), nil
}
