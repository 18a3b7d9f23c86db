// Package stytch is the preset for Stytch (https://stytch.com).
//
//	contract, err := stytch.NewContract(stytch.Config{ProjectID: os.Getenv("STYTCH_PROJECT_ID"), Kind: "b2b"})
//
// It accepts session JWTs of Consumer or B2B projects, or access tokens of M2M
// clients. A session JWT lives five minutes and does not see revocation.
package stytch

import (
	"strings"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/providers/internal/preset"
)

// The values of [Config.Kind].
const (
	KindConsumer = "consumer" // session JWTs of a Consumer project: users
	KindB2B      = "b2b"      // session JWTs of a B2B project: members of organizations
	KindM2M      = "m2m"      // access tokens of M2M clients: no person
)

// Config says which project to trust. ProjectID is required.
type Config struct {
	// ProjectID is the project's id, project-live-… or project-test-….
	ProjectID string `json:"projectId"`
	// Kind is consumer, b2b or m2m; consumer by default.
	Kind string `json:"kind,omitempty"`
	// CustomDomain is the project's custom domain, login.example.com. Tokens may
	// name it as their issuer.
	CustomDomain string `json:"customDomain,omitempty"`
	// Organizations restricts access to members of these organizations
	// (organization-live-…), in Kind b2b.
	Organizations []string `json:"organizations,omitempty"`
	// JWKSURL replaces Stytch's own URL of the project's keys.
	JWKSURL string `json:"jwksUri,omitempty"`
	// Leeway is 30 s by default.
	Leeway time.Duration `json:"-"`
	// MaxAge bounds the time since iat. Session JWTs live five minutes anyway.
	MaxAge time.Duration `json:"-"`
}

// The namespaced claims as JSON Pointers.
const (
	claimSession      = "/https:~1~1stytch.com~1session"
	claimOrganization = "/https:~1~1stytch.com~1organization"
)

// NewContract returns the contract, or every mistake in cfg at once as
// [*core.ConfigError]. It does no I/O.
func NewContract(cfg Config) (*core.Contract, error) {
	var f preset.Faults
	f.Required("ProjectID", cfg.ProjectID, "copy project-live-… from the project's overview")
	wellFormed := strings.HasPrefix(cfg.ProjectID, "project-live-") || strings.HasPrefix(cfg.ProjectID, "project-test-")
	if cfg.ProjectID != "" && (!wellFormed || strings.ContainsAny(cfg.ProjectID, "/?#% ")) {
		f.Add(
			"ProjectID",
			cfg.ProjectID,
			"is not a project's id: copy project-live-… or project-test-… from the project's overview",
		)
	}
	if cfg.Kind == "" {
		cfg.Kind = KindConsumer
	}
	rules := core.Rules{
		Provider:   "stytch",
		Issuer:     "stytch.com/" + cfg.ProjectID,
		JWKSURL:    cfg.keys(),
		Algorithms: []string{"RS256"},
		Audiences:  []string{cfg.ProjectID},
		TokenTypes: []string{"", "JWT"},
		ClaimRules: cfg.rules(&f),
		Leeway:     cfg.Leeway,
		MaxAge:     cfg.MaxAge,
		Session:    cfg.mapping(),
	}
	fields := map[string]string{"Issuer": "ProjectID", "Audiences": "ProjectID"}
	if cfg.CustomDomain != "" {
		rules.Issuers = []string{f.BaseURL("CustomDomain", cfg.CustomDomain)}
		fields["Issuer"] = "CustomDomain" // stytch.com/<id> is no URL, so that core finds fault with this one alone
	}
	return f.Contract(rules, fields)
}

// keys are the project's. M2M tokens are signed with the keys of the sessions.
func (c *Config) keys() string {
	if c.JWKSURL != "" {
		return c.JWKSURL
	}
	host := "https://api.stytch.com"
	if strings.HasPrefix(c.ProjectID, "project-test-") {
		host = "https://test.stytch.com"
	}
	if c.Kind == KindB2B {
		return host + "/v1/b2b/sessions/jwks/" + c.ProjectID
	}
	return host + "/v1/sessions/jwks/" + c.ProjectID
}

// rules distinguish the kinds of a project's tokens: all have the same issuer,
// audience and keys, and so have those of Connected Apps.
func (c *Config) rules(f *preset.Faults) []core.ClaimRule {
	if c.Kind != KindB2B && len(c.Organizations) > 0 {
		f.Conflict("Organizations", "", "needs {Kind} b2b: only members of a B2B project belong to an organization")
	}
	subject := func(prefix string) core.ClaimRule {
		return core.ClaimRule{Claim: "sub", Prefixes: []string{prefix}, Reason: "the kind of token"}
	}
	session := core.ClaimRule{
		Claim:  claimSession + "/id",
		Format: "nonEmpty",
		Reason: "a session JWT names its session; tokens of Connected Apps and M2M clients do not",
	}
	switch c.Kind {
	case KindConsumer:
		return []core.ClaimRule{subject("user-"), session}
	case KindM2M:
		return []core.ClaimRule{subject("m2m-client-")}
	case KindB2B:
		organization := core.ClaimRule{
			Claim:  claimOrganization + "/organization_id",
			Format: "nonEmpty",
			Reason: "the organization that the member is signed in to",
		}
		if len(c.Organizations) > 0 {
			organization.Format, organization.OneOf = "", f.Values("Organizations", c.Organizations)
		}
		return []core.ClaimRule{subject("member-"), session, organization}
	}
	f.Add("Kind", c.Kind, "must be consumer, b2b or m2m")
	return nil
}

func (c *Config) mapping() core.Mapping {
	none := []core.ClaimRef{}
	m := core.Mapping{
		SessionID:        preset.Refs(claimSession + "/id"),
		OrganizationID:   preset.Refs(claimOrganization + "/organization_id"),
		OrganizationSlug: preset.Refs(claimOrganization + "/slug"),
		OrganizationName: none,
		OrganizationRole: none,
		Roles:            preset.Refs(claimSession + "/roles"),
		Permissions:      none,
		Scopes:           none,
		Email:            none, // an address of a factor is not the person's address
		ClientID:         none,
		AuthMethods:      []core.ClaimRef{{Path: claimSession + "/authentication_factors", Field: "type"}},
		Kind:             core.KindSession,
	}
	if c.Kind == KindM2M {
		m.SessionID, m.Roles, m.AuthMethods = none, none, none
		m.OrganizationID, m.OrganizationSlug = none, none
		m.Scopes, m.ClientID, m.Kind = preset.Refs("scope"), preset.Refs("sub"), core.KindMachine
	}
	return m
}
