package github_test

import (
	"testing"

	"github.com/revstackhq/auth-go/core/providers/github"
	"github.com/revstackhq/auth-go/core/providers/internal/configtest"
)

// TestNewContractFaults: every mistake is reported, by the field of Config.
func TestNewContractFaults(t *testing.T) {
	configtest.Mistakes(t, github.NewContract, []configtest.Mistake[github.Config]{
		{Name: "nothing", Config: github.Config{}, Fields: []string{"Audience", "RepositoryIDs"}},
		{
			Name:   "no condition",
			Config: github.Config{Audience: []string{"a"}},
			Fields: []string{"RepositoryIDs"},
		},
		{
			Name:   "a branch alone",
			Config: github.Config{Audience: []string{"a"}, Refs: []string{"refs/heads/main"}},
			Fields: []string{"RepositoryIDs"},
		},
		{
			Name:   "an environment alone",
			Config: github.Config{Audience: []string{"a"}, Environments: []string{"production"}},
			Fields: []string{"RepositoryIDs"},
		},
		{
			Name:   "a reusable workflow alone",
			Config: github.Config{Audience: []string{"a"}, JobWorkflows: []string{"northwind/ci/.github/workflows/deploy.yml"}},
			Fields: []string{"RepositoryIDs"},
		},
		{
			Name: "a subject without a repository",
			Config: github.Config{
				Audience: []string{"a"},
				Subjects: []string{"repo:northwind/invoices:ref:refs/heads/main", "environment:production"},
			},
			Fields: []string{"Subjects"},
		},
		{
			Name:   "a name as id",
			Config: github.Config{Audience: []string{"a"}, RepositoryIDs: []string{"northwind/invoices"}},
			Fields: []string{"RepositoryIDs"},
		},
		{
			Name:   "a repository without its owner",
			Config: github.Config{Audience: []string{"a"}, Repositories: []string{"invoices"}},
			Fields: []string{"Repositories"},
		},
		{
			Name:   "an empty repository",
			Config: github.Config{Audience: []string{"a"}, Repositories: []string{""}},
			Fields: []string{"Repositories"},
		},
		{
			Name:   "a branch's short name",
			Config: github.Config{Audience: []string{"a"}, RepositoryIDs: []string{"1"}, Refs: []string{"main"}},
			Fields: []string{"Refs"},
		},
		{
			Name:   "a workflow's file alone",
			Config: github.Config{Audience: []string{"a"}, Workflows: []string{"deploy.yml"}},
			Fields: []string{"Workflows"},
		},
		{
			Name: "a workflow without its ref",
			Config: github.Config{
				Audience:  []string{"a"},
				Workflows: []string{"northwind/invoices/.github/workflows/deploy.yml@"},
			},
			Fields: []string{"Workflows"},
		},
		{
			Name: "workflows with ref and without",
			Config: github.Config{
				Audience:  []string{"a"},
				Workflows: []string{"o/r/.github/workflows/a.yml@refs/heads/main", "o/r/.github/workflows/b.yml"},
			},
			Fields: []string{"Workflows"},
		},
		{
			Name:   "a runner alone",
			Config: github.Config{Audience: []string{"a"}, RunnerEnvironments: []string{"github-hosted"}},
			Fields: []string{"RepositoryIDs"},
		},
		{
			Name: "a runner's label",
			Config: github.Config{
				Audience:           []string{"a"},
				RepositoryIDs:      []string{"1"},
				RunnerEnvironments: []string{"ubuntu-latest"},
			},
			Fields: []string{"RunnerEnvironments"},
		},
		{
			Name:   "an unknown visibility",
			Config: github.Config{Audience: []string{"a"}, RepositoryIDs: []string{"1"}, Visibilities: []string{"secret"}},
			Fields: []string{"Visibilities"},
		},
		{
			Name: "enterprise and issuer",
			Config: github.Config{
				Audience:      []string{"a"},
				RepositoryIDs: []string{"1"},
				Enterprise:    "corp",
				Issuer:        "https://git.example/_services/token",
			},
			Fields: []string{"Enterprise"},
		},
		{
			Name:   "an enterprise's URL",
			Config: github.Config{Audience: []string{"a"}, RepositoryIDs: []string{"1"}, Enterprise: "enterprises/corp"},
			Fields: []string{"Enterprise"},
		},
		{
			Name:   "an enterprise without a condition",
			Config: github.Config{Audience: []string{"a"}, Enterprise: "corp"},
			Fields: []string{"RepositoryIDs"},
		},
		{
			Name: "an issuer by http",
			Config: github.Config{
				Audience:      []string{"a"},
				RepositoryIDs: []string{"1"},
				Issuer:        "http://git.example/_services/token",
			},
			Fields: []string{"Issuer"},
		},
	})
}

// TestNewContractKeys: where issuer and keys are, for what users write.
func TestNewContractKeys(t *testing.T) {
	configtest.Places(t, "github-actions", github.NewContract, []configtest.Place[github.Config]{
		{
			Name:   "repository",
			Config: github.Config{Audience: []string{"a"}, RepositoryIDs: []string{"1"}},
			Issuer: "https://token.actions.githubusercontent.com",
			Keys:   "",
		},
		{
			Name:   "subjects of repositories",
			Config: github.Config{Audience: []string{"a"}, Subjects: []string{"repo:northwind/invoices:ref:refs/heads/main"}},
			Issuer: "https://token.actions.githubusercontent.com",
			Keys:   "",
		},
		{
			Name: "a subject without one beside the repository",
			Config: github.Config{
				Audience: []string{"a"},
				Owners:   []string{"northwind"},
				Subjects: []string{"environment:production"},
			},
			Issuer: "https://token.actions.githubusercontent.com",
			Keys:   "",
		},
		{
			Name:   "enterprise by environment",
			Config: github.Config{Audience: []string{"a"}, Enterprise: "corp", Environments: []string{"production"}},
			Issuer: "https://token.actions.githubusercontent.com/corp",
			Keys:   "",
		},
		{
			Name: "server by branch, keys by URL",
			Config: github.Config{
				Audience: []string{"a"},
				Issuer:   "https://git.example/_services/token/",
				Refs:     []string{"refs/heads/main"},
				JWKSURL:  "https://git.example/keys",
			},
			Issuer: "https://git.example/_services/token",
			Keys:   "https://git.example/keys",
		},
	})
}

func TestClaims(t *testing.T) {
	claims := configtest.Claims[github.Claims](t, "github-actions", "new form of sub")
	if ok := claims.RepositoryID == "778899001" && claims.RunAttempt == "1" && claims.NotBefore < claims.IssuedAt; !ok {
		t.Errorf("%+v", claims)
	}
}
