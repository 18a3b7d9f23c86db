package vercel

import "github.com/revstackhq/auth-go/core"

// Claims are the claims of a deployment's token; a field is zero if the token
// lacks its claim.
//
// Source: https://vercel.com/docs/oidc/reference.
type Claims struct {
	Issuer string `json:"iss"`
	// Subject is owner:<team>:project:<name>:environment:<environment>. It
	// changes when the team or the project is renamed.
	Subject   string       `json:"sub"`
	Audience  core.Strings `json:"aud"`
	ExpiresAt int64        `json:"exp"` // seconds since 1970
	IssuedAt  int64        `json:"iat"`
	NotBefore int64        `json:"nbf,omitempty"`
	ID        string       `json:"jti,omitempty"` // if the exchange asked for one

	Scope       string `json:"scope,omitempty"` // as Subject
	Owner       string `json:"owner"`           // the team's slug
	OwnerID     string `json:"owner_id"`
	Project     string `json:"project"` // its name
	ProjectID   string `json:"project_id"`
	Environment string `json:"environment"` // production, preview, development, or a custom one
	// ExternalSubject is an external subject, if the project sets one.
	ExternalSubject string `json:"external_sub,omitempty"`
	// Plan is the team's plan; UserID the developer, in development.
	Plan   string `json:"plan,omitempty"`
	UserID string `json:"user_id,omitempty"`

	// Actor is the token that this one was exchanged for, to get an audience of
	// its own; nil if it was not.
	Actor *Actor `json:"act,omitempty"`
}

// Actor describes the token that was exchanged.
type Actor struct {
	Audience core.Strings `json:"aud"`
	IssuedAt int64        `json:"iat"`
}
