package gitlab_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/revstackhq/auth-go/core/providers/gitlab"
	"github.com/revstackhq/auth-go/core/providers/internal/configtest"
)

// TestNewContractFaults: every mistake is reported, by the field of Config.
func TestNewContractFaults(t *testing.T) {
	good := func(change func(*gitlab.Config)) gitlab.Config {
		cfg := gitlab.Config{Audience: []string{"a"}, ProjectIDs: []string{"20"}}
		change(&cfg)
		return cfg
	}
	cases := []struct {
		name string
		cfg  gitlab.Config
		want []string
	}{
		{"nothing", gitlab.Config{}, []string{"Audience", "ProjectIDs"}},
		{"no condition", good(func(c *gitlab.Config) { c.ProjectIDs = nil }), []string{"ProjectIDs"}},
		{"a branch alone", good(func(c *gitlab.Config) { c.ProjectIDs, c.Refs = nil, []string{"refs/heads/main"} }), []string{"ProjectIDs"}},
		{"a protected branch alone", good(func(c *gitlab.Config) { c.ProjectIDs, c.ProtectedRefs = nil, true }), []string{"ProjectIDs"}},
		{"the job's project alone", good(func(c *gitlab.Config) { c.ProjectIDs, c.JobProjectIDs = nil, []string{"20"} }), []string{"ProjectIDs"}},
		{"a subject without a project", good(func(c *gitlab.Config) { c.ProjectIDs, c.Subjects = nil, []string{"ref:main"} }), []string{"Subjects"}},
		{"a path as id", good(func(c *gitlab.Config) { c.ProjectIDs = []string{"northwind/invoices"} }), []string{"ProjectIDs"}},
		{"a path as namespace id", good(func(c *gitlab.Config) { c.NamespaceIDs = []string{"northwind"} }), []string{"NamespaceIDs"}},
		{"a path as id of the job's project", good(func(c *gitlab.Config) { c.JobProjectIDs = []string{"x"} }), []string{"JobProjectIDs"}},
		{"an empty id", good(func(c *gitlab.Config) { c.ProjectIDs = []string{""} }), []string{"ProjectIDs"}},
		{"a project without a group", good(func(c *gitlab.Config) { c.ProjectPaths = []string{"invoices"} }), []string{"ProjectPaths"}},
		{"a namespace with a slash", good(func(c *gitlab.Config) { c.NamespacePaths = []string{"northwind/"} }), []string{"NamespacePaths"}},
		{"a bare branch", good(func(c *gitlab.Config) { c.Refs = []string{"main"} }), []string{"Refs"}},
		{"a runner's name", good(func(c *gitlab.Config) { c.RunnerEnvironments = []string{"hosted"} }), []string{"RunnerEnvironments"}},
		{"a file without a project", good(func(c *gitlab.Config) { c.Configs = []string{".gitlab-ci.yml"} }), []string{"Configs"}},
		{"a file's URL", good(func(c *gitlab.Config) { c.Configs = []string{"https://gitlab.com/a/b/.gitlab-ci.yml"} }), []string{"Configs"}},
		{"an empty ref of a file", good(func(c *gitlab.Config) { c.Configs = []string{"gitlab.com/a/b//.gitlab-ci.yml@"} }), []string{"Configs"}},
		{"files with and without ref", good(func(c *gitlab.Config) {
			c.Configs = []string{"gitlab.com/a/b//x.yml", "gitlab.com/a/b//y.yml@refs/heads/main"}
		}), []string{"Configs"}},
		{"an issuer by http", good(func(c *gitlab.Config) { c.Issuer = "http://git.example" }), []string{"Issuer"}},
		{"an instance without a condition", gitlab.Config{Audience: []string{"a"}, Issuer: "https://git.example"}, []string{"ProjectIDs"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			contract, err := gitlab.NewContract(c.cfg)
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
		cfg          gitlab.Config
		issuer, keys string
	}{
		{"gitlab.com", gitlab.Config{ProjectIDs: []string{"20"}}, "https://gitlab.com", "https://gitlab.com/oauth/discovery/keys"},
		{
			"subjects of projects",
			gitlab.Config{Subjects: []string{"project_path:northwind/invoices:ref_type:branch:ref:main"}},
			"https://gitlab.com", "https://gitlab.com/oauth/discovery/keys",
		},
		{
			"an instance by branch",
			gitlab.Config{Issuer: "https://git.northwind.example/", Refs: []string{"refs/heads/main"}},
			"https://git.northwind.example", "https://git.northwind.example/oauth/discovery/keys",
		},
		{
			"an instance below a path, keys elsewhere",
			gitlab.Config{Issuer: "https://northwind.example/gitlab", ProtectedRefs: true, JWKSURL: "https://keys.example/set"},
			"https://northwind.example/gitlab", "https://keys.example/set",
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			c.cfg.Audience = []string{"a"}
			contract, err := gitlab.NewContract(c.cfg)
			if err != nil {
				t.Fatal(err)
			}
			if got := contract.Issuer(); got != c.issuer {
				t.Errorf("the issuer is %q, not %q", got, c.issuer)
			}
			if got := contract.Rules().JWKSURL; got != c.keys {
				t.Errorf("the keys are at %q, not %q", got, c.keys)
			}
			if got := contract.Provider(); got != "gitlab-ci" {
				t.Errorf("the provider is %q", got)
			}
		})
	}
}

func TestClaims(t *testing.T) {
	payload, err := configtest.Payload("gitlab-ci", "job on a protected branch")
	if err != nil {
		t.Fatal(err)
	}
	var claims gitlab.Claims
	if err := json.Unmarshal(payload, &claims); err != nil {
		t.Fatal(err)
	}
	if ok := claims.ProjectID == "56004559" && claims.RunnerID == 12270852 && claims.RefProtected == "true"; !ok {
		t.Errorf("%+v", claims)
	}
}
