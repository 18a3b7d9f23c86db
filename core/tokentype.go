package core

import (
	"slices"
	"strings"

	"github.com/revstackhq/auth-go/core/internal/jose"
)

// checkType compares typ as media types are (RFC 8725 §3.11, RFC 7515 §4.1.9).
func (c *contract) checkType(typ string) *Error {
	if len(c.rules.TokenTypes) == 0 {
		if foreignType(typ) {
			return refuseClaim(
				CodeClaimMismatch,
				"typ",
				"typ "+quoted(typ)+" is not a session's or an access token's; TokenTypes accepts it",
			)
		}
		return nil
	}
	for _, want := range c.rules.TokenTypes {
		if sameType(typ, want) {
			return nil
		}
	}
	return refuseClaim(
		CodeClaimMismatch,
		"typ",
		"typ is "+quoted(typ)+", expected "+strings.Join(c.rules.TokenTypes, " or "),
	)
}

// checkEvents refuses security event tokens (RFC 8417 §2.2) and logout tokens
// (OpenID Connect Back-Channel Logout 1.0 §2.4): they have the user's sub and
// may lack a typ of their own.
func (c *contract) checkEvents(claims jose.Object) *Error {
	_, ok := claims.Lookup("events")
	named := func(typ string) bool { return sameType(typ, "logout+jwt") || sameType(typ, "secevent+jwt") }
	if !ok || slices.ContainsFunc(c.rules.TokenTypes, named) {
		return nil
	}
	return refuseClaim(
		CodeClaimMismatch,
		"events",
		"events marks a logout or security event token; TokenTypes accepts logout+jwt and secevent+jwt",
	)
}

// foreignType reports whether typ marks a token that an issuer may sign with the
// same keys as its sessions, and that proves no sign-in.
func foreignType(typ string) bool {
	typ, _, _ = strings.Cut(typ, ";") // a media type's parameters
	typ = strings.TrimSpace(typ)
	return slices.ContainsFunc(foreignTypes(), func(foreign string) bool { return sameType(typ, foreign) })
}

func foreignTypes() []string {
	return []string{
		"logout+jwt",              // OpenID Connect Back-Channel Logout 1.0 §2.4
		"secevent+jwt",            // RFC 8417 §2.3
		"dpop+jwt",                // RFC 9449 §4.2
		"oauth-authz-req+jwt",     // RFC 9101 §10.8
		"token-introspection+jwt", // RFC 9701 §5
		// draft-parecki-oauth-global-token-revocation: Okta's request to sign a user out
		"global-token-revocation+jwt",
		"oauth-id-jag+jwt", // draft-ietf-oauth-identity-assertion-authz-grant: for another authorization server

		// What issuers publish for everyone to read.
		"statuslist+jwt",       // draft-ietf-oauth-status-list §5.1
		"entity-statement+jwt", // OpenID Federation 1.0 §3.1
		"trust-mark+jwt",       // OpenID Federation 1.0 §7
	}
}

func sameType(a, b string) bool { return strings.EqualFold(bareType(a), bareType(b)) }
