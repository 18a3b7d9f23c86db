package zitadel

import (
	"encoding/json"
	"maps"
	"slices"

	"github.com/revstackhq/auth-go/core"
)

// Claims are the claims of Zitadel's tokens; a field is zero if the token lacks
// its claim. Which ones there are depends on the scopes. Claims that an action
// adds are separate: embed Claims in your own struct.
//
// Source: https://zitadel.com/docs/apis/openidoauth/claims.
type Claims struct {
	Issuer string `json:"iss"`
	// Subject is the id of the user or machine user, a number in a string.
	Subject string `json:"sub"`
	// Audience are the client ids of the project, and the project's id.
	Audience  core.Strings `json:"aud"`
	ExpiresAt int64        `json:"exp"` // seconds since 1970
	IssuedAt  int64        `json:"iat"`
	NotBefore int64        `json:"nbf,omitempty"`
	AuthTime  int64        `json:"auth_time,omitempty"`
	ID        string       `json:"jti,omitempty"` // absent in ID tokens

	ClientID        string `json:"client_id,omitempty"`
	AuthorizedParty string `json:"azp,omitempty"` // in ID tokens

	// Roles are the granted roles of the project.
	Roles Roles `json:"urn:zitadel:iam:org:project:roles,omitempty"`

	// The organization that the user belongs to.
	OrganizationID     string `json:"urn:zitadel:iam:user:resourceowner:id,omitempty"`
	OrganizationName   string `json:"urn:zitadel:iam:user:resourceowner:name,omitempty"`
	OrganizationDomain string `json:"urn:zitadel:iam:user:resourceowner:primary_domain,omitempty"`
	// OrgID is the organization that was asked for with the scope
	// urn:zitadel:iam:org:id:<id>. The claim of the scope
	// urn:zitadel:iam:org:domain:primary:<domain> has the domain in its name.
	OrgID string `json:"urn:zitadel:iam:org:id,omitempty"`
	// Groups are the user's.
	Groups []Group `json:"groups,omitempty"`
	// Actor is who acts as the user (token exchange, RFC 8693 §4.1).
	Actor *Actor `json:"act,omitempty"`
	// Metadata are the user's, each value in base64.
	Metadata map[string]string `json:"urn:zitadel:iam:user:metadata,omitempty"`

	Email             string `json:"email,omitempty"`
	EmailVerified     bool   `json:"email_verified,omitempty"`
	Name              string `json:"name,omitempty"`
	PreferredUsername string `json:"preferred_username,omitempty"`
}

// Group is an entry of the claim groups.
type Group struct {
	ID   string `json:"value"`
	Name string `json:"display,omitempty"`
}

// Actor is the claim act.
type Actor struct {
	Issuer  string `json:"iss,omitempty"`
	Subject string `json:"sub"`
	Actor   *Actor `json:"act,omitempty"`
}

// Roles are the granted roles by name. Of each one it says in which
// organizations the user has it: organization id to primary domain.
type Roles map[string]map[string]string

// UnmarshalJSON reads an object, and an array of such objects, which Zitadel
// also writes.
func (r *Roles) UnmarshalJSON(data []byte) error {
	var list []map[string]map[string]string
	if len(data) == 0 || data[0] != '[' {
		var one map[string]map[string]string
		if err := json.Unmarshal(data, &one); err != nil {
			return err
		}
		list = append(list, one)
	} else if err := json.Unmarshal(data, &list); err != nil {
		return err
	}
	all := Roles{}
	for _, roles := range list {
		for role, organizations := range roles {
			if all[role] == nil {
				all[role] = map[string]string{}
			}
			maps.Copy(all[role], organizations)
		}
	}
	*r = all
	return nil
}

// In returns the roles that the user has in an organization, sorted. A session's
// Roles are those in any organization: where a project is granted to several,
// ask here.
func (r Roles) In(organizationID string) []string {
	var roles []string
	for role, organizations := range r {
		if _, granted := organizations[organizationID]; granted {
			roles = append(roles, role)
		}
	}
	slices.Sort(roles)
	return roles
}
