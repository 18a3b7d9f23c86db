package clerk

import (
	"slices"
	"strings"
)

// Claims are the claims of Clerk's tokens, of version 1 and 2 and of every
// kind; a field is zero if the token lacks its claim. For custom claims, embed
// Claims in your own struct.
//
// Decoding does not judge. For roles and permissions ask the session, which
// reads both versions: core.Session.Organization, Permissions and HasRole.
//
// Source: https://clerk.com/docs/guides/sessions/session-tokens.
type Claims struct {
	Issuer    string `json:"iss"`
	Subject   string `json:"sub"` // user_… or, of a machine, mch_…
	ExpiresAt int64  `json:"exp"` // seconds since 1970
	IssuedAt  int64  `json:"iat"`
	NotBefore int64  `json:"nbf,omitempty"`
	ID        string `json:"jti,omitempty"`

	// SessionID is the sign-in, sess_…; each session of a multi-session
	// application has its own.
	SessionID string `json:"sid,omitempty"`
	// AuthorizedParty is the origin the token was minted for.
	AuthorizedParty string `json:"azp,omitempty"`
	// Version is 2 for tokens of API version 2025-04-10 and later, else 0.
	Version int `json:"v,omitempty"`
	// Status is "active" or "pending" (version 2).
	Status string `json:"sts,omitempty"`
	// FactorAges are minutes since the first and the second factor were
	// verified, -1 for never; nil if the token does not say.
	FactorAges []int `json:"fva,omitempty"`
	// Actor is who impersonates the user.
	Actor *Actor `json:"act,omitempty"`

	// Active is the active organization of a version 2 token.
	Active *ActiveOrganization `json:"o,omitempty"`
	// Features is the comma list "<scope>:<feature>", Plan "<scope>:<plan>",
	// where the scope is u (user), o (organization) or both (version 2).
	Features string `json:"fea,omitempty"`
	Plan     string `json:"pla,omitempty"`

	// What follows is the active organization of a version 1 token. OrgID is in
	// OAuth tokens too.
	OrgID          string   `json:"org_id,omitempty"`
	OrgSlug        string   `json:"org_slug,omitempty"`
	OrgRole        string   `json:"org_role,omitempty"`
	OrgPermissions []string `json:"org_permissions,omitempty"`

	// ClientID and Scope are in OAuth access tokens, Scopes in machine tokens.
	ClientID string `json:"client_id,omitempty"`
	Scope    string `json:"scope,omitempty"`
	Scopes   string `json:"scopes,omitempty"`

	// Metadata is the custom claim "metadata": {{user.public_metadata}} that
	// Clerk's guides suggest; an instance has it only if it was configured.
	Metadata map[string]any `json:"metadata,omitempty"`
	// CustomOrganizationID is a custom claim "organization_id", which the
	// TypeScript package's guide assumes. Use OrganizationID.
	CustomOrganizationID string `json:"organization_id,omitempty"`
}

// ActiveOrganization is the claim o of a version 2 token, as it is there:
// packed. Session.Permissions unpacks it.
type ActiveOrganization struct {
	ID                    string `json:"id"`
	Slug                  string `json:"slg,omitempty"`
	Role                  string `json:"rol,omitempty"` // without "org:"
	Permissions           string `json:"per,omitempty"`
	FeaturePermissionBits string `json:"fpm,omitempty"`
}

// Actor is the claim act: who acts as the user.
type Actor struct {
	Issuer    string `json:"iss,omitempty"`
	SessionID string `json:"sid,omitempty"`
	Subject   string `json:"sub"`
	Type      string `json:"type,omitempty"`
}

// OrganizationID returns the active organization's id in tokens of every
// version, "" if none is active.
func (c Claims) OrganizationID() string {
	switch {
	case c.Active != nil && c.Active.ID != "":
		return c.Active.ID
	case c.OrgID != "":
		return c.OrgID
	default:
		return c.CustomOrganizationID
	}
}

// HasFeature reports whether the user or the active organization has the
// feature. A scope before it ("org:", "o:", "organization:", "user:", "u:")
// asks for that one alone; another scope never matches.
func (c Claims) HasFeature(feature string) bool { return inScoped(c.Features, feature) }

// HasPlan reports whether the user or the active organization is on the plan;
// it takes a scope as HasFeature does.
func (c Claims) HasPlan(plan string) bool { return inScoped(c.Plan, plan) }

// inScoped looks for want in a list of "<scopes>:<name>".
func inScoped(list, want string) bool {
	scope, name, scoped := strings.Cut(want, ":")
	if !scoped {
		scope, name = "uo", want
	}
	switch scope {
	case "org", "organization":
		scope = "o"
	case "user":
		scope = "u"
	case "o", "u":
	default:
		if scoped {
			return false
		}
	}
	if name == "" {
		return false
	}
	return slices.ContainsFunc(strings.Split(list, ","), func(entry string) bool {
		have, entryName, _ := strings.Cut(strings.TrimSpace(entry), ":")
		return entryName == name && slices.Contains([]string{"o", "u", "uo", "ou"}, have) && strings.ContainsAny(have, scope)
	})
}
