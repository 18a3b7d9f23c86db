package github

import "github.com/revstackhq/auth-go/core"

// Claims are the claims of a workflow run's token. All of them but the dates are
// strings: ids, numbers and booleans ("true") too. Custom repository properties
// (repo_property_…) are separate: embed Claims in your own struct.
//
// Source: https://docs.github.com/actions/reference/security/oidc.
type Claims struct {
	Issuer string `json:"iss"`
	// Subject is repo:owner/name:…; of repositories made, renamed or moved
	// after 15 July 2026 repo:owner@id/name@id:….
	Subject   string       `json:"sub"`
	Audience  core.Strings `json:"aud"`
	ExpiresAt int64        `json:"exp"` // seconds since 1970
	IssuedAt  int64        `json:"iat"`
	NotBefore int64        `json:"nbf,omitempty"` // may lie well before iat
	ID        string       `json:"jti,omitempty"`

	Repository           string `json:"repository"` // owner/name
	RepositoryID         string `json:"repository_id"`
	RepositoryOwner      string `json:"repository_owner"`
	RepositoryOwnerID    string `json:"repository_owner_id"`
	RepositoryVisibility string `json:"repository_visibility,omitempty"` // public, private or internal

	Ref     string `json:"ref,omitempty"`      // refs/heads/main
	RefType string `json:"ref_type,omitempty"` // branch or tag
	SHA     string `json:"sha,omitempty"`
	// HeadRef and BaseRef are a pull request's.
	HeadRef string `json:"head_ref,omitempty"`
	BaseRef string `json:"base_ref,omitempty"`

	// Workflow is the name, WorkflowRef the file with its ref. JobWorkflowRef
	// is the reusable workflow that the job is in, or the same.
	Workflow       string `json:"workflow,omitempty"`
	WorkflowRef    string `json:"workflow_ref,omitempty"`
	WorkflowSHA    string `json:"workflow_sha,omitempty"`
	JobWorkflowRef string `json:"job_workflow_ref,omitempty"`
	JobWorkflowSHA string `json:"job_workflow_sha,omitempty"`

	RunID             string `json:"run_id,omitempty"`
	RunNumber         string `json:"run_number,omitempty"`
	RunAttempt        string `json:"run_attempt,omitempty"`
	CheckRunID        string `json:"check_run_id,omitempty"`
	RunnerEnvironment string `json:"runner_environment,omitempty"` // github-hosted or self-hosted

	// Actor is whose doing started the run.
	Actor       string `json:"actor,omitempty"`
	ActorID     string `json:"actor_id,omitempty"`
	EventName   string `json:"event_name,omitempty"`
	Environment string `json:"environment,omitempty"`

	Enterprise   string `json:"enterprise,omitempty"`
	EnterpriseID string `json:"enterprise_id,omitempty"`
}
