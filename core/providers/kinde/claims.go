package kinde

import (
	"encoding/json"

	"github.com/revstackhq/auth-go/core"
)

// Claims are the claims of Kinde's access tokens; a field is zero if the token
// lacks its claim. Properties that you put into the token are separate: embed
// Claims in your own struct.
//
// Source: https://docs.kinde.com/build/tokens/about-access-tokens/.
type Claims struct {
	Issuer string `json:"iss"`
	// Subject is the user's id, kp_…; machine tokens have none.
	Subject string `json:"sub,omitempty"`
	// Audience is empty if the application asked for no API.
	Audience  core.Strings `json:"aud"`
	ExpiresAt int64        `json:"exp"` // seconds since 1970
	IssuedAt  int64        `json:"iat"`
	ID        string       `json:"jti,omitempty"`

	// AuthorizedParty is the application that obtained the token.
	AuthorizedParty string `json:"azp"`
	// GrantTypes is ["client_credentials"] in machine tokens.
	GrantTypes core.Strings `json:"gty,omitempty"`
	// Scopes are the granted ones; newer machine tokens have Scope too, the
	// same separated by spaces, and Version "2".
	Scopes  core.Strings `json:"scp,omitempty"`
	Scope   string       `json:"scope,omitempty"`
	Version string       `json:"v,omitempty"`

	// OrganizationCode is the organization signed in to, org_….
	OrganizationCode string `json:"org_code,omitempty"`
	OrganizationName string `json:"org_name,omitempty"`
	// Permissions are the person's in that organization.
	Permissions []string `json:"permissions,omitempty"`
	// Roles are in the token if that is switched on.
	Roles []Role `json:"roles,omitempty"`
	// FeatureFlags are the flags by their names.
	FeatureFlags map[string]Flag `json:"feature_flags,omitempty"`
	Email        string          `json:"email,omitempty"`

	// HasTrial says that the plan's trial runs, until TrialExpiresOn (ISO 8601).
	HasTrial       bool   `json:"has_trial_period,omitempty"`
	TrialExpiresOn string `json:"trial_expires_on,omitempty"`
}

// Role is a role of the person in the organization.
type Role struct {
	ID   string `json:"id,omitempty"`
	Key  string `json:"key"`
	Name string `json:"name,omitempty"`
}

// UnmarshalJSON also reads a plain string, as the key.
func (r *Role) UnmarshalJSON(data []byte) error {
	if len(data) > 0 && data[0] == '"' {
		*r = Role{}
		return json.Unmarshal(data, &r.Key)
	}
	type plain Role
	return json.Unmarshal(data, (*plain)(r))
}

// Flag is a feature flag.
type Flag struct {
	// Type is "b" for a boolean, "i" for an integer, "s" for a string.
	Type string `json:"t"`
	// Value is a bool, float64 or string accordingly.
	Value any `json:"v"`
}

// Enabled reports whether the boolean flag of that name is on.
func (c Claims) Enabled(flag string) bool {
	on, isBool := c.FeatureFlags[flag].Value.(bool)
	return isBool && on
}
