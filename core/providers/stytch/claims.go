package stytch

import "github.com/revstackhq/auth-go/core"

// Claims are the claims of Stytch's tokens; a field is zero if the token lacks
// its claim. Custom claims are separate: embed Claims in your own struct.
//
// Source: https://stytch.com/docs and github.com/stytchauth/stytch-go.
type Claims struct {
	Issuer string `json:"iss"`
	// Subject is user-…, member-… or m2m-client-….
	Subject   string       `json:"sub"`
	Audience  core.Strings `json:"aud"` // the project's id
	ExpiresAt int64        `json:"exp"` // seconds since 1970
	IssuedAt  int64        `json:"iat"`
	NotBefore int64        `json:"nbf,omitempty"`

	// Session is nil in tokens of M2M clients, Organization outside B2B.
	Session      *Session      `json:"https://stytch.com/session,omitempty"`
	Organization *Organization `json:"https://stytch.com/organization,omitempty"`
	// Scope is an M2M client's, separated by spaces.
	Scope string `json:"scope,omitempty"`
}

// Session is the session that a JWT was made for. Times are RFC 3339.
type Session struct {
	ID                    string         `json:"id"`
	StartedAt             string         `json:"started_at"`
	LastAccessedAt        string         `json:"last_accessed_at"`
	ExpiresAt             string         `json:"expires_at"`
	Attributes            map[string]any `json:"attributes,omitempty"`
	AuthenticationFactors []Factor       `json:"authentication_factors"`
	Roles                 []string       `json:"roles,omitempty"`
}

// Factor is a way that the person proved who they are.
type Factor struct {
	Type                string `json:"type"`
	DeliveryMethod      string `json:"delivery_method"`
	LastAuthenticatedAt string `json:"last_authenticated_at"`
}

// Organization is the organization that a member is signed in to.
type Organization struct {
	ID   string `json:"organization_id"`
	Slug string `json:"slug"`
}
