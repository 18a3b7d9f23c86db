// Package vercel is the preset for the OpenID Connect tokens of Vercel
// deployments (https://vercel.com/docs/oidc).
//
//	contract, err := vercel.NewContract(vercel.Config{
//		Team:         "acme",
//		ProjectIDs:   []string{"prj_7Gw5ZMBpQA8h9GF832KGp7nwbuh3"},
//		Environments: []string{"production"},
//	})
//
// A deployment finds its token in the header x-vercel-oidc-token of the requests
// that it gets, and in VERCEL_OIDC_TOKEN during a build. It sends the token to
// this service as a Bearer token. The header itself reaches deployments on
// Vercel only: elsewhere anyone can set it.
package vercel

import (
	"strings"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/providers/internal/preset"
)

// Config says which deployments to trust. Team, a project and an environment
// are required. All conditions that are set must hold.
type Config struct {
	// Team is the team's slug, as in vercel.com/<team>. It is part of the issuer
	// and of the default audience.
	Team string `json:"team"`
	// OwnerIDs are the teams (owner_id, team_…). They stay when a team is
	// renamed; with GlobalIssuer they are required.
	OwnerIDs []string `json:"ownerIds,omitempty"`
	// ProjectIDs (prj_…) stay when a project is renamed: prefer them to
	// Projects, which are names.
	ProjectIDs []string `json:"projectIds,omitempty"`
	Projects   []string `json:"projects,omitempty"`
	// Environments are production, preview, development, or the name of a custom
	// environment. Previews run the code of anyone who can push a branch.
	Environments []string `json:"environments,omitempty"`
	// Audience is https://vercel.com/<Team> by default. Ask for one of your own
	// with getVercelOidcToken({audience}) if other services get tokens too.
	Audience core.Strings `json:"audience,omitempty"`
	// GlobalIssuer is for projects whose issuer mode is Global: their tokens
	// have the issuer https://oidc.vercel.com, and so have those of all teams.
	GlobalIssuer bool `json:"globalIssuer,omitempty"`

	// InsecureAnyProject accepts every project of the team.
	InsecureAnyProject bool `json:"insecureAnyProject,omitempty"`
	// InsecureAnyEnvironment accepts previews and developers' machines too.
	InsecureAnyEnvironment bool `json:"insecureAnyEnvironment,omitempty"`
	// UserIDClaim is "sub" by default; "project_id" is the same in all
	// environments, and when the team or project is renamed.
	UserIDClaim string `json:"userIdClaim,omitempty"`
	// Leeway is 30 s by default.
	Leeway time.Duration `json:"-"`
}

const globalIssuer = "https://oidc.vercel.com"

// NewContract returns the contract, or every mistake in cfg at once as
// [*core.ConfigError]. It does no I/O.
func NewContract(cfg Config) (*core.Contract, error) {
	var f preset.Faults
	f.Required("Team", cfg.Team, "copy the team's slug, as in vercel.com/<team>")
	if strings.ContainsAny(cfg.Team, "/?#%:. ") || strings.HasPrefix(cfg.Team, "team_") {
		f.Add("Team", cfg.Team, "must be the team's slug alone, as in vercel.com/<team>; its id belongs into {OwnerIDs}")
	}
	issuer := globalIssuer
	if !cfg.GlobalIssuer {
		issuer += "/" + cfg.Team
	}
	audiences := f.Values("Audience", cfg.Audience)
	if len(audiences) == 0 {
		audiences = []string{"https://vercel.com/" + cfg.Team}
	}
	cfg.trusts(&f)
	rules := core.Rules{
		Provider:    "vercel",
		Issuer:      issuer,
		JWKSURL:     issuer + "/.well-known/jwks",
		Algorithms:  []string{"RS256"},
		Audiences:   audiences,
		TokenTypes:  []string{"", "JWT"},
		UserIDClaim: cfg.UserIDClaim,
		ClaimRules:  cfg.conditions(&f),
		Leeway:      cfg.Leeway,
		Warnings:    cfg.warnings(),
		Session:     mapping(),
	}
	return f.Contract(rules, map[string]string{"Issuer": "Team", "JWKSURL": "Team", "Audiences": "Audience"})
}

func (c *Config) warnings() []string {
	var warnings []string
	if c.InsecureAnyProject {
		warnings = append(warnings, "any project: every project of the team is accepted; set ProjectIDs")
	}
	if c.InsecureAnyEnvironment {
		warnings = append(
			warnings,
			"any environment: previews run the code of anyone who can push a branch; set Environments",
		)
	}
	return warnings
}

// trusts demands the conditions without which a token says too little. All
// issuers of Vercel share their keys, and the global one serves every team.
func (c *Config) trusts(f *preset.Faults) {
	if c.GlobalIssuer && len(c.OwnerIDs) == 0 {
		f.Missing(
			"OwnerIDs",
			"is required with {GlobalIssuer}, whose tokens are those of all teams: copy team_… from the team's settings",
		)
	}
	projects := len(c.ProjectIDs) + len(c.Projects)
	switch {
	case projects == 0 && !c.InsecureAnyProject:
		f.Missing(
			"ProjectIDs",
			"is required, or {Projects}: copy prj_… from the project's settings, or say {InsecureAnyProject}",
		)
	case projects > 0 && c.InsecureAnyProject:
		f.Conflict("InsecureAnyProject", "true", "does not go with {ProjectIDs} or {Projects}: keep one of the two")
	}
	switch {
	case len(c.Environments) == 0 && !c.InsecureAnyEnvironment:
		f.Missing("Environments", "is required: name production, or say {InsecureAnyEnvironment} to accept previews "+
			"and developers' machines")
	case len(c.Environments) > 0 && c.InsecureAnyEnvironment:
		f.Conflict("InsecureAnyEnvironment", "true", "does not go with {Environments}: keep one of the two")
	}
	for _, id := range c.OwnerIDs {
		if id != "" && !strings.HasPrefix(id, "team_") {
			f.Add("OwnerIDs", id, "is not a team's id: copy team_… from the team's settings")
		}
	}
	for _, id := range c.ProjectIDs {
		if id != "" && !strings.HasPrefix(id, "prj_") {
			f.Add("ProjectIDs", id, "is not a project's id: copy prj_… from the project's settings, or use {Projects}")
		}
	}
}

func (c *Config) conditions(f *preset.Faults) []core.ClaimRule {
	var rules []core.ClaimRule
	oneOf := func(field, claim string, values []string, reason string) {
		if len(values) > 0 {
			rules = append(rules, core.ClaimRule{
				Claim:  claim,
				OneOf:  f.Values(field, values),
				Code:   core.CodePartyMismatch,
				Reason: reason,
			})
		}
	}
	oneOf("OwnerIDs", "owner_id", c.OwnerIDs, "the team that owns the project")
	oneOf("ProjectIDs", "project_id", c.ProjectIDs, "the project that is deployed")
	oneOf("Projects", "project", c.Projects, "the project that is deployed")
	oneOf("Environments", "environment", c.Environments, "the environment of the deployment")
	return rules
}

func mapping() core.Mapping {
	none := []core.ClaimRef{}
	return core.Mapping{
		SessionID:        none,
		OrganizationID:   preset.Refs("owner_id"),
		OrganizationSlug: preset.Refs("owner"),
		OrganizationName: none,
		OrganizationRole: none,
		Roles:            none,
		Permissions:      none,
		Scopes:           none, // the claim scope repeats sub
		Email:            none,
		ClientID:         preset.Refs("project_id"),
		Kind:             core.KindMachine,
	}
}
