package gitlab_test

import (
	"testing"

	"github.com/revstackhq/auth-go/core/providers/gitlab"
	"github.com/revstackhq/auth-go/core/providers/internal/configtest"
)

func good(change func(*gitlab.Config)) gitlab.Config {
	cfg := gitlab.Config{Audience: []string{"a"}, ProjectIDs: []string{"20"}}
	change(&cfg)
	return cfg
}

// TestNewContractFaults: every mistake is reported, by the field of Config.
func TestNewContractFaults(t *testing.T) {
	configtest.Mistakes(t, gitlab.NewContract, []configtest.Mistake[gitlab.Config]{
		{Name: "nothing", Config: gitlab.Config{}, Fields: []string{"Audience", "ProjectIDs"}},
		{
			Name:   "no condition",
			Config: good(func(c *gitlab.Config) { c.ProjectIDs = nil }),
			Fields: []string{"ProjectIDs"},
		},
		{
			Name:   "a branch alone",
			Config: good(func(c *gitlab.Config) { c.ProjectIDs, c.Refs = nil, []string{"refs/heads/main"} }),
			Fields: []string{"ProjectIDs"},
		},
		{
			Name:   "a protected branch alone",
			Config: good(func(c *gitlab.Config) { c.ProjectIDs, c.ProtectedRefs = nil, true }),
			Fields: []string{"ProjectIDs"},
		},
		{
			Name:   "the job's project alone",
			Config: good(func(c *gitlab.Config) { c.ProjectIDs, c.JobProjectIDs = nil, []string{"20"} }),
			Fields: []string{"ProjectIDs"},
		},
		{
			Name:   "a subject without a project",
			Config: good(func(c *gitlab.Config) { c.ProjectIDs, c.Subjects = nil, []string{"ref:main"} }),
			Fields: []string{"Subjects"},
		},
		{
			Name:   "a path as id",
			Config: good(func(c *gitlab.Config) { c.ProjectIDs = []string{"northwind/invoices"} }),
			Fields: []string{"ProjectIDs"},
		},
		{
			Name:   "a path as namespace id",
			Config: good(func(c *gitlab.Config) { c.NamespaceIDs = []string{"northwind"} }),
			Fields: []string{"NamespaceIDs"},
		},
		{
			Name:   "a path as id of the job's project",
			Config: good(func(c *gitlab.Config) { c.JobProjectIDs = []string{"x"} }),
			Fields: []string{"JobProjectIDs"},
		},
		{
			Name:   "an empty id",
			Config: good(func(c *gitlab.Config) { c.ProjectIDs = []string{""} }),
			Fields: []string{"ProjectIDs"},
		},
		{
			Name:   "a project without a group",
			Config: good(func(c *gitlab.Config) { c.ProjectPaths = []string{"invoices"} }),
			Fields: []string{"ProjectPaths"},
		},
		{
			Name:   "a namespace with a slash",
			Config: good(func(c *gitlab.Config) { c.NamespacePaths = []string{"northwind/"} }),
			Fields: []string{"NamespacePaths"},
		},
		{
			Name:   "a bare branch",
			Config: good(func(c *gitlab.Config) { c.Refs = []string{"main"} }),
			Fields: []string{"Refs"},
		},
		{
			Name:   "a runner's name",
			Config: good(func(c *gitlab.Config) { c.RunnerEnvironments = []string{"hosted"} }),
			Fields: []string{"RunnerEnvironments"},
		},
		{
			Name:   "a file without a project",
			Config: good(func(c *gitlab.Config) { c.Configs = []string{".gitlab-ci.yml"} }),
			Fields: []string{"Configs"},
		},
		{
			Name:   "a file's URL",
			Config: good(func(c *gitlab.Config) { c.Configs = []string{"https://gitlab.com/a/b/.gitlab-ci.yml"} }),
			Fields: []string{"Configs"},
		},
		{
			Name:   "an empty ref of a file",
			Config: good(func(c *gitlab.Config) { c.Configs = []string{"gitlab.com/a/b//.gitlab-ci.yml@"} }),
			Fields: []string{"Configs"},
		},
		{
			Name: "files with and without ref",
			Config: good(func(c *gitlab.Config) {
				c.Configs = []string{"gitlab.com/a/b//x.yml", "gitlab.com/a/b//y.yml@refs/heads/main"}
			}),
			Fields: []string{"Configs"},
		},
		{
			Name:   "an issuer by http",
			Config: good(func(c *gitlab.Config) { c.Issuer = "http://git.example" }),
			Fields: []string{"Issuer"},
		},
		{
			Name:   "an instance without a condition",
			Config: gitlab.Config{Audience: []string{"a"}, Issuer: "https://git.example"},
			Fields: []string{"ProjectIDs"},
		},
	})
}

// TestNewContractKeys: where issuer and keys are, for what users write.
func TestNewContractKeys(t *testing.T) {
	configtest.Places(t, "gitlab-ci", gitlab.NewContract, []configtest.Place[gitlab.Config]{
		{
			Name:   "gitlab.com",
			Config: gitlab.Config{Audience: []string{"a"}, ProjectIDs: []string{"20"}},
			Issuer: "https://gitlab.com",
			Keys:   "https://gitlab.com/oauth/discovery/keys",
		},
		{
			Name: "subjects of projects",
			Config: gitlab.Config{
				Audience: []string{"a"},
				Subjects: []string{"project_path:northwind/invoices:ref_type:branch:ref:main"},
			},
			Issuer: "https://gitlab.com",
			Keys:   "https://gitlab.com/oauth/discovery/keys",
		},
		{
			Name: "an instance by branch",
			Config: gitlab.Config{
				Audience: []string{"a"},
				Issuer:   "https://git.northwind.example/",
				Refs:     []string{"refs/heads/main"},
			},
			Issuer: "https://git.northwind.example",
			Keys:   "https://git.northwind.example/oauth/discovery/keys",
		},
		{
			Name: "an instance below a path, keys elsewhere",
			Config: gitlab.Config{
				Audience:      []string{"a"},
				Issuer:        "https://northwind.example/gitlab",
				ProtectedRefs: true,
				JWKSURL:       "https://keys.example/set",
			},
			Issuer: "https://northwind.example/gitlab",
			Keys:   "https://keys.example/set",
		},
	})
}

func TestClaims(t *testing.T) {
	claims := configtest.Claims[gitlab.Claims](t, "gitlab-ci", "job on a protected branch")
	if ok := claims.ProjectID == "56004559" && claims.RunnerID == 12270852 && claims.RefProtected == "true"; !ok {
		t.Errorf("%+v", claims)
	}
}
