package keycloak

import (
	"slices"

	"github.com/revstackhq/auth-go/core"
)

// Claims are the claims of Keycloak's access tokens; a field is zero if the
// token lacks its claim. For claims of your own mappers, embed Claims in your
// own struct.
//
// Source: https://www.keycloak.org/docs/latest/server_admin/.
type Claims struct {
	Issuer string `json:"iss"`
	// Subject is the person's id. Since Keycloak 25 the client scope "basic"
	// brings it; lightweight tokens and imported realms may lack it.
	Subject   string       `json:"sub,omitempty"`
	Audience  core.Strings `json:"aud,omitempty"`
	ExpiresAt int64        `json:"exp"` // seconds since 1970
	IssuedAt  int64        `json:"iat"`
	NotBefore int64        `json:"nbf,omitempty"`
	AuthTime  int64        `json:"auth_time,omitempty"`
	ID        string       `json:"jti,omitempty"`

	// Type is "Bearer" for an access token; the header's typ is another thing.
	Type string `json:"typ"`
	// AuthorizedParty is the client that obtained the token.
	AuthorizedParty string `json:"azp,omitempty"`
	Scope           string `json:"scope,omitempty"`
	// SessionID is the sign-in; SessionState is its name in older versions.
	SessionID    string `json:"sid,omitempty"`
	SessionState string `json:"session_state,omitempty"`
	ACR          string `json:"acr,omitempty"`
	// AMR says how the person signed in, if the authenticators have references.
	AMR []string `json:"amr,omitempty"`

	// ClientID, ClientHost and ClientAddress are in tokens of service accounts.
	ClientID      string `json:"client_id,omitempty"`
	ClientHost    string `json:"clientHost,omitempty"`
	ClientAddress string `json:"clientAddress,omitempty"`

	// RealmAccess holds the roles of the realm, ResourceAccess those of each
	// client by its client id.
	RealmAccess    Access            `json:"realm_access,omitzero"`
	ResourceAccess map[string]Access `json:"resource_access,omitempty"`
	// AllowedOrigins are the web origins of the client.
	AllowedOrigins []string `json:"allowed-origins,omitempty"`
	// Groups are there if a group membership mapper is.
	Groups []string `json:"groups,omitempty"`
	// Organizations are the person's organizations by alias (client scope
	// organization).
	Organizations Organizations `json:"organization,omitempty"`
	// Authorization is in requesting party tokens of Authorization Services.
	Authorization *Authorization `json:"authorization,omitempty"`

	PreferredUsername string `json:"preferred_username,omitempty"`
	Name              string `json:"name,omitempty"`
	GivenName         string `json:"given_name,omitempty"`
	FamilyName        string `json:"family_name,omitempty"`
	Email             string `json:"email,omitempty"`
	EmailVerified     bool   `json:"email_verified,omitempty"`
}

// Access is a list of roles.
type Access struct {
	Roles []string `json:"roles,omitempty"`
}

// Authorization is the claim authorization.
type Authorization struct {
	Permissions []Permission `json:"permissions,omitempty"`
}

// Permission is what a requesting party token grants on one resource.
type Permission struct {
	ResourceID   string   `json:"rsid,omitempty"`
	ResourceName string   `json:"rsname,omitempty"`
	Scopes       []string `json:"scopes,omitempty"`
}

// HasClientRole reports whether the token grants a role of one client, which
// keeps roles of the same name apart.
func (c Claims) HasClientRole(client, role string) bool {
	return slices.Contains(c.ResourceAccess[client].Roles, role)
}
