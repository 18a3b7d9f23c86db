package workos

import "github.com/revstackhq/auth-go/core"

// Claims are the claims of AuthKit's access tokens; a field is zero if the
// token lacks its claim. Claims that a JWT template adds are separate: embed
// Claims in your own struct.
//
// Source: https://workos.com/docs/authkit/sessions.
type Claims struct {
	Issuer    string       `json:"iss"`
	Subject   string       `json:"sub"`           // user_…
	Audience  core.Strings `json:"aud,omitempty"` // only by a JWT template
	ExpiresAt int64        `json:"exp"`           // seconds since 1970
	IssuedAt  int64        `json:"iat"`
	ID        string       `json:"jti,omitempty"`

	// SessionID is the sign-in, session_….
	SessionID string `json:"sid"`
	// OrganizationID is the organization selected at sign-in, org_…, Role and
	// Roles the person's in it.
	OrganizationID string   `json:"org_id,omitempty"`
	Role           string   `json:"role,omitempty"`
	Roles          []string `json:"roles,omitempty"`
	// Permissions are those of the roles. Roles on single resources (FGA) are
	// not in the token.
	Permissions []string `json:"permissions,omitempty"`
	// Entitlements are what the organization has paid for.
	Entitlements []string `json:"entitlements,omitempty"`
	FeatureFlags []string `json:"feature_flags,omitempty"`
	// Actor is who impersonates the user.
	Actor *Actor `json:"act,omitempty"`
	// Email is there if a JWT template adds it.
	Email string `json:"email,omitempty"`
}

// Actor is the claim act: the member of your team that acts as the user.
type Actor struct {
	Subject string `json:"sub"` // an e-mail address
}
