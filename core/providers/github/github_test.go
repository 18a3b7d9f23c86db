package github_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/revstackhq/auth-go/core/providers/github"
	"github.com/revstackhq/auth-go/core/providers/internal/configtest"
)

// TestNewContractFaults: every mistake is told, by the field of Config.
func TestNewContractFaults(t *testing.T) {
	cases := []struct {
		name string
		cfg  github.Config
		want []string
	}{
		{"nothing", github.Config{}, []string{"Audience", "RepositoryIDs"}},
		{"no condition", github.Config{Audience: []string{"a"}}, []string{"RepositoryIDs"}},
		{"a branch alone", github.Config{Audience: []string{"a"}, Refs: []string{"refs/heads/main"}}, []string{"RepositoryIDs"}},
		{"an environment alone", github.Config{Audience: []string{"a"}, Environments: []string{"production"}}, []string{"RepositoryIDs"}},
		{"a reusable workflow alone", github.Config{Audience: []string{"a"}, JobWorkflows: []string{"northwind/ci/.github/workflows/deploy.yml"}}, []string{"RepositoryIDs"}},
		{"a subject without a repository", github.Config{Audience: []string{"a"}, Subjects: []string{"repo:northwind/invoices:ref:refs/heads/main", "environment:production"}}, []string{"Subjects"}},
		{"a name as id", github.Config{Audience: []string{"a"}, RepositoryIDs: []string{"northwind/invoices"}}, []string{"RepositoryIDs"}},
		{"a repository without its owner", github.Config{Audience: []string{"a"}, Repositories: []string{"invoices"}}, []string{"Repositories"}},
		{"an empty repository", github.Config{Audience: []string{"a"}, Repositories: []string{""}}, []string{"Repositories"}},
		{"a branch's short name", github.Config{Audience: []string{"a"}, RepositoryIDs: []string{"1"}, Refs: []string{"main"}}, []string{"Refs"}},
		{"a workflow's file alone", github.Config{Audience: []string{"a"}, Workflows: []string{"deploy.yml"}}, []string{"Workflows"}},
		{"a workflow without its ref", github.Config{Audience: []string{"a"}, Workflows: []string{"northwind/invoices/.github/workflows/deploy.yml@"}}, []string{"Workflows"}},
		{"workflows with ref and without", github.Config{Audience: []string{"a"}, Workflows: []string{"o/r/.github/workflows/a.yml@refs/heads/main", "o/r/.github/workflows/b.yml"}}, []string{"Workflows"}},
		{"a runner alone", github.Config{Audience: []string{"a"}, RunnerEnvironments: []string{"github-hosted"}}, []string{"RepositoryIDs"}},
		{"a runner's label", github.Config{Audience: []string{"a"}, RepositoryIDs: []string{"1"}, RunnerEnvironments: []string{"ubuntu-latest"}}, []string{"RunnerEnvironments"}},
		{"an unknown visibility", github.Config{Audience: []string{"a"}, RepositoryIDs: []string{"1"}, Visibilities: []string{"secret"}}, []string{"Visibilities"}},
		{"enterprise and issuer", github.Config{Audience: []string{"a"}, RepositoryIDs: []string{"1"}, Enterprise: "corp", Issuer: "https://git.example/_services/token"}, []string{"Enterprise"}},
		{"an enterprise's URL", github.Config{Audience: []string{"a"}, RepositoryIDs: []string{"1"}, Enterprise: "enterprises/corp"}, []string{"Enterprise"}},
		{"an enterprise without a condition", github.Config{Audience: []string{"a"}, Enterprise: "corp"}, []string{"RepositoryIDs"}},
		{"an issuer by http", github.Config{Audience: []string{"a"}, RepositoryIDs: []string{"1"}, Issuer: "http://git.example/_services/token"}, []string{"Issuer"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			contract, err := github.NewContract(c.cfg)
			if got := configtest.Fields(err); !slices.Equal(got, c.want) {
				t.Errorf("the faults are in %q, not %q: %v", got, c.want, err)
			}
			if contract != nil {
				t.Error("there is a contract beside the error")
			}
		})
	}
}

// TestNewContractKeys: where issuer and keys are, for what users write.
func TestNewContractKeys(t *testing.T) {
	cases := []struct {
		name         string
		cfg          github.Config
		issuer, keys string
	}{
		{"repository", github.Config{Audience: []string{"a"}, RepositoryIDs: []string{"1"}}, "https://token.actions.githubusercontent.com", ""},
		{"subjects of repositories", github.Config{Audience: []string{"a"}, Subjects: []string{"repo:northwind/invoices:ref:refs/heads/main"}}, "https://token.actions.githubusercontent.com", ""},
		{"a subject without one beside the repository", github.Config{Audience: []string{"a"}, Owners: []string{"northwind"}, Subjects: []string{"environment:production"}}, "https://token.actions.githubusercontent.com", ""},
		{"enterprise by environment", github.Config{Audience: []string{"a"}, Enterprise: "corp", Environments: []string{"production"}}, "https://token.actions.githubusercontent.com/corp", ""},
		{"server by branch, keys by URL", github.Config{Audience: []string{"a"}, Issuer: "https://git.example/_services/token/", Refs: []string{"refs/heads/main"}, JWKSURL: "https://git.example/keys"}, "https://git.example/_services/token", "https://git.example/keys"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			contract, err := github.NewContract(c.cfg)
			if err != nil {
				t.Fatal(err)
			}
			if got := contract.Issuer(); got != c.issuer {
				t.Errorf("the issuer is %q, not %q", got, c.issuer)
			}
			if got := contract.Rules().JWKSURL; got != c.keys {
				t.Errorf("the keys are at %q, not %q", got, c.keys)
			}
			if got := contract.Provider(); got != "github-actions" {
				t.Errorf("the provider is %q", got)
			}
		})
	}
}

func TestClaims(t *testing.T) {
	payload, err := configtest.Payload("github-actions", "new form of sub")
	if err != nil {
		t.Fatal(err)
	}
	var claims github.Claims
	if err := json.Unmarshal(payload, &claims); err != nil {
		t.Fatal(err)
	}
	if ok := claims.RepositoryID == "778899001" && claims.RunAttempt == "1" && claims.NotBefore < claims.IssuedAt; !ok {
		t.Errorf("%+v", claims)
	}
}
