package spiffe

import "github.com/revstackhq/auth-go/core"

// Claims are the claims of a JWT-SVID; a field is zero if the token lacks its
// claim.
//
// Source: https://github.com/spiffe/spiffe/blob/main/standards/JWT-SVID.md.
type Claims struct {
	// Subject is the workload's SPIFFE ID, spiffe://<trust domain>/<path>.
	Subject   string       `json:"sub"`
	Audience  core.Strings `json:"aud"`
	ExpiresAt int64        `json:"exp"` // seconds since 1970
	IssuedAt  int64        `json:"iat,omitempty"`
	Issuer    string       `json:"iss,omitempty"`
	ID        string       `json:"jti,omitempty"`
}
