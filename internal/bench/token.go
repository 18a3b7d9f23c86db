package main

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/golang-jwt/jwt/v5"
)

const (
	issuerURL = "https://clerk.northwind.example"
	party     = "https://app.northwind.example"
	userID    = "user_2sB3zPq6JrT1vXwN9KdLm8YhCeF"
	keyID     = "ins_2rQ8vKpXc1nYw5TzLh0JdMfEaBs"
	secret    = "the-benchmark-signs-and-checks-HS256-with-this-and-guards-nothing"
	leeway    = 5 * time.Second // Clerk's own
)

// object is a JSON object. A nil value takes a member away.
type object map[string]any

func (o object) with(changes object) object {
	all := maps.Clone(o)
	for name, value := range changes {
		if all[name] = value; value == nil {
			delete(all, name)
		}
	}
	return all
}

// fixture is a key, and the tokens that it signs.
type fixture struct {
	alg     string
	private any // what golang-jwt signs with
	public  any // []byte for a secret
	issued  time.Time
}

func newFixture(alg string) (*fixture, error) {
	f := &fixture{alg: alg, issued: time.Now().Truncate(time.Second)}
	var err error
	switch alg {
	case "RS256":
		f.private, err = rsa.GenerateKey(rand.Reader, 2048)
	case "ES256":
		f.private, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	case "EdDSA":
		_, f.private, err = ed25519.GenerateKey(rand.Reader)
	case "HS256":
		f.private, f.public = []byte(secret), []byte(secret)
	default:
		err = fmt.Errorf("no key for %q", alg)
	}
	if err != nil {
		return nil, err
	}
	if signer, ok := f.private.(crypto.Signer); ok {
		f.public = signer.Public()
	}
	return f, nil
}

// jwk is the key as a verifier gets it.
func (f *fixture) jwk() jose.JSONWebKey {
	return jose.JSONWebKey{Key: f.public, KeyID: keyID, Algorithm: f.alg, Use: "sig"}
}

func (f *fixture) jwks() (json.RawMessage, error) {
	return json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{f.jwk()}})
}

func (f *fixture) header() object {
	return object{"alg": f.alg, "cat": "cl_B7d4PD111AAA", "kid": keyID, "typ": "JWT"}
}

// claims are those of a Clerk session token of version 2 with an active
// organisation. Clerk's live for a minute; a benchmark takes longer.
func (f *fixture) claims() object {
	return object{
		"azp": party, "exp": f.issued.Add(12 * time.Hour).Unix(), "fea": "o:invoices,o:reports", "fva": []int{4, -1},
		"iat": f.issued.Unix(), "iss": issuerURL, "jti": "8f1c2d7be04a96513c22", "nbf": f.issued.Add(-10 * time.Second).Unix(),
		"o": object{
			"fpm": "7,1", "id": "org_2sB4hQm9TzKx7LrVd1YwNc3FpJu", "per": "read,create,delete", "rol": "admin", "slg": "northwind",
		},
		"pla": "o:pro", "sid": "sess_2t7GkW0aVbR5nXyE8MzQhCuD4sL", "sts": "active", "sub": userID, "v": 2,
	}
}

func (f *fixture) token() (string, error) { return f.sign(f.header(), f.claims()) }

func (f *fixture) sign(header, claims object) (string, error) {
	h, err := json.Marshal(header)
	if err != nil {
		return "", err
	}
	c, err := json.Marshal(claims)
	if err != nil {
		return "", err
	}
	return f.signInput(b64(h) + "." + b64(c))
}

func (f *fixture) signInput(input string) (string, error) {
	signature, err := jwt.GetSigningMethod(f.alg).Sign(input, f.private)
	if err != nil {
		return "", err
	}
	return input + "." + b64(signature), nil
}

func b64(data []byte) string { return base64.RawURLEncoding.EncodeToString(data) }

// forged is a token that every row must refuse.
type forged struct{ name, token string }

// forgeries are the checks that every row makes, each by a token that lacks
// nothing else.
func (f *fixture) forgeries() ([]forged, error) {
	good, err := f.token()
	if err != nil {
		return nil, err
	}
	past, future := f.issued.Add(-time.Hour), f.issued.Add(time.Hour)
	list := []forged{{"signature", tampered(good)}}
	for _, c := range []struct {
		name    string
		changes object
	}{
		{"exp", object{"exp": past.Unix(), "iat": past.Add(-time.Minute).Unix(), "nbf": past.Add(-time.Minute).Unix()}},
		{"nbf", object{"nbf": future.Unix()}},
		{"iss", object{"iss": "https://clerk.southwind.example"}},
		{"azp", object{"azp": "https://evil.northwind.example"}},
	} {
		token, err := f.sign(f.header(), f.claims().with(c.changes))
		if err != nil {
			return nil, err
		}
		list = append(list, forged{c.name, token})
	}
	other := map[string]string{"RS256": "RS512", "HS256": "HS512"}[f.alg]
	if other == "" {
		return list, nil // the key serves no other algorithm
	}
	same := &fixture{alg: other, private: f.private}
	token, err := same.sign(f.header().with(object{"alg": other}), f.claims())
	return append(list, forged{"alg", token}), err
}

// tampered is the token with one bit of the user id changed.
func tampered(token string) string {
	first := strings.IndexByte(token, '.')
	last := strings.LastIndexByte(token, '.')
	payload, err := base64.RawURLEncoding.DecodeString(token[first+1 : last])
	if err != nil {
		panic(err) // we made it
	}
	changed := strings.Replace(string(payload), userID, userID[:len(userID)-1]+"G", 1)
	return token[:first+1] + b64([]byte(changed)) + token[last:]
}

// firstTwo returns the encoded header, and the payload's text.
func firstTwo(token string) (header, payload string, err error) {
	header, rest, _ := strings.Cut(token, ".")
	encoded, _, _ := strings.Cut(rest, ".")
	text, err := base64.RawURLEncoding.DecodeString(encoded)
	return header, string(text), err
}

// cutOnce cuts around mark, which must be there exactly once.
func cutOnce(s, mark string) (before, after string, err error) {
	if strings.Count(s, mark) != 1 {
		return "", "", fmt.Errorf("%q is not in the text exactly once", mark)
	}
	before, after, _ = strings.Cut(s, mark)
	return before, after, nil
}
