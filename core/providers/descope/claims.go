package descope

import "github.com/revstackhq/auth-go/core"

// Claims are the claims of a session JWT; a field is zero if the token lacks
// its claim. Custom claims and those of JWT templates are separate: embed
// Claims in your own struct.
//
// Source: https://docs.descope.com/session-overview and github.com/descope/go-sdk.
type Claims struct {
	Issuer string `json:"iss"`
	// Subject is the user id, unless a template puts something else there; then
	// UserID is it.
	Subject   string       `json:"sub"`
	UserID    string       `json:"dsub,omitempty"`
	Audience  core.Strings `json:"aud,omitempty"`
	ExpiresAt int64        `json:"exp"` // seconds since 1970
	IssuedAt  int64        `json:"iat"`

	TokenName string `json:"drn"` // DS
	// AMR is how the person signed in: pwd, oauth, email, sms, webauthn, totp,
	// fed, mfa.
	AMR []string `json:"amr,omitempty"`
	// RefreshExpiresAt is when the refresh JWT expires, RFC 3339.
	RefreshExpiresAt string `json:"rexp,omitempty"`

	// Roles and Permissions are those of the project, or of CurrentTenant where
	// there are no Tenants.
	Roles         []string          `json:"roles,omitempty"`
	Permissions   []string          `json:"permissions,omitempty"`
	CurrentTenant string            `json:"dct,omitempty"`
	Tenants       map[string]Access `json:"tenants,omitempty"` // by id

	Email string `json:"email,omitempty"`
	Name  string `json:"name,omitempty"`
}

// Access is what a person may do in a tenant.
type Access struct {
	Roles       []string `json:"roles,omitempty"`
	Permissions []string `json:"permissions,omitempty"`
}
