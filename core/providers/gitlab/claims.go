package gitlab

import "github.com/revstackhq/auth-go/core"

// Claims are the claims of a job's ID token; a field is zero if the token lacks
// its claim. Ids and booleans are strings, except for runner_id.
//
// Source: https://docs.gitlab.com/ci/secrets/id_token_authentication/.
type Claims struct {
	Issuer string `json:"iss"`
	// Subject is project_path:group/project:ref_type:branch:ref:main, unless the
	// project chose other components.
	Subject   string       `json:"sub"`
	Audience  core.Strings `json:"aud"`
	ExpiresAt int64        `json:"exp"` // seconds since 1970
	IssuedAt  int64        `json:"iat"`
	NotBefore int64        `json:"nbf,omitempty"`
	ID        string       `json:"jti,omitempty"`

	// The project whose code runs: for a merge request from a fork, the fork.
	ProjectID         string `json:"project_id"`
	ProjectPath       string `json:"project_path"`
	ProjectVisibility string `json:"project_visibility,omitempty"` // public, internal or private
	NamespaceID       string `json:"namespace_id"`
	NamespacePath     string `json:"namespace_path"`

	// The project that the job runs in (GitLab 18.4).
	JobProjectID     string `json:"job_project_id,omitempty"`
	JobProjectPath   string `json:"job_project_path,omitempty"`
	JobNamespaceID   string `json:"job_namespace_id,omitempty"`
	JobNamespacePath string `json:"job_namespace_path,omitempty"`

	// The person who started the job.
	UserID          string `json:"user_id,omitempty"`
	UserLogin       string `json:"user_login,omitempty"`
	UserEmail       string `json:"user_email,omitempty"`
	UserAccessLevel string `json:"user_access_level,omitempty"` // owner, maintainer, developer, …
	// UserIdentities are there if the person's preferences allow it.
	UserIdentities []Identity `json:"user_identities,omitempty"`
	// GroupsDirect are the groups that the person is a direct member of, absent
	// beyond 200.
	GroupsDirect []string `json:"groups_direct,omitempty"`

	PipelineID     string `json:"pipeline_id,omitempty"`
	PipelineSource string `json:"pipeline_source,omitempty"`
	JobID          string `json:"job_id,omitempty"`
	JobSource      string `json:"job_source,omitempty"`
	// JobConfig is the security policy that added the job, nil if none did.
	JobConfig *JobConfig `json:"job_config,omitempty"`

	Ref          string `json:"ref,omitempty"`      // main
	RefType      string `json:"ref_type,omitempty"` // branch or tag
	RefPath      string `json:"ref_path,omitempty"` // refs/heads/main
	RefProtected string `json:"ref_protected,omitempty"`
	SHA          string `json:"sha,omitempty"`

	// The deployment environment, if the job names one.
	Environment          string `json:"environment,omitempty"`
	EnvironmentProtected string `json:"environment_protected,omitempty"`
	EnvironmentAction    string `json:"environment_action,omitempty"`
	DeploymentTier       string `json:"deployment_tier,omitempty"`

	RunnerID          int64  `json:"runner_id,omitempty"`
	RunnerEnvironment string `json:"runner_environment,omitempty"` // gitlab-hosted or self-hosted

	// The file that defines the pipeline, "" if it is in another project.
	ConfigRefURI string `json:"ci_config_ref_uri,omitempty"`
	ConfigSHA    string `json:"ci_config_sha,omitempty"`
}

// Identity is an account of the person at another provider.
type Identity struct {
	Provider  string `json:"provider"`
	ExternUID string `json:"extern_uid"`
}

// JobConfig says where a job that a security policy added is defined.
type JobConfig struct {
	URL string `json:"url"`
	SHA string `json:"sha"`
}
