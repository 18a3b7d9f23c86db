package authentik

import "github.com/revstackhq/auth-go/core"

// Claims are the claims of authentik's tokens; a field is zero if the token
// lacks its claim. Claims of the profile depend on the scopes and on the
// provider's property mappings. For claims of your own mappings, embed Claims
// in your own struct.
//
// Source: authentik/providers/oauth2/id_token.py of github.com/goauthentik/authentik.
type Claims struct {
	Issuer string `json:"iss"`
	// Subject's form is the provider's Subject mode.
	Subject   string       `json:"sub"`
	Audience  core.Strings `json:"aud"` // the Client ID
	ExpiresAt int64        `json:"exp"` // seconds since 1970
	IssuedAt  int64        `json:"iat"`
	AuthTime  int64        `json:"auth_time,omitempty"`

	AuthorizedParty string `json:"azp,omitempty"` // in access tokens
	// SessionID is a hash of the browser session; service accounts have none.
	SessionID string `json:"sid,omitempty"`
	// TokenID is different in every access token.
	TokenID string   `json:"uid,omitempty"`
	Scope   string   `json:"scope,omitempty"`
	ACR     string   `json:"acr,omitempty"`
	AMR     []string `json:"amr,omitempty"` // pwd, mfa, user (passwordless), sc
	Nonce   string   `json:"nonce,omitempty"`

	Email             string   `json:"email,omitempty"`
	EmailVerified     bool     `json:"email_verified,omitempty"`
	Name              string   `json:"name,omitempty"`
	GivenName         string   `json:"given_name,omitempty"`
	PreferredUsername string   `json:"preferred_username,omitempty"`
	Nickname          string   `json:"nickname,omitempty"`
	Groups            []string `json:"groups,omitempty"`
	Entitlements      []string `json:"entitlements,omitempty"`
	Roles             []string `json:"roles,omitempty"`
}
