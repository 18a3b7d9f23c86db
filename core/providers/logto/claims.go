package logto

import (
	"strings"

	"github.com/revstackhq/auth-go/core"
)

// Claims are the claims of Logto's access tokens; a field is zero if the token
// lacks its claim. Custom token claims are separate: embed Claims in a struct
// of yours.
//
// Source: https://docs.logto.io/authorization/validate-access-tokens.
type Claims struct {
	Issuer string `json:"iss"`
	// Subject is the user's id, or the application's in machine tokens.
	Subject string `json:"sub"`
	// Audience is the API resource, or urn:logto:organization:<id>.
	Audience  core.Strings `json:"aud"`
	ExpiresAt int64        `json:"exp"` // seconds since 1970
	IssuedAt  int64        `json:"iat"`
	ID        string       `json:"jti,omitempty"`
	// ClientID is the application that obtained the token.
	ClientID string `json:"client_id"`
	Scope    string `json:"scope,omitempty"`
	// OrganizationID is in tokens for an API resource of an organization. See
	// Organization.
	OrganizationID string `json:"organization_id,omitempty"`
}

// Organization returns the organization's id in tokens of both forms, "" if
// there is none.
func (c Claims) Organization() string {
	if c.OrganizationID != "" {
		return c.OrganizationID
	}
	for _, aud := range c.Audience {
		if id, ok := strings.CutPrefix(aud, organizationAudience); ok {
			return id
		}
	}
	return ""
}
