package cognito

import (
	"fmt"

	"github.com/revstackhq/auth-go/core"
)

// Claims are the claims of a user pool's access and ID tokens; a field is zero
// if the token lacks its claim. Custom attributes are claims custom:<name> of
// ID tokens, always strings: embed Claims in a struct that has them.
//
// Source: https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-tokens-with-identity-providers.html.
type Claims struct {
	Issuer    string `json:"iss"`
	Subject   string `json:"sub"` // the user's UUID
	ExpiresAt int64  `json:"exp"` // seconds since 1970
	IssuedAt  int64  `json:"iat"`
	AuthTime  int64  `json:"auth_time,omitempty"`
	ID        string `json:"jti,omitempty"`

	// TokenUse is "access" or "id".
	TokenUse TokenUse `json:"token_use"`
	// ClientID is the app client of an access token, Audience that of an ID
	// token. An access token has an Audience only with resource binding.
	ClientID string       `json:"client_id,omitempty"`
	Audience core.Strings `json:"aud,omitempty"`
	// Scope is the access token's scopes, separated by spaces.
	Scope string `json:"scope,omitempty"`
	// Groups are the user's groups in the pool.
	Groups []string `json:"cognito:groups,omitempty"`
	// OriginID (origin_jti) is common to all tokens of one sign-in, and EventID
	// to those of one authentication.
	OriginID string `json:"origin_jti,omitempty"`
	EventID  string `json:"event_id,omitempty"`
	Version  int    `json:"version,omitempty"`
	// DeviceKey is the remembered device.
	DeviceKey string `json:"device_key,omitempty"`

	// AccessUsername is the user's name in an access token, IDUsername in an
	// ID token; Username returns either.
	AccessUsername string `json:"username,omitempty"`
	IDUsername     string `json:"cognito:username,omitempty"`

	// What follows is in ID tokens only. Roles are the ARNs of the groups' IAM
	// roles.
	Roles         []string `json:"cognito:roles,omitempty"`
	PreferredRole string   `json:"cognito:preferred_role,omitempty"`
	Nonce         string   `json:"nonce,omitempty"`
	Name          string   `json:"name,omitempty"`
	GivenName     string   `json:"given_name,omitempty"`
	FamilyName    string   `json:"family_name,omitempty"`
	Email         string   `json:"email,omitempty"`
	EmailVerified Bool     `json:"email_verified,omitempty"`
	PhoneNumber   string   `json:"phone_number,omitempty"`
	PhoneVerified Bool     `json:"phone_number_verified,omitempty"`
	// Identities are the external providers' accounts of the user.
	Identities []Identity `json:"identities,omitempty"`
}

// Identity is an account at an external provider, of the claim identities.
type Identity struct {
	UserID       string `json:"userId"`
	ProviderName string `json:"providerName"`
	ProviderType string `json:"providerType,omitempty"` // Google, SAML, OIDC, …
	Issuer       string `json:"issuer,omitempty"`
	// Primary is written as a string by Cognito.
	Primary Bool `json:"primary"`
	// DateCreated is in milliseconds since 1970, in a string.
	DateCreated string `json:"dateCreated,omitempty"`
}

// Username returns the user's name in the pool, "" of a machine.
func (c Claims) Username() string {
	if c.IDUsername != "" {
		return c.IDUsername
	}
	return c.AccessUsername
}

// Bool is a boolean that a token may write as a string: attributes that an
// external provider fills in arrive so.
type Bool bool

// UnmarshalJSON reads true, false, "true" and "false".
func (b *Bool) UnmarshalJSON(data []byte) error {
	switch string(data) {
	case "true", `"true"`:
		*b = true
	case "false", `"false"`, "null":
		*b = false
	default:
		return fmt.Errorf("cognito: %.16s is neither true nor false", data)
	}
	return nil
}
