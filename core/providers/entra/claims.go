package entra

import "github.com/revstackhq/auth-go/core"

// Claims are the claims of Entra's access tokens, of version 1.0 and 2.0; a
// field is zero if the token lacks its claim. For optional and mapped claims,
// embed Claims in your own struct.
//
// Source: https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference.
type Claims struct {
	Issuer string `json:"iss"`
	// Subject is a pairwise id: another application sees another one.
	Subject   string       `json:"sub"`
	Audience  core.Strings `json:"aud"`
	ExpiresAt int64        `json:"exp"` // seconds since 1970
	IssuedAt  int64        `json:"iat"`
	NotBefore int64        `json:"nbf,omitempty"`
	AuthTime  int64        `json:"auth_time,omitempty"` // optional claim

	// ObjectID is the unchanging id of the person or service principal in the
	// tenant, TenantID the tenant's: together they identify a person.
	ObjectID string `json:"oid"`
	TenantID string `json:"tid"`
	// Version is "1.0" or "2.0".
	Version string `json:"ver"`

	// Scopes are the delegated permissions, separated by spaces; only tokens
	// for people have them.
	Scopes string `json:"scp,omitempty"`
	// Roles are the person's app roles, or the application's permissions.
	Roles core.Strings `json:"roles,omitempty"`
	// IdentityType is the optional claim idtyp: "app" or "user".
	IdentityType string `json:"idtyp,omitempty"`

	// Version 2.0 has AuthorizedParty and its authentication (0 none, 1 secret,
	// 2 certificate), version 1.0 has AppID and AppIDAuth. See Client.
	AuthorizedParty     string `json:"azp,omitempty"`
	AuthorizedPartyAuth string `json:"azpacr,omitempty"`
	AppID               string `json:"appid,omitempty"`
	AppIDAuth           string `json:"appidacr,omitempty"`

	// Groups are object ids. Above 200 they are left out, and HasGroups or
	// ClaimNames says so: ask Microsoft Graph then.
	Groups     []string          `json:"groups,omitempty"`
	HasGroups  bool              `json:"hasgroups,omitempty"`
	ClaimNames map[string]string `json:"_claim_names,omitempty"`
	// ClaimSources say where the claims of ClaimNames are; the endpoint of groups
	// may be Azure AD Graph's, which is retired: ask Microsoft Graph for
	// getMemberObjects.
	ClaimSources map[string]ClaimSource `json:"_claim_sources,omitempty"`
	// DirectoryRoles are the template ids of the person's tenant-wide roles.
	DirectoryRoles []string `json:"wids,omitempty"`

	// AuthContexts are the authentication contexts that were fulfilled.
	AuthContexts []string `json:"acrs,omitempty"`
	// ACR ("0" or "1") and AMR are in version 1.0.
	ACR string   `json:"acr,omitempty"`
	AMR []string `json:"amr,omitempty"`
	// Capabilities are the client's, such as "cp1" for claims challenges.
	Capabilities core.Strings `json:"xms_cc,omitempty"`

	// SessionID is the optional claim sid.
	SessionID string `json:"sid,omitempty"`
	// AccountStatus (acct) is 0 for a member of the tenant, 1 for a guest.
	AccountStatus *int `json:"acct,omitempty"`
	// DeviceID and IPAddress are where the person signed in.
	DeviceID  string `json:"deviceid,omitempty"`
	IPAddress string `json:"ipaddr,omitempty"`
	// TokenID (uti) names the token as jti does elsewhere.
	TokenID string `json:"uti,omitempty"`

	// What follows is for showing, never for deciding: it can change and be
	// used by another person later.
	Name              string `json:"name,omitempty"`
	PreferredUsername string `json:"preferred_username,omitempty"` // 2.0
	UPN               string `json:"upn,omitempty"`                // 1.0
	UniqueName        string `json:"unique_name,omitempty"`        // 1.0
	Email             string `json:"email,omitempty"`
	GivenName         string `json:"given_name,omitempty"`
	FamilyName        string `json:"family_name,omitempty"`
}

// ClaimSource is where a claim is that did not fit (OpenID Connect Core §5.6.2).
type ClaimSource struct {
	Endpoint    string `json:"endpoint,omitempty"`
	AccessToken string `json:"access_token,omitempty"`
	JWT         string `json:"JWT,omitempty"`
}

// Client returns the application that obtained the token, in tokens of both
// versions.
func (c Claims) Client() string {
	if c.AuthorizedParty != "" {
		return c.AuthorizedParty
	}
	return c.AppID
}

// GroupsLeftOut reports whether the person has more groups than fit into the
// token, so that Groups says nothing.
func (c Claims) GroupsLeftOut() bool {
	_, elsewhere := c.ClaimNames["groups"]
	return elsewhere || c.HasGroups
}
