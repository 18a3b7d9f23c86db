// Package zitadel is the preset for Zitadel (https://zitadel.com).
//
//	contract, err := zitadel.NewContract(zitadel.Config{Domain: "your-instance.zitadel.cloud", Audience: []string{"318402957716470000"}})
//
// It accepts access tokens in JWT form. They are opaque until the application's
// token settings say JWT.
package zitadel

import (
	"strings"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/providers/internal/preset"
)

// Config says which instance to trust. Domain and Audience are required.
type Config struct {
	// Domain is the instance's domain, your-instance.zitadel.cloud or your own,
	// with the port if it is not 443.
	Domain string `json:"domain"`
	// Audience is the project's id (in the tokens of all applications of the
	// project) or a client id of it. Another project's application asks for
	// yours with the scope urn:zitadel:iam:org:project:id:<id>:aud.
	Audience core.Strings `json:"audience"`
	// ClientIDs are the applications (client_id) whose tokens are accepted;
	// any with the audience if empty.
	ClientIDs []string `json:"clientIds,omitempty"`
	// ProjectID reads the roles from urn:zitadel:iam:org:project:<id>:roles
	// alone, for tokens that carry the roles of several projects. Without it
	// they are those of urn:zitadel:iam:org:project:roles.
	ProjectID string `json:"projectId,omitempty"`
	// Organizations restricts access to users of these organizations (ids,
	// urn:zitadel:iam:user:resourceowner:id). Ask for the scope
	// urn:zitadel:iam:user:resourceowner at sign-in.
	Organizations []string `json:"organizations,omitempty"`
	// AllowMachines accepts tokens of machine users, kind machine: those of the
	// client credentials grant and of the JWT profile.
	AllowMachines bool `json:"allowMachines,omitempty"`
	// AllowIDTokens accepts ID tokens too, kind id.
	AllowIDTokens bool `json:"allowIdTokens,omitempty"`
	// Algorithms are RS256 by default; web keys of other types need theirs.
	Algorithms []string `json:"algorithms,omitempty"`
	// Leeway is 30 s by default.
	Leeway time.Duration `json:"-"`
}

const (
	claimRoles   = "urn:zitadel:iam:org:project:roles"
	claimOrgID   = "urn:zitadel:iam:user:resourceowner:id"
	claimOrgName = "urn:zitadel:iam:user:resourceowner:name"
	claimDomain  = "urn:zitadel:iam:user:resourceowner:primary_domain"
)

// NewContract returns the contract, or every mistake in cfg at once as
// [*core.ConfigError]. It does no I/O.
func NewContract(cfg Config) (*core.Contract, error) {
	var f preset.Faults
	f.Required("Domain", cfg.Domain, "copy the instance's domain, such as your-instance.zitadel.cloud")
	issuer := f.BaseURL("Domain", cfg.Domain)
	if _, host, _ := strings.Cut(issuer, "://"); strings.Contains(host, "/") {
		f.Add("Domain", cfg.Domain, "must be a domain alone, without a path")
	}
	if len(cfg.Audience) == 0 {
		f.Missing("Audience", "is required: copy the project's id, or the client id of the application")
	}
	rules := core.Rules{
		Provider: "zitadel", Issuer: issuer, JWKSURL: issuer + "/oauth/v2/keys", Algorithms: cfg.Algorithms,
		Audiences: f.Values("Audience", cfg.Audience), TokenTypes: []string{"", "JWT", "at+jwt"},
		ClaimRules: cfg.rules(&f), Leeway: cfg.Leeway, Session: cfg.mapping(&f),
	}
	return f.Contract(rules, map[string]string{
		"Issuer":        "Domain",
		"JWKSURL":       "Domain",
		"Audiences":     "Audience",
		"session.roles": "ProjectID",
	})
}

func (c *Config) rules(f *preset.Faults) []core.ClaimRule {
	var rules []core.ClaimRule
	if len(c.ClientIDs) > 0 {
		rules = append(rules, core.ClaimRule{
			Claim: "client_id", OneOf: f.Values("ClientIDs", c.ClientIDs), Code: core.CodePartyMismatch,
			Reason: "the application that obtained the token",
		})
	}
	if !c.AllowIDTokens {
		rules = append(rules, core.ClaimRule{
			Claim: "jti", Format: "nonEmpty",
			Reason: "an access token has an id, an ID token has none; both have the same audience",
		})
	}
	if !c.AllowMachines {
		person := isPerson()
		person.Reason = "the token is a machine user's; AllowMachines accepts those"
		if c.AllowIDTokens {
			person.When = []core.ClaimRule{{Claim: "jti", Format: "nonEmpty"}}
		}
		rules = append(rules, person)
	}
	if len(c.Organizations) > 0 {
		rules = append(rules, core.ClaimRule{
			Claim:  claimOrgID,
			OneOf:  f.Values("Organizations", c.Organizations),
			Reason: "the organization that the user belongs to",
		})
	}
	return rules
}

// isPerson recognizes people's access tokens: their application is among the
// audiences. A machine user's client id is its own name or id, which never is.
func isPerson() core.ClaimRule { return core.ClaimRule{Claim: "aud", SameAs: "client_id"} }

func (c *Config) mapping(f *preset.Faults) core.Mapping {
	m := core.Mapping{
		OrganizationID:   preset.Refs(claimOrgID),
		OrganizationName: preset.Refs(claimOrgName),
		OrganizationSlug: preset.Refs(claimDomain),
		Roles:            []core.ClaimRef{{Path: claimRoles, Keys: true}},
		ClientID:         preset.Refs("client_id", "azp"),
		Kind:             core.KindMachine,
	}
	if c.AllowIDTokens {
		m.Kinds = []core.KindRule{{Kind: core.KindID, When: []core.ClaimRule{{Claim: "jti", Absent: true}}}}
	}
	m.Kinds = append(m.Kinds, core.KindRule{Kind: core.KindAccess, When: []core.ClaimRule{isPerson()}})
	if c.ProjectID != "" {
		if strings.Trim(c.ProjectID, "0123456789") != "" {
			f.Add("ProjectID", c.ProjectID, "is not a project's id: copy the number from the project's page")
		}
		m.Roles = []core.ClaimRef{{Path: "urn:zitadel:iam:org:project:" + c.ProjectID + ":roles", Keys: true}}
	}
	return m
}
