// Package clerktest makes sessions and tokens as Clerk signs them, for tests of
// programs that use package clerk.
//
// A handler or a service needs a session in its context:
//
//	ctx := clerktest.Context(t.Context(), clerktest.Token{UserID: "user_1", OrganizationID: "org_9", Role: "admin"})
//
// A whole program needs an issuer and its tokens:
//
//	issuer := authtest.NewIssuer(t)
//	contract, err := clerk.NewContract(clerk.Config{IssuerURL: issuer.URL()})
//	...
//	authtest.Authorize(req, clerktest.SessionToken(issuer, clerktest.Token{UserID: "user_1"}))
//
// Its functions panic on a [Token] that Clerk could not have signed: a version
// other than 1 and 2, or a permission that is not "org:<feature>:<permission>".
package clerktest

import (
	"context"
	"maps"
	"strings"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/core/providers/clerk"
)

// Values of the header parameter cat, which names the kind of token.
const (
	sessionCategory  = "cl_B7d4PD111AAA"
	templateCategory = "cl_B7d4PD222AAA"
	machineCategory  = "cl_B7d4PD333AAA"
)

// notBefore is the difference between iat and nbf of Clerk's tokens.
const notBefore = -10 * time.Second

// SessionToken returns a session token that issuer signed.
func SessionToken(issuer *authtest.Issuer, t Token, opts ...authtest.TokenOption) string {
	return t.sign(issuer, t.sessionClaims(), kind{category: sessionCategory, typ: "JWT", ttl: time.Minute}, opts)
}

// TemplateToken returns a token of a JWT template, getToken({template}). It has
// the template's claims, but no session id and no organization.
func TemplateToken(issuer *authtest.Issuer, t Token, template authtest.Claims, opts ...authtest.TokenOption) string {
	claims := authtest.Claims{"sub": t.user(), "jti": "8f1c2d7be04a96513c22"}
	t.setParty(claims)
	maps.Copy(claims, template)
	return t.sign(issuer, claims, kind{category: templateCategory, typ: "JWT", ttl: time.Minute}, opts)
}

// MachineToken returns a machine-to-machine token in JWT form, for the machines
// in audience.
func MachineToken(issuer *authtest.Issuer, t Token, audience []string, opts ...authtest.TokenOption) string {
	claims := authtest.Claims{
		"sub":    t.UserID,
		"jti":    "mt_2uG1aXsQ7LzVw4RkHn9TcBd6EyM",
		"scopes": strings.Join(audience, " "),
	}
	if t.UserID == "" {
		claims["sub"] = "mch_2uFg9RkDs6MnXv2QjTw8BzLhCyE"
	}
	if len(audience) > 0 {
		claims["aud"] = audience
	}
	return t.sign(issuer, claims, kind{category: machineCategory, typ: "JWT", ttl: time.Hour}, opts)
}

// OAuthToken returns an access token of Clerk as an OAuth server (RFC 9068),
// for a client and with scopes that are separated by spaces.
func OAuthToken(issuer *authtest.Issuer, t Token, clientID, scope string, opts ...authtest.TokenOption) string {
	claims := authtest.Claims{
		"sub":       t.user(),
		"jti":       "oat_2vA7bYtR3MwXz5SlJo0UdCe8FzN",
		"client_id": clientID,
		"scope":     scope,
	}
	if t.OrganizationID != "" {
		claims["org_id"] = t.OrganizationID
	}
	return t.sign(issuer, claims, kind{typ: "at+jwt", ttl: 24 * time.Hour}, opts)
}

// Session returns the session that a contract of package clerk makes of a
// session token. See [authtest.Session] for when it panics.
func Session(t Token, opts ...authtest.SessionOption) *core.Session {
	contract, err := clerk.NewContract(clerk.Config{IssuerURL: authtest.SessionIssuer})
	if err != nil {
		panic("clerktest: " + err.Error()) // a constant configuration
	}
	like := []authtest.SessionOption{authtest.LikeContract(contract)}
	return authtest.Session(t.user(), t.sessionClaims(), append(like, opts...)...)
}

// Context returns ctx with that [Session], as a handler behind the middleware
// gets it.
func Context(ctx context.Context, t Token, opts ...authtest.SessionOption) context.Context {
	return core.NewContext(ctx, Session(t, opts...))
}

// kind is what tokens of one kind have in common.
type kind struct {
	category, typ string
	ttl           time.Duration
}

func (t *Token) sign(issuer *authtest.Issuer, claims authtest.Claims, k kind, opts []authtest.TokenOption) string {
	maps.Copy(claims, t.Extra)
	if _, set := claims["aud"]; !set {
		claims["aud"] = nil // Clerk has no default audience
	}
	if t.TTL != 0 {
		k.ttl = t.TTL
	}
	all := []authtest.TokenOption{
		authtest.ExpiresIn(k.ttl),
		authtest.ValidFrom(notBefore),
		authtest.WithHeader("typ", k.typ),
	}
	if k.category != "" && t.Version != 1 {
		all = append(all, authtest.WithHeader("cat", k.category))
	}
	return issuer.Token(claims, append(all, opts...)...)
}
