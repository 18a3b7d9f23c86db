package auth0

import (
	"slices"
	"strings"

	"github.com/revstackhq/auth-go/core"
)

// Claims are the claims of Auth0's access tokens, of the Auth0 and of the RFC
// 9068 profile; a field is zero if the token lacks its claim. Custom claims
// have URLs for names: embed Claims in a struct that has them.
//
// Source: https://auth0.com/docs/secure/tokens/access-tokens/access-token-profiles.
type Claims struct {
	Issuer    string       `json:"iss"`
	Subject   string       `json:"sub"` // <connection>|<id>, or <client id>@clients of a machine
	Audience  core.Strings `json:"aud"` // the API, and <domain>/userinfo if openid was asked for
	ExpiresAt int64        `json:"exp"` // seconds since 1970
	IssuedAt  int64        `json:"iat"`
	ID        string       `json:"jti,omitempty"` // RFC 9068 profile only

	// AuthorizedParty is the application in the Auth0 profile, ClientID in the
	// RFC 9068 profile.
	AuthorizedParty string `json:"azp,omitempty"`
	ClientID        string `json:"client_id,omitempty"`
	// Scope is the granted scopes, separated by spaces.
	Scope string `json:"scope,omitempty"`
	// Permissions are there if the API has RBAC and "Add Permissions in the
	// Access Token" switched on.
	Permissions []string `json:"permissions,omitempty"`
	// GrantType is how the token was obtained: "client-credentials" of a
	// machine, a string or an array.
	GrantType core.Strings `json:"gty,omitempty"`

	// OrgID (org_…) is the organization of the sign-in; OrgName if the tenant
	// is set to send it.
	OrgID   string `json:"org_id,omitempty"`
	OrgName string `json:"org_name,omitempty"`
	// Actor is who acts for the user.
	Actor *Actor `json:"act,omitempty"`
}

// Actor is the claim act (RFC 8693 §4.1).
type Actor struct {
	Subject string `json:"sub"`
}

// Client returns the application in tokens of both profiles.
func (c Claims) Client() string {
	if c.AuthorizedParty != "" {
		return c.AuthorizedParty
	}
	return c.ClientID
}

// Machine reports whether a machine, and no person, holds the token.
func (c Claims) Machine() bool {
	client, ok := strings.CutSuffix(c.Subject, "@clients")
	return slices.Contains(c.GrantType, "client-credentials") || ok && client != ""
}
