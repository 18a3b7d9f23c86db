package supertokens

import "github.com/revstackhq/auth-go/core"

// Claims are the claims of a session access token of version 3 and later; a
// field is zero if the token lacks its claim. What the backend adds to
// accessTokenPayload are separate: embed Claims in your own struct.
//
// Source: https://supertokens.com/docs and recipe/session of the backend SDKs.
type Claims struct {
	Issuer    string       `json:"iss,omitempty"`
	Subject   string       `json:"sub"` // the user id
	Audience  core.Strings `json:"aud,omitempty"`
	ExpiresAt int64        `json:"exp"` // seconds since 1970
	IssuedAt  int64        `json:"iat"`

	SessionHandle string `json:"sessionHandle"`
	TenantID      string `json:"tId,omitempty"` // public, if there is no other
	// RecipeUserID differs from Subject where accounts are linked.
	RecipeUserID string `json:"rsub,omitempty"`
	// TokenType is 0 for a session.
	TokenType int `json:"stt,omitempty"`

	Roles         Claim[[]string] `json:"st-role,omitzero"`
	Permissions   Claim[[]string] `json:"st-perm,omitzero"`
	EmailVerified Claim[bool]     `json:"st-ev,omitzero"`
	MFA           MFA             `json:"st-mfa,omitzero"`

	RefreshTokenHash1       string `json:"refreshTokenHash1,omitempty"`
	ParentRefreshTokenHash1 string `json:"parentRefreshTokenHash1,omitempty"`
	AntiCSRFToken           string `json:"antiCsrfToken,omitempty"`
}

// Claim is a value with the time when the backend fetched it: it may have
// changed since.
type Claim[T any] struct {
	Value     T     `json:"v"`
	FetchedAt int64 `json:"t"` // milliseconds since 1970
}

// MFA says which factors were completed, and when, in seconds since 1970.
type MFA struct {
	Completed map[string]int64 `json:"c"`
	Satisfied bool             `json:"v"`
}
