package okta

import "github.com/revstackhq/auth-go/core"

// Claims are the claims of Okta's access and ID tokens; a field is zero if the
// token lacks its claim. For claims that you added to the authorization server,
// embed Claims in your own struct.
//
// Source: https://developer.okta.com/docs/reference/api/oidc/#tokens-and-claims.
type Claims struct {
	Issuer string `json:"iss"`
	// Subject is the person's login in an access token, which can change, and
	// the unchanging id in an ID token.
	Subject   string       `json:"sub"`
	Audience  core.Strings `json:"aud"`
	ExpiresAt int64        `json:"exp"` // seconds since 1970
	IssuedAt  int64        `json:"iat"`
	AuthTime  int64        `json:"auth_time,omitempty"`
	ID        string       `json:"jti,omitempty"` // AT.… or ID.…
	Version   int          `json:"ver,omitempty"`

	// UserID is the person's unchanging id, 00u…; absent in tokens of the
	// client credentials grant.
	UserID string `json:"uid,omitempty"`
	// ClientID is the application that obtained the access token, 0oa….
	ClientID string `json:"cid,omitempty"`
	// Scopes are those granted, an array in Okta.
	Scopes core.Strings `json:"scp,omitempty"`
	// Groups are the names of the person's groups, if a groups claim is mapped.
	Groups core.Strings `json:"groups,omitempty"`

	// What follows is in ID tokens, as far as the scopes ask for it.
	AMR               []string `json:"amr,omitempty"`
	IdentityProvider  string   `json:"idp,omitempty"`
	Nonce             string   `json:"nonce,omitempty"`
	AccessTokenHash   string   `json:"at_hash,omitempty"`
	Name              string   `json:"name,omitempty"`
	Email             string   `json:"email,omitempty"`
	EmailVerified     bool     `json:"email_verified,omitempty"`
	PreferredUsername string   `json:"preferred_username,omitempty"`
}
