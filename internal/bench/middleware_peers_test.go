package main

import (
	"context"

	sdk "github.com/clerk/clerk-sdk-go/v2"
	sdkhttp "github.com/clerk/clerk-sdk-go/v2/http"
	"github.com/go-chi/jwtauth/v5"
	jwtware "github.com/gofiber/contrib/jwt"
	"github.com/gofiber/fiber/v2"
	"github.com/golang-jwt/jwt/v5"
	echojwt "github.com/labstack/echo-jwt/v4"
	"github.com/labstack/echo/v4"
)

// handClaims make the checks by hand for middleware that passes no options to
// golang-jwt.
type handClaims struct{ golangClaims }

// Validate is called by golang-jwt after its own checks.
func (c *handClaims) Validate() error {
	if c.Issuer != issuerURL || c.AuthorizedParty != party {
		return errRejected
	}
	return nil
}

func handSubject(user any) string { return user.(*jwt.Token).Claims.(*handClaims).Subject }

var echoJWT = library{name: "echo-jwt v4", make: func(f *fixture) verify {
	return echoApp(func(c echo.Context) string { return handSubject(c.Get("user")) }, echojwt.WithConfig(echojwt.Config{
		SigningKey:    f.public,
		SigningMethod: f.alg,
		NewClaimsFunc: func(echo.Context) jwt.Claims { return &handClaims{} },
	}))
}}

var fiberJWT = library{name: "gofiber/contrib/jwt", make: func(f *fixture) verify {
	key := jwtware.SigningKey{JWTAlg: f.alg, Key: f.public}
	return fiberApp(func(c *fiber.Ctx) string { return handSubject(c.Locals("user")) },
		jwtware.New(jwtware.Config{SigningKey: key, Claims: &handClaims{}}))
}}

var chiJWTAuth = library{name: "jwtauth v5 (jwx v2)", make: func(f *fixture) verify {
	auth := newJWTAuth(f)
	return chiApp(func(ctx context.Context) string {
		t, _, err := jwtauth.FromContext(ctx)
		if err != nil {
			return ""
		}
		return t.Subject()
	}, jwtauth.Verifier(auth), jwtauth.Authenticator(auth))
}}

// chiClerk gives Clerk's middleware its key with an option of our own: the SDK's
// JSONWebKey would parse PEM on every request. It accepts every issuer whose name
// begins as Clerk's do, so the handler compares that.
var chiClerk = library{name: "clerk-sdk-go v2", make: func(f *fixture) verify {
	key := f.clerkKey()
	return chiApp(func(ctx context.Context) string {
		claims, ok := sdk.SessionClaimsFromContext(ctx)
		if !ok || claims.Issuer != issuerURL {
			return ""
		}
		return claims.Subject
	}, sdkhttp.RequireHeaderAuthorization(
		func(p *sdkhttp.AuthorizationParams) error { p.JWK = key; return nil },
		sdkhttp.AuthorizedPartyMatches(party), sdkhttp.Leeway(leeway),
	))
}}
