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

func newFixture(alg string) *fixture {
	f := &fixture{alg: alg, issued: time.Now().Truncate(time.Second)}
	switch alg {
	case "RS256":
		f.private = must(rsa.GenerateKey(rand.Reader, 2048))
	case "ES256":
		f.private = must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	case "EdDSA":
		_, key, err := ed25519.GenerateKey(rand.Reader)
		f.private = must(key, err)
	case "HS256":
		f.private, f.public = []byte(secret), []byte(secret)
	}
	if signer, ok := f.private.(crypto.Signer); ok {
		f.public = signer.Public()
	}
	return f
}

// must returns v. A benchmark that can't be set up ends the program.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// jwk is the key as a verifier gets it.
func (f *fixture) jwk() jose.JSONWebKey {
	return jose.JSONWebKey{Key: f.public, KeyID: keyID, Algorithm: f.alg, Use: "sig"}
}

func (f *fixture) jwks() json.RawMessage {
	return must(json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{f.jwk()}}))
}

func (f *fixture) header() object {
	return object{"alg": f.alg, "cat": "cl_B7d4PD111AAA", "kid": keyID, "typ": "JWT"}
}

// claims are those of a Clerk session token of version 2 with an active
// organization. Clerk's live for a minute; a benchmark takes longer.
func (f *fixture) claims() object {
	return object{
		"azp": party, "exp": f.issued.Add(12 * time.Hour).Unix(), "fea": "o:invoices,o:reports", "fva": []int{4, -1},
		"iat": f.issued.Unix(),
		"iss": issuerURL,
		"jti": "8f1c2d7be04a96513c22",
		"nbf": f.issued.Add(-10 * time.Second).Unix(),
		"o": object{
			"fpm": "7,1",
			"id":  "org_2sB4hQm9TzKx7LrVd1YwNc3FpJu",
			"per": "read,create,delete",
			"rol": "admin",
			"slg": "northwind",
		},
		"pla": "o:pro", "sid": "sess_2t7GkW0aVbR5nXyE8MzQhCuD4sL", "sts": "active", "sub": userID, "v": 2,
	}
}

func (f *fixture) token() string { return f.sign(f.header(), f.claims()) }

func (f *fixture) sign(header, claims object) string {
	return f.signInput(b64(must(json.Marshal(header))) + "." + b64(must(json.Marshal(claims))))
}

func (f *fixture) signInput(input string) string {
	return input + "." + b64(must(jwt.GetSigningMethod(f.alg).Sign(input, f.private)))
}

func b64(data []byte) string { return base64.RawURLEncoding.EncodeToString(data) }

// forged is a token that every row must refuse.
type forged struct {
	check   string // that fails
	refusal string // the name in BenchmarkRefuse; "" is not timed
	token   string
}

// forgeries are the checks that every row makes, each by a token that lacks
// nothing else.
func (f *fixture) forgeries() []forged {
	past, future := f.issued.Add(-time.Hour), f.issued.Add(time.Hour)
	list := []forged{{"signature", "tampered", tampered(f.token())}}
	for _, c := range []struct {
		check, refusal string
		changes        object
	}{
		{"exp", "expired", object{
			"exp": past.Unix(),
			"iat": past.Add(-time.Minute).Unix(),
			"nbf": past.Add(-time.Minute).Unix(),
		}},
		{"nbf", "", object{"nbf": future.Unix()}},
		{"iss", "", object{"iss": "https://clerk.southwind.example"}},
		{"azp", "", object{"azp": "https://evil.northwind.example"}},
	} {
		list = append(list, forged{c.check, c.refusal, f.sign(f.header(), f.claims().with(c.changes))})
	}
	// RSA keys and secrets fit other algorithms, too.
	if other := map[string]string{"RS256": "RS512", "HS256": "HS512"}[f.alg]; other != "" {
		same := &fixture{alg: other, private: f.private}
		list = append(list, forged{"alg", "", same.sign(f.header().with(object{"alg": other}), f.claims())})
	}
	return list
}

// tampered is the token for another user, under the same signature.
func tampered(token string) string {
	parts := strings.Split(token, ".")
	payload := string(must(base64.RawURLEncoding.DecodeString(parts[1])))
	parts[1] = b64([]byte(strings.Replace(payload, userID, userID[:len(userID)-1]+"G", 1)))
	return strings.Join(parts, ".")
}
