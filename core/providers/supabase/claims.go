package supabase

import (
	"encoding/json"

	"github.com/revstackhq/auth-go/core"
)

// Claims are the claims of Supabase's access tokens; a field is zero if the
// token lacks its claim. For claims that an access token hook adds, embed
// Claims in your own struct.
//
// Source: https://supabase.com/docs/guides/auth/jwt-fields.
type Claims struct {
	Issuer    string       `json:"iss"`
	Subject   string       `json:"sub"` // the user's UUID
	Audience  core.Strings `json:"aud"` // "authenticated", a string or an array
	ExpiresAt int64        `json:"exp"` // seconds since 1970
	IssuedAt  int64        `json:"iat"`
	NotBefore int64        `json:"nbf,omitempty"`
	ID        string       `json:"jti,omitempty"`

	// Role is the Postgres role: "authenticated", or one of your own.
	Role string `json:"role"`
	// SessionID is the sign-in's UUID.
	SessionID string `json:"session_id,omitempty"`
	// AAL is "aal1", or "aal2" after a second factor. AMR says how the user
	// signed in.
	AAL string   `json:"aal,omitempty"`
	AMR []Method `json:"amr,omitempty"`
	// IsAnonymous is true of a user who never gave a credential.
	IsAnonymous bool `json:"is_anonymous,omitempty"`

	Email string `json:"email,omitempty"`
	Phone string `json:"phone,omitempty"`
	// AppMetadata is written by your server and by Supabase.
	AppMetadata map[string]any `json:"app_metadata,omitempty"`
	// UserMetadata is written by the user: never authorize by it.
	UserMetadata map[string]any `json:"user_metadata,omitempty"`

	// ClientID and Scope are in tokens of Supabase's OAuth server.
	ClientID string `json:"client_id,omitempty"`
	Scope    string `json:"scope,omitempty"`
}

// Method is one way in which the user proved who they are.
type Method struct {
	// Method is "password", "otp", "oauth", "totp", "anonymous",
	// "oauth_provider/authorization_code" (Supabase's own OAuth server), …
	Method string `json:"method"`
	// Timestamp is when, in seconds since 1970; 0 where an access token hook
	// reduced the entry to its name.
	Timestamp int64 `json:"timestamp,omitempty"`
	// Provider is there for some methods, such as sso/saml.
	Provider string `json:"provider,omitempty"`
}

// UnmarshalJSON reads an object, or a string with the method's name.
func (m *Method) UnmarshalJSON(data []byte) error {
	*m = Method{}
	if len(data) > 0 && data[0] == '"' {
		return json.Unmarshal(data, &m.Method)
	}
	type plain Method
	return json.Unmarshal(data, (*plain)(m))
}
