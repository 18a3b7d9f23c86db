package main

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"time"

	"github.com/MicahParks/keyfunc/v3"
	sdk "github.com/clerk/clerk-sdk-go/v2"
	sdkjwt "github.com/clerk/clerk-sdk-go/v2/jwt"
	"github.com/coreos/go-oidc/v3/oidc"
	cristalhq "github.com/cristalhq/jwt/v5"
	"github.com/go-jose/go-jose/v4"
	josejwt "github.com/go-jose/go-jose/v4/jwt"
	"github.com/golang-jwt/jwt/v5"

	"github.com/revstackhq/auth-go/core/providers/clerk"
)

var (
	errIssuer  = errors.New("the issuer is another")
	errParty   = errors.New("the authorized party is another")
	errExpired = errors.New("the token is not valid now")
)

// byHand are the checks that a user adds where the library has none.
func byHand(c *clerk.Claims, iss, azp bool) error {
	if iss && c.Issuer != issuerURL {
		return errIssuer
	}
	if azp && c.AuthorizedParty != party {
		return errParty
	}
	return nil
}

func peers() []library {
	return []library{
		{name: "cristalhq/jwt v5", make: cristalhqJWT, byHand: "exp nbf iss azp"},
		{name: "golang-jwt v5 + keyfunc v3", make: golangJWT, byHand: "azp"},
		{name: "go-jose v4", make: goJOSE, byHand: "azp"},
		{name: "go-oidc v3", make: goOIDC, byHand: "azp", lacks: "HS256"},
		{name: "clerk-sdk-go v2", make: clerkSDK, byHand: "iss"},
		{name: "jwtauth v5 (jwx v2)", make: jwtauthToken},
		{name: "jwx v3", make: jwx},
	}
}

// bareClaims are Clerk's claims as golang-jwt wants them.
type bareClaims struct{ clerk.Claims }

func numericDate(seconds int64) (*jwt.NumericDate, error) {
	if seconds == 0 {
		return nil, nil //nolint:nilnil // for golang-jwt this means that there is no date
	}
	return jwt.NewNumericDate(time.Unix(seconds, 0)), nil
}

func (c *bareClaims) GetExpirationTime() (*jwt.NumericDate, error) { return numericDate(c.ExpiresAt) }

func (c *bareClaims) GetIssuedAt() (*jwt.NumericDate, error) { return numericDate(c.IssuedAt) }

func (c *bareClaims) GetNotBefore() (*jwt.NumericDate, error) { return numericDate(c.NotBefore) }
func (c *bareClaims) GetIssuer() (string, error)              { return c.Issuer, nil }
func (c *bareClaims) GetSubject() (string, error)             { return c.Subject, nil }
func (c *bareClaims) GetAudience() (jwt.ClaimStrings, error)  { return nil, nil }

// partyClaims add the check of azp where golang-jwt looks for it.
type partyClaims struct{ bareClaims }

// Validate is called by golang-jwt after its own checks.
func (c *partyClaims) Validate() error { return byHand(&c.Claims, false, true) }

func (f *fixture) keyfunc() jwt.Keyfunc { return must(keyfunc.NewJWKSetJSON(f.jwks())).Keyfunc }

func golangJWT(f *fixture, bare bool) verify {
	keys := f.keyfunc()
	parser := jwt.NewParser(
		jwt.WithValidMethods([]string{f.alg}),
		jwt.WithIssuer(issuerURL),
		jwt.WithExpirationRequired(),
		jwt.WithLeeway(leeway),
	)
	return func(token string) (string, *clerk.Claims, error) {
		if bare {
			c := &bareClaims{}
			_, err := parser.ParseWithClaims(token, c, keys)
			return c.Subject, &c.Claims, err
		}
		c := &partyClaims{}
		_, err := parser.ParseWithClaims(token, c, keys)
		return c.Subject, &c.Claims, err
	}
}

func goJOSE(f *fixture, bare bool) verify {
	keys := &jose.JSONWebKeySet{Keys: []jose.JSONWebKey{f.jwk()}}
	algs := []jose.SignatureAlgorithm{jose.SignatureAlgorithm(f.alg)}
	return func(token string) (string, *clerk.Claims, error) {
		t, err := josejwt.ParseSigned(token, algs)
		if err != nil {
			return "", nil, err
		}
		c, registered := &clerk.Claims{}, josejwt.Claims{}
		if err := t.Claims(keys, &registered, c); err != nil {
			return "", nil, err
		}
		err = registered.ValidateWithLeeway(josejwt.Expected{Issuer: issuerURL, Time: time.Now()}, leeway)
		if err != nil || bare {
			return c.Subject, c, err
		}
		return c.Subject, c, byHand(c, false, true)
	}
}

func goOIDC(f *fixture, bare bool) verify {
	verifier := oidc.NewVerifier(issuerURL, &oidc.StaticKeySet{PublicKeys: []crypto.PublicKey{f.public}},
		&oidc.Config{SkipClientIDCheck: true, SupportedSigningAlgs: []string{f.alg}})
	ctx := context.Background()
	return func(token string) (string, *clerk.Claims, error) {
		t, err := verifier.Verify(ctx, token)
		if err != nil {
			return "", nil, err
		}
		c := &clerk.Claims{}
		if err := t.Claims(c); err != nil || bare {
			return c.Subject, c, err
		}
		return c.Subject, c, byHand(c, false, true)
	}
}

// clerkSDK gets the claims of version 2 as custom claims: its own struct keeps
// only what it makes of them.
func clerkSDK(f *fixture, bare bool) verify {
	key := &sdk.JSONWebKey{Key: f.public, KeyID: keyID, Algorithm: f.alg, Use: "sig"}
	ctx := context.Background()
	return func(token string) (string, *clerk.Claims, error) {
		c := &clerk.Claims{}
		_, err := sdkjwt.Verify(ctx, &sdkjwt.VerifyParams{
			Token: token, JWK: key, Leeway: leeway,
			AuthorizedPartyHandler:  func(azp string) bool { return azp == party },
			CustomClaimsConstructor: func(context.Context) any { return c },
		})
		if err != nil || bare {
			return c.Subject, c, err
		}
		return c.Subject, c, byHand(c, true, false)
	}
}

func cristalhqJWT(f *fixture, bare bool) verify {
	var verifier cristalhq.Verifier
	switch key := f.public.(type) {
	case *rsa.PublicKey:
		verifier = must(cristalhq.NewVerifierRS(cristalhq.RS256, key))
	case *ecdsa.PublicKey:
		verifier = must(cristalhq.NewVerifierES(cristalhq.ES256, key))
	case ed25519.PublicKey:
		verifier = must(cristalhq.NewVerifierEdDSA(key))
	case []byte:
		verifier = must(cristalhq.NewVerifierHS(cristalhq.HS256, key))
	}
	return func(token string) (string, *clerk.Claims, error) {
		t, err := cristalhq.Parse([]byte(token), verifier)
		if err != nil {
			return "", nil, err
		}
		c := &clerk.Claims{}
		if err := json.Unmarshal(t.Claims(), c); err != nil || bare {
			return c.Subject, c, err
		}
		now := time.Now()
		if now.Add(-leeway).Unix() >= c.ExpiresAt || now.Add(leeway).Unix() < c.NotBefore {
			return "", nil, errExpired
		}
		return c.Subject, c, byHand(c, true, true)
	}
}
