package main

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"maps"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/core/providers/clerk/clerktest"
)

const (
	issuerURL = "https://clerk.northwind.example"
	party     = "https://app.northwind.example"
	userID    = "user_2sB3zPq6JrT1vXwN9KdLm8YhCeF" // clerktest's
	goodJTI   = "8f1c2d7be04a96513c22"
	keyID     = "ins_2rQ8vKpXc1nYw5TzLh0JdMfEaBs"
	secret    = "the-benchmark-signs-and-checks-HS256-with-this-and-guards-nothing"
	leeway    = 5 * time.Second // Clerk's own
)

// fixture is an issuer like Clerk, with one key.
type fixture struct {
	alg     string
	issuer  *authtest.Issuer
	options []authtest.TokenOption
	public  any    // []byte for a secret
	header  string // of the good token
	claims  string
}

func newFixture(tb testing.TB, alg string) *fixture {
	tb.Helper()
	f := &fixture{alg: alg, options: []authtest.TokenOption{authtest.WithKeyID(keyID)}}
	config := []authtest.Option{
		authtest.WithIssuerURL(issuerURL),
		authtest.WithClock(authtest.NewClock(time.Now())), // the same claims make the same token
	}
	if alg == "HS256" {
		f.issuer, f.public = authtest.NewIssuer(tb, config...), []byte(secret)
		f.options = append(f.options, authtest.WithSecret([]byte(secret)))
	} else {
		f.issuer = authtest.NewIssuer(tb, append(config, authtest.WithAlgorithms(alg))...)
		var set jose.JSONWebKeySet
		must(0, json.Unmarshal(f.issuer.JWKS(), &set))
		f.public = set.Keys[0].Key
	}
	good := f.token(nil)
	f.header, f.claims = segment(good, 0), segment(good, 1)
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

// token returns a session token of Clerk's version 2 with an active organization,
// after changes of its claims.
func (f *fixture) token(changes authtest.Claims, options ...authtest.TokenOption) string {
	extra := authtest.Claims{"pla": "o:pro"}
	maps.Copy(extra, changes)
	return clerktest.SessionToken(f.issuer, clerktest.Token{
		AuthorizedParty:  party,
		OrganizationID:   "org_2sB4hQm9TzKx7LrVd1YwNc3FpJu",
		OrganizationSlug: "northwind",
		Role:             "admin",
		Permissions:      []string{"org:invoices:read", "org:invoices:create", "org:invoices:delete", "org:reports:read"},
		FactorAges:       []int{4, -1},
		TTL:              12 * time.Hour, // a benchmark takes longer than Clerk's minute
		Extra:            extra,
	}, slices.Concat(f.options, options)...)
}

// forgeries are tokens that every row must reject, by the one check that they fail.
func (f *fixture) forgeries() map[string]string {
	good, now := f.token(nil), time.Now()
	past := now.Add(-time.Hour).Unix()
	tokens := map[string]string{
		"presence":  "",
		"garbage":   "oat_2vA7bYtR3MwXz5SlJo0UdCe8FzN",
		"malformed": good[:20] + "!" + good[21:],
		"tampered":  tampered(good),
		"expired":   f.token(authtest.Claims{"exp": past, "iat": past - 60, "nbf": past - 60}),
		"nbf":       f.token(authtest.Claims{"nbf": now.Add(time.Hour).Unix()}),
		"iss":       f.token(authtest.Claims{"iss": "https://clerk.southwind.example"}),
		"azp":       f.token(authtest.Claims{"azp": "https://evil.northwind.example"}),
	}
	// RSA keys and secrets fit other algorithms, too.
	if other := map[string]string{"RS256": "RS512", "HS256": "HS512"}[f.alg]; other != "" {
		tokens["alg"] = f.token(nil, authtest.WithAlgorithm(other))
	}
	return tokens
}

// tampered is the token for another user, under the same signature.
func tampered(token string) string {
	parts := strings.Split(token, ".")
	other := strings.Replace(segment(token, 1), userID, userID[:len(userID)-1]+"G", 1)
	parts[1] = base64.RawURLEncoding.EncodeToString([]byte(other))
	return strings.Join(parts, ".")
}

func segment(token string, n int) string {
	return string(must(base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[n])))
}

// limit is the arithmetic alone: SHA-256 of the signing input and the standard
// library's check, of a signature that is decoded already.
func limit(f *fixture, token string) func() error {
	dot := strings.LastIndexByte(token, '.')
	input, signature := []byte(token[:dot]), must(base64.RawURLEncoding.DecodeString(token[dot+1:]))
	return func() error {
		ok := false
		switch key := f.public.(type) {
		case *rsa.PublicKey:
			digest := sha256.Sum256(input)
			ok = rsa.VerifyPKCS1v15(key, crypto.SHA256, digest[:], signature) == nil
		case *ecdsa.PublicKey:
			digest, half := sha256.Sum256(input), len(signature)/2
			r, s := new(big.Int).SetBytes(signature[:half]), new(big.Int).SetBytes(signature[half:])
			ok = ecdsa.Verify(key, digest[:], r, s)
		case ed25519.PublicKey:
			ok = ed25519.Verify(key, input, signature)
		case []byte:
			mac := hmac.New(sha256.New, key)
			mac.Write(input)
			ok = hmac.Equal(mac.Sum(nil), signature)
		}
		if !ok {
			return errRejected
		}
		return nil
	}
}
