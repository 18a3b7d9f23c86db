// Package github is the preset for the OpenID Connect tokens of GitHub Actions
// (https://docs.github.com/actions/reference/security/oidc).
//
//	contract, err := github.NewContract(github.Config{
//		Audience:      []string{"https://deploy.example.com"},
//		RepositoryIDs: []string{"778899001"},
//		Refs:          []string{"refs/heads/main"},
//	})
//
// Every repository of the world has its tokens from the same issuer, and every
// workflow may ask for any audience. So a contract has to say whose workflows it
// trusts: by repository, owner, workflow or subject.
package github

import (
	"slices"
	"strings"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/providers/internal/preset"
)

// Config says which workflow runs to trust. Audience is required, and a
// condition that names an owner: RepositoryIDs, OwnerIDs, Repositories, Owners,
// Workflows or Subjects (with Enterprise, any condition). All conditions that
// are set must hold.
type Config struct {
	// Audience is what the workflow asks for, core.getIDToken(audience): a name
	// of this service is best. Without asking it is https://github.com/<owner>.
	Audience core.Strings `json:"audience"`

	// RepositoryIDs and OwnerIDs are numbers, which stay when a repository or
	// owner is renamed: prefer them. A name can be taken by someone else once
	// it is given up.
	RepositoryIDs []string `json:"repositoryIds,omitempty"`
	OwnerIDs      []string `json:"ownerIds,omitempty"`
	// Repositories are written owner/name, Owners are organizations or users;
	// GitHub ignores their case, and so does this preset.
	Repositories []string `json:"repositories,omitempty"`
	Owners       []string `json:"owners,omitempty"`
	// Workflows are the files whose run asked for the token (workflow_ref),
	// owner/name/.github/workflows/file.yml; with @refs/heads/main behind them
	// on that ref alone. Write all of them with a ref, or none.
	Workflows []string `json:"workflows,omitempty"`
	// Subjects are exact values of sub, for templates of your own. Its default
	// form depends on the repository's age: the claims above do not.
	Subjects []string `json:"subjects,omitempty"`

	// Refs are the branches and tags that the workflow runs on, written
	// refs/heads/main, refs/tags/v1.
	Refs []string `json:"refs,omitempty"`
	// Environments are the deployment environments of the job.
	Environments []string `json:"environments,omitempty"`
	// Events are what may start the workflow, such as push or workflow_dispatch.
	Events []string `json:"events,omitempty"`
	// JobWorkflows are the reusable workflows that the job is in
	// (job_workflow_ref), written as Workflows. Anyone can call a public one,
	// so it does not say whose run it is.
	JobWorkflows []string `json:"jobWorkflows,omitempty"`

	// RunnerEnvironments are where the job may run: "github-hosted",
	// "self-hosted". A self-hosted runner keeps what a job leaves on it: in a
	// public repository, anyone's pull request may have been there before.
	RunnerEnvironments []string `json:"runnerEnvironments,omitempty"`
	// Visibilities are the accepted kinds of repository: "public", "private",
	// "internal".
	Visibilities []string `json:"visibilities,omitempty"`

	// Enterprise is the enterprise's slug, if it has its own issuer
	// (https://token.actions.githubusercontent.com/<slug>).
	Enterprise string `json:"enterprise,omitempty"`
	// Issuer replaces the issuer, for GitHub Enterprise Server
	// (https://<host>/_services/token) and ghe.com
	// (https://token.actions.<subdomain>.ghe.com).
	Issuer string `json:"issuer,omitempty"`
	// JWKSURL replaces discovery.
	JWKSURL string `json:"jwksUri,omitempty"`
	// UserIDClaim is "sub" by default; "repository_id" stays the same in all
	// forms of sub.
	UserIDClaim string `json:"userIdClaim,omitempty"`
	// Leeway is 30 s by default.
	Leeway time.Duration `json:"-"`
}

const publicIssuer = "https://token.actions.githubusercontent.com"

// NewContract returns the contract, or every mistake in cfg at once as
// [*core.ConfigError]. It does no I/O.
func NewContract(cfg Config) (*core.Contract, error) {
	var f preset.Faults
	if len(cfg.Audience) == 0 {
		f.Missing("Audience", "is required: name this service, and ask for the same audience in the workflow")
	}
	f.Bare("RepositoryIDs", cfg.RepositoryIDs, "is a name: write the number, or use {Repositories}", "/")
	conditions := cfg.conditions(&f)
	issuer := cfg.issuer(&f)
	cfg.trusts(issuer, conditions, &f)
	rules := core.Rules{
		Provider:   "github-actions",
		Issuer:     issuer,
		Discovery:  cfg.JWKSURL == "",
		JWKSURL:    cfg.JWKSURL,
		Algorithms: []string{"RS256"},
		Audiences:  f.Values("Audience", cfg.Audience), TokenTypes: []string{"", "JWT"}, UserIDClaim: cfg.UserIDClaim,
		ClaimRules: conditions, Leeway: cfg.Leeway, Session: mapping(),
	}
	return f.Contract(rules, map[string]string{"Audiences": "Audience"})
}

func (c *Config) issuer(f *preset.Faults) string {
	switch {
	case c.Issuer != "" && c.Enterprise != "":
		f.Conflict("Enterprise", c.Enterprise, "does not go with {Issuer}: keep one of the two")
	case strings.ContainsAny(c.Enterprise, "/?#%: "):
		f.Add("Enterprise", c.Enterprise, "must be the enterprise's slug, as in github.com/enterprises/<slug>")
	case c.Enterprise != "":
		return publicIssuer + "/" + c.Enterprise
	case c.Issuer != "":
		return f.BaseURL("Issuer", c.Issuer)
	}
	return publicIssuer
}

// trusts requires a condition that the workflow of an unknown repository cannot
// fulfill: anyone can make a branch or environment of the right name. An
// enterprise's own issuer has no unknown users.
func (c *Config) trusts(issuer string, conditions []core.ClaimRule, f *preset.Faults) {
	if len(conditions) == 0 {
		f.Missing("RepositoryIDs", "is required, or another condition: without one every workflow of the issuer is accepted")
		return
	}
	named := len(c.RepositoryIDs)+len(c.OwnerIDs)+len(c.Repositories)+len(c.Owners)+len(c.Workflows) > 0
	if named || issuer != publicIssuer {
		return
	}
	if len(c.Subjects) == 0 {
		f.Missing("RepositoryIDs", "is required, or {OwnerIDs}, {Repositories}, {Owners}, {Workflows} or {Subjects}: "+
			"anyone can have a branch, environment or event of the right name, and call a public reusable workflow")
	}
	for _, sub := range c.Subjects {
		if !strings.HasPrefix(sub, "repo:") {
			f.Add(
				"Subjects",
				sub,
				"does not name a repository, so anyone's workflow can have it: begin with repo:, or set {RepositoryIDs} too",
			)
		}
	}
}

func (c *Config) conditions(f *preset.Faults) []core.ClaimRule {
	var rules []core.ClaimRule
	oneOf := func(field, claim string, values []string, reason string) {
		if len(values) > 0 {
			rules = append(rules, core.ClaimRule{
				Claim: claim, OneOf: f.Values(field, values), Code: core.CodePartyMismatch, Reason: reason,
				// Names have no case at GitHub; branches, files and environments do.
				IgnoreCase: claim == "repository" || claim == "repository_owner",
			})
		}
	}
	oneOf("RepositoryIDs", "repository_id", c.RepositoryIDs, "the repository whose workflow runs")
	oneOf("OwnerIDs", "repository_owner_id", c.OwnerIDs, "the owner of the repository")
	oneOf("Repositories", "repository", c.Repositories, "the repository whose workflow runs")
	oneOf("Owners", "repository_owner", c.Owners, "the owner of the repository")
	oneOf("Subjects", "sub", c.Subjects, "the subject by the repository's template")
	rules = append(rules, workflows("Workflows", "workflow_ref", c.Workflows, f)...)
	rules = append(rules, workflows("JobWorkflows", "job_workflow_ref", c.JobWorkflows, f)...)
	oneOf("Refs", "ref", c.Refs, "the branch or tag that the workflow runs on")
	oneOf("Environments", "environment", c.Environments, "the job's deployment environment")
	oneOf("Events", "event_name", c.Events, "what started the workflow")
	oneOf("RunnerEnvironments", "runner_environment", c.RunnerEnvironments, "where the job runs")
	oneOf("Visibilities", "repository_visibility", c.Visibilities, "who can see the repository")
	known(f, "RunnerEnvironments", c.RunnerEnvironments, "github-hosted", "self-hosted")
	known(f, "Visibilities", c.Visibilities, "public", "private", "internal")
	for _, r := range c.Repositories {
		if owner, name, _ := strings.Cut(r, "/"); r != "" && (owner == "" || name == "" || strings.Contains(name, "/")) {
			f.Add("Repositories", r, "must be owner/name")
		}
	}
	for _, r := range c.Refs {
		if r != "" && !strings.HasPrefix(r, "refs/") {
			f.Add("Refs", r, "must begin with refs/heads/ or refs/tags/")
		}
	}
	return rules
}

// known refuses values that no token has.
func known(f *preset.Faults, field string, values []string, all ...string) {
	for _, v := range values {
		if v != "" && !slices.Contains(all, v) {
			f.Add(field, v, "is not a value of GitHub's: use %s", strings.Join(all, ", "))
		}
	}
}

// workflows compares whole files: the @ that ends a file's name keeps
// deploy.yml apart from deploy.yml.bak.
func workflows(field, claim string, files []string, f *preset.Faults) []core.ClaimRule {
	if len(files) == 0 {
		return nil
	}
	rule := core.ClaimRule{Claim: claim, Code: core.CodePartyMismatch, Reason: "the file of the workflow"}
	for _, file := range f.Values(field, files) {
		path, ref, hasRef := strings.Cut(file, "@")
		if file != "" && (strings.Count(path, "/") < 2 || strings.HasPrefix(path, "/") || hasRef && ref == "") {
			f.Add(field, file, "must be owner/name/.github/workflows/file.yml, with or without @ref")
		}
		if hasRef {
			rule.OneOf = append(rule.OneOf, file)
		} else {
			rule.Prefixes = append(rule.Prefixes, file+"@")
		}
	}
	if len(rule.OneOf) > 0 && len(rule.Prefixes) > 0 {
		f.Add(field, "", "has files with @ref and without: write all of them one way")
	}
	return []core.ClaimRule{rule}
}

func mapping() core.Mapping {
	return core.Mapping{
		SessionID:        preset.Refs("run_id"),
		OrganizationID:   preset.Refs("repository_owner_id"),
		OrganizationSlug: preset.Refs("repository_owner"),
		OrganizationName: []core.ClaimRef{}, OrganizationRole: []core.ClaimRef{}, Roles: []core.ClaimRef{},
		Permissions: []core.ClaimRef{},
		Scopes:      []core.ClaimRef{},
		Email:       []core.ClaimRef{},
		ClientID:    preset.Refs("workflow_ref"),
		Kind:        core.KindMachine,
	}
}
