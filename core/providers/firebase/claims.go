package firebase

// Claims are the claims of Firebase's ID tokens and session cookies; a field is
// zero if the token lacks its claim. For custom claims, embed Claims in your
// own struct.
//
// Source: https://firebase.google.com/docs/auth/admin/verify-id-tokens.
type Claims struct {
	Issuer    string `json:"iss"`
	Subject   string `json:"sub"`     // the user's uid
	UserID    string `json:"user_id"` // the same
	Audience  string `json:"aud"`     // the project id
	ExpiresAt int64  `json:"exp"`     // seconds since 1970
	IssuedAt  int64  `json:"iat"`
	AuthTime  int64  `json:"auth_time"`

	Name          string `json:"name,omitempty"`
	Picture       string `json:"picture,omitempty"`
	Email         string `json:"email,omitempty"`
	EmailVerified bool   `json:"email_verified,omitempty"`
	PhoneNumber   string `json:"phone_number,omitempty"`
	// ProviderID is "anonymous" for anonymous users, else "".
	ProviderID string `json:"provider_id,omitempty"`
	// Firebase says how the user signed in.
	Firebase SignIn `json:"firebase"`
}

// SignIn is the claim firebase.
type SignIn struct {
	// Provider is "password", "google.com", "phone", "anonymous", "custom", …
	Provider string `json:"sign_in_provider"`
	// Identities are the user's identifiers by provider, mostly arrays of
	// strings.
	Identities map[string]any `json:"identities,omitempty"`
	// Attributes are what the SAML or OpenID Connect provider said of the user,
	// strings or arrays of strings by the provider's own names.
	Attributes map[string]any `json:"sign_in_attributes,omitempty"`
	// Tenant is the Identity Platform tenant, "" if the project has none.
	Tenant string `json:"tenant,omitempty"`
	// SecondFactor is "phone" or "totp" if there was one; SecondFactorID is the
	// enrolled factor.
	SecondFactor   string `json:"sign_in_second_factor,omitempty"`
	SecondFactorID string `json:"second_factor_identifier,omitempty"`
}
