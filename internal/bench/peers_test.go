package main

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"encoding/json"
	"time"

	"github.com/MicahParks/keyfunc/v3"
	sdk "github.com/clerk/clerk-sdk-go/v2"
	sdkjwt "github.com/clerk/clerk-sdk-go/v2/jwt"
	"github.com/coreos/go-oidc/v3/oidc"
	cristalhq "github.com/cristalhq/jwt/v5"
	"github.com/go-chi/jwtauth/v5"
	"github.com/go-jose/go-jose/v4"
	josejwt "github.com/go-jose/go-jose/v4/jwt"
	"github.com/golang-jwt/jwt/v5"
	jwt2 "github.com/lestrrat-go/jwx/v2/jwt"
	jwa3 "github.com/lestrrat-go/jwx/v3/jwa"
	jwt3 "github.com/lestrrat-go/jwx/v3/jwt"

	"github.com/revstackhq/auth-go/core/providers/clerk"
)

func peers() []library {
	return []library{
		{name: "cristalhq/jwt v5", make: cristalhqJWT, byHand: "expired nbf iss azp"},
		{name: "golang-jwt v5 + keyfunc v3", make: golangJWT, byHand: "azp"},
		{name: "go-jose v4", make: goJOSE, byHand: "azp"},
		{name: "go-oidc v3", make: goOIDC, byHand: "azp", lacks: "HS256"},
		{name: "clerk-sdk-go v2", make: clerkSDK, byHand: "iss"},
		{name: "jwtauth v5 (jwx v2)", make: jwtauthToken},
		{name: "jwx v3", make: jwx},
	}
}

// golangClaims are Clerk's claims as golang-jwt wants them.
type golangClaims struct{ clerk.Claims }

func date(seconds int64) (*jwt.NumericDate, error) {
	return jwt.NewNumericDate(time.Unix(seconds, 0)), nil
}

func (c *golangClaims) GetExpirationTime() (*jwt.NumericDate, error) { return date(c.ExpiresAt) }
func (c *golangClaims) GetIssuedAt() (*jwt.NumericDate, error)       { return date(c.IssuedAt) }
func (c *golangClaims) GetNotBefore() (*jwt.NumericDate, error)      { return date(c.NotBefore) }
func (c *golangClaims) GetIssuer() (string, error)                   { return c.Issuer, nil }
func (c *golangClaims) GetSubject() (string, error)                  { return c.Subject, nil }
func (c *golangClaims) GetAudience() (jwt.ClaimStrings, error)       { return nil, nil }

func golangJWT(f *fixture) verify {
	keys := must(keyfunc.NewJWKSetJSON(f.jwks())).Keyfunc
	parser := jwt.NewParser(
		jwt.WithValidMethods([]string{f.alg}),
		jwt.WithIssuer(issuerURL),
		jwt.WithExpirationRequired(),
		jwt.WithLeeway(leeway),
	)
	return func(token string) (string, *clerk.Claims, error) {
		c := &golangClaims{}
		_, err := parser.ParseWithClaims(token, c, keys)
		return c.Subject, &c.Claims, err
	}
}

func goJOSE(f *fixture) verify {
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
		return c.Subject, c, registered.ValidateWithLeeway(
			josejwt.Expected{Issuer: issuerURL, Time: time.Now()}, leeway)
	}
}

func goOIDC(f *fixture) verify {
	verifier := oidc.NewVerifier(issuerURL, &oidc.StaticKeySet{PublicKeys: []crypto.PublicKey{f.public}},
		&oidc.Config{SkipClientIDCheck: true, SupportedSigningAlgs: []string{f.alg}})
	ctx := context.Background()
	return func(token string) (string, *clerk.Claims, error) {
		t, err := verifier.Verify(ctx, token)
		if err != nil {
			return "", nil, err
		}
		c := &clerk.Claims{}
		return t.Subject, c, t.Claims(c)
	}
}

func (f *fixture) clerkKey() *sdk.JSONWebKey {
	return &sdk.JSONWebKey{Key: f.public, KeyID: keyID, Algorithm: f.alg, Use: "sig"}
}

// clerkSDK gets the claims of version 2 as custom claims: its own struct keeps
// only what it makes of them.
func clerkSDK(f *fixture) verify {
	key, ctx := f.clerkKey(), context.Background()
	return func(token string) (string, *clerk.Claims, error) {
		c := &clerk.Claims{}
		_, err := sdkjwt.Verify(ctx, &sdkjwt.VerifyParams{
			Token:                   token,
			JWK:                     key,
			Leeway:                  leeway,
			AuthorizedPartyHandler:  func(azp string) bool { return azp == party },
			CustomClaimsConstructor: func(context.Context) any { return c },
		})
		return c.Subject, c, err
	}
}

func cristalhqJWT(f *fixture) verify {
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
		err = json.Unmarshal(t.Claims(), c)
		return c.Subject, c, err
	}
}

// jwx keeps claims by name, decoded: a program reads them where it needs them. All
// its checks are options.
func jwx(f *fixture) verify {
	alg, _ := jwa3.LookupSignatureAlgorithm(f.alg)
	options := []jwt3.ParseOption{
		jwt3.WithKey(alg, f.public),
		jwt3.WithIssuer(issuerURL),
		jwt3.WithRequiredClaim("exp"),
		jwt3.WithAcceptableSkew(leeway),
		jwt3.WithClaimValue("azp", party),
	}
	return func(token string) (string, *clerk.Claims, error) {
		t, err := jwt3.ParseString(token, options...)
		if err != nil {
			return "", nil, err
		}
		user, _ := t.Subject()
		return user, nil, nil
	}
}

// newJWTAuth is chi's; its middleware calls VerifyToken.
func newJWTAuth(f *fixture) *jwtauth.JWTAuth {
	return jwtauth.New(f.alg, f.public, nil, jwt2.WithIssuer(issuerURL), jwt2.WithRequiredClaim("exp"),
		jwt2.WithAcceptableSkew(leeway), jwt2.WithClaimValue("azp", party))
}

func jwtauthToken(f *fixture) verify {
	auth := newJWTAuth(f)
	return func(token string) (string, *clerk.Claims, error) {
		t, err := jwtauth.VerifyToken(auth, token)
		if err != nil {
			return "", nil, err
		}
		return t.Subject(), nil, nil
	}
}
