// Package gitlab is the preset for the ID tokens of GitLab CI/CD jobs
// (https://docs.gitlab.com/ci/secrets/id_token_authentication/).
//
//	contract, err := gitlab.NewContract(gitlab.Config{
//		Audience:   []string{"https://deploy.example.com"},
//		ProjectIDs: []string{"20"},
//		Refs:       []string{"refs/heads/main"},
//	})
//
// Every project of gitlab.com gets its tokens from the same issuer, and every
// job may ask for any audience. A contract therefore has to name the projects
// or namespaces that it trusts.
package gitlab

import (
	"strings"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/providers/internal/preset"
)

// Config says which jobs to trust. Audience is required, and a condition that
// names a project: ProjectIDs, NamespaceIDs, ProjectPaths, NamespacePaths or
// Subjects (with an Issuer of your own, any condition). All conditions that are
// set must hold.
type Config struct {
	// Audience is what the job asks for with id_tokens: aud. A name of this
	// service is best. There is no useful default.
	Audience core.Strings `json:"audience"`

	// ProjectIDs and NamespaceIDs are numbers, which stay when a project or
	// group is renamed: prefer them. A path can be taken by someone else once
	// it is given up. A namespace is the group or user directly above the
	// project; its subgroups have their own ids.
	ProjectIDs   []string `json:"projectIds,omitempty"`
	NamespaceIDs []string `json:"namespaceIds,omitempty"`
	// ProjectPaths are written group/project, NamespacePaths group/subgroup.
	ProjectPaths   []string `json:"projectPaths,omitempty"`
	NamespacePaths []string `json:"namespacePaths,omitempty"`
	// Subjects are exact values of sub,
	// project_path:group/project:ref_type:branch:ref:main by default.
	Subjects []string `json:"subjects,omitempty"`

	// JobProjectIDs are the projects that the job runs in (job_project_id,
	// GitLab 18.4). In a merge request from a fork this is your project while
	// project_id is the fork, so it does not say whose code runs.
	JobProjectIDs []string `json:"jobProjectIds,omitempty"`
	// Refs are the branches and tags that the job runs on (ref_path), written
	// refs/heads/main, refs/tags/v1.
	Refs []string `json:"refs,omitempty"`
	// ProtectedRefs demands a protected branch or tag: only those who may push
	// to it can start such a job.
	ProtectedRefs bool `json:"protectedRefs,omitempty"`
	// Environments are the deployment environments of the job.
	Environments []string `json:"environments,omitempty"`
	// ProtectedEnvironments demands that the job's environment is protected.
	ProtectedEnvironments bool `json:"protectedEnvironments,omitempty"`
	// PipelineSources are what may start the pipeline, such as push or web.
	PipelineSources []string `json:"pipelineSources,omitempty"`
	// RunnerEnvironments are gitlab-hosted, self-hosted, or both.
	RunnerEnvironments []string `json:"runnerEnvironments,omitempty"`
	// Configs are the pipeline definitions (ci_config_ref_uri),
	// gitlab.com/group/project//.gitlab-ci.yml; with @refs/heads/main behind
	// them on that ref alone. Write all of them with a ref, or none.
	Configs []string `json:"configs,omitempty"`

	// Issuer is https://gitlab.com by default; for an instance of your own, its
	// URL.
	Issuer string `json:"issuer,omitempty"`
	// JWKSURL is <issuer>/oauth/discovery/keys by default.
	JWKSURL string `json:"jwksUri,omitempty"`
	// UserIDClaim is "sub" by default; "project_id" stays the same when the
	// project is renamed, "user_id" is the person who started the job.
	UserIDClaim string `json:"userIdClaim,omitempty"`
	// Leeway is 30 s by default.
	Leeway time.Duration `json:"-"`
}

const (
	publicIssuer  = "https://gitlab.com"
	subjectPrefix = "project_path:"
)

// NewContract returns the contract, or every mistake in cfg at once as
// [*core.ConfigError]. It does no I/O.
func NewContract(cfg Config) (*core.Contract, error) {
	var f preset.Faults
	if len(cfg.Audience) == 0 {
		f.Missing("Audience", "is required: name this service, and ask for the same aud in the job's id_tokens")
	}
	issuer := publicIssuer
	if cfg.Issuer != "" {
		issuer = f.BaseURL("Issuer", cfg.Issuer)
	}
	fields := map[string]string{"Audiences": "Audience"}
	keys := cfg.JWKSURL
	if keys == "" {
		keys = issuer + "/oauth/discovery/keys"
		fields["JWKSURL"] = "Issuer"
	}
	conditions := cfg.conditions(&f)
	cfg.trusts(issuer, conditions, &f)
	rules := core.Rules{
		Provider:    "gitlab-ci",
		Issuer:      issuer,
		JWKSURL:     keys,
		Algorithms:  []string{"RS256"},
		Audiences:   f.Values("Audience", cfg.Audience),
		TokenTypes:  []string{"", "JWT"},
		UserIDClaim: cfg.UserIDClaim,
		ClaimRules:  conditions,
		Leeway:      cfg.Leeway,
		Warnings:    cfg.warnings(),
		Session:     mapping(),
	}
	return f.Contract(rules, fields)
}

// warnings say what the conditions leave open: a pushed branch runs whatever its
// .gitlab-ci.yml says.
func (c *Config) warnings() []string {
	if len(c.Refs)+len(c.Subjects) > 0 || c.ProtectedRefs || c.ProtectedEnvironments {
		return nil
	}
	return []string{"any branch: anyone who can push one to an accepted project is accepted; set Refs or ProtectedRefs"}
}

// trusts requires a condition that the job of an unknown project cannot fulfill:
// anyone can have a protected branch main and an environment production. A
// self-hosted instance has no unknown users.
func (c *Config) trusts(issuer string, conditions []core.ClaimRule, f *preset.Faults) {
	if len(conditions) == 0 {
		f.Missing("ProjectIDs", "is required, or another condition: without one every job of the instance is accepted")
		return
	}
	named := len(c.ProjectIDs)+len(c.NamespaceIDs)+len(c.ProjectPaths)+len(c.NamespacePaths) > 0
	if named || issuer != publicIssuer {
		return
	}
	if len(c.Subjects) == 0 {
		f.Missing("ProjectIDs", "is required, or {NamespaceIDs}, {ProjectPaths}, {NamespacePaths} or {Subjects}: "+
			"the other conditions do not say whose code runs")
	}
	for _, sub := range c.Subjects {
		if !strings.HasPrefix(sub, subjectPrefix) {
			f.Add(
				"Subjects",
				sub,
				"does not name a project, so anyone's job can have it: begin with project_path:, or set {ProjectIDs} too",
			)
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
	oneOf("ProjectIDs", "project_id", c.ProjectIDs, "the project whose code runs")
	oneOf("NamespaceIDs", "namespace_id", c.NamespaceIDs, "the group or user that the project belongs to")
	oneOf("ProjectPaths", "project_path", c.ProjectPaths, "the project whose code runs")
	oneOf("NamespacePaths", "namespace_path", c.NamespacePaths, "the group or user that the project belongs to")
	oneOf("Subjects", "sub", c.Subjects, "the subject of the job")
	oneOf("JobProjectIDs", "job_project_id", c.JobProjectIDs, "the project that the job runs in")
	oneOf("Refs", "ref_path", c.Refs, "the branch or tag that the job runs on")
	oneOf("Environments", "environment", c.Environments, "the job's deployment environment")
	oneOf("PipelineSources", "pipeline_source", c.PipelineSources, "what started the pipeline")
	oneOf("RunnerEnvironments", "runner_environment", c.RunnerEnvironments, "who operates the runner")
	// GitLab writes these booleans as strings.
	if c.ProtectedRefs {
		oneOf("ProtectedRefs", "ref_protected", []string{"true"}, "the branch or tag is protected")
	}
	if c.ProtectedEnvironments {
		oneOf("ProtectedEnvironments", "environment_protected", []string{"true"}, "the environment is protected")
	}
	c.checkForms(f)
	return append(rules, c.configs(f)...)
}

// checkForms reports values that no token can have, so that a mistake is found
// at startup and not by every job being refused.
func (c *Config) checkForms(f *preset.Faults) {
	for field, ids := range map[string][]string{
		"ProjectIDs":    c.ProjectIDs,
		"NamespaceIDs":  c.NamespaceIDs,
		"JobProjectIDs": c.JobProjectIDs,
	} {
		for _, id := range ids {
			if strings.Trim(id, "0123456789") != "" {
				f.Add(field, id, "is not an id: write the number from the project's or group's page")
			}
		}
	}
	for _, path := range c.ProjectPaths {
		if path != "" && (!strings.Contains(strings.Trim(path, "/"), "/") || strings.Trim(path, "/") != path) {
			f.Add("ProjectPaths", path, "must be group/project, without slashes around it")
		}
	}
	for _, path := range c.NamespacePaths {
		if strings.Trim(path, "/") != path {
			f.Add("NamespacePaths", path, "must be the path alone, without slashes around it")
		}
	}
	for _, ref := range c.Refs {
		if ref != "" && !strings.HasPrefix(ref, "refs/") {
			f.Add("Refs", ref, "must begin with refs/heads/ or refs/tags/")
		}
	}
	for _, runner := range c.RunnerEnvironments {
		if runner != "" && runner != "gitlab-hosted" && runner != "self-hosted" {
			f.Add("RunnerEnvironments", runner, "must be gitlab-hosted or self-hosted")
		}
	}
}

// configs compares whole files: the @ that ends a file's name keeps
// .gitlab-ci.yml apart from .gitlab-ci.yml.bak.
func (c *Config) configs(f *preset.Faults) []core.ClaimRule {
	if len(c.Configs) == 0 {
		return nil
	}
	rule := core.ClaimRule{
		Claim:  "ci_config_ref_uri",
		Code:   core.CodePartyMismatch,
		Reason: "the file that defines the pipeline",
	}
	for _, file := range f.Values("Configs", c.Configs) {
		path, ref, hasRef := strings.Cut(file, "@")
		if file != "" && (!strings.Contains(path, "//") || strings.Contains(path, "://") || hasRef && ref == "") {
			f.Add("Configs", file, "must be <host>/group/project//.gitlab-ci.yml, with or without @ref")
		}
		if hasRef {
			rule.OneOf = append(rule.OneOf, file)
		} else {
			rule.Prefixes = append(rule.Prefixes, file+"@")
		}
	}
	if len(rule.OneOf) > 0 && len(rule.Prefixes) > 0 {
		f.Add("Configs", "", "has files with @ref and without: write all of them one way")
	}
	return []core.ClaimRule{rule}
}

func mapping() core.Mapping {
	none := []core.ClaimRef{}
	return core.Mapping{
		SessionID:        preset.Refs("job_id"),
		OrganizationID:   preset.Refs("namespace_id"),
		OrganizationSlug: preset.Refs("namespace_path"),
		OrganizationName: none,
		OrganizationRole: none,
		Roles:            none,
		Permissions:      none,
		Scopes:           none,
		Email:            none, // user_email is the person who started the job, not the job
		ClientID:         preset.Refs("ci_config_ref_uri"),
		Kind:             core.KindMachine,
	}
}
