package ory

import "github.com/revstackhq/auth-go/core"

// Claims are the claims of Hydra's access tokens and of tokenized sessions; a
// field is zero if the token lacks its claim. Claims of a session's mapper
// stand beside them: embed Claims in your own struct.
//
// Source: https://www.ory.com/docs/oauth2-oidc/jwt-access-token and
// https://www.ory.com/docs/identities/session-to-jwt-cors.
type Claims struct {
	Issuer    string       `json:"iss"`
	Subject   string       `json:"sub"` // an identity's id; of a machine its client id
	Audience  core.Strings `json:"aud,omitempty"`
	ExpiresAt int64        `json:"exp"` // seconds since 1970
	IssuedAt  int64        `json:"iat"`
	NotBefore int64        `json:"nbf,omitempty"`
	ID        string       `json:"jti,omitempty"`

	// In access tokens. Scopes are in one or both of the forms, as
	// strategies.jwt.scope_claim says.
	ClientID string   `json:"client_id,omitempty"`
	Scopes   []string `json:"scp,omitempty"`
	Scope    string   `json:"scope,omitempty"`
	// Ext is what the consent app put into the token.
	Ext map[string]any `json:"ext,omitempty"`

	SessionID string `json:"sid,omitempty"` // in sessions
}
