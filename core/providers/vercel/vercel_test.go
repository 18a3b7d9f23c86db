package vercel_test

import (
	"slices"
	"testing"

	"github.com/revstackhq/auth-go/core/providers/internal/configtest"
	"github.com/revstackhq/auth-go/core/providers/vercel"
)

func good(change func(*vercel.Config)) vercel.Config {
	cfg := vercel.Config{Team: "northwind", ProjectIDs: []string{"prj_1"}, Environments: []string{"production"}}
	change(&cfg)
	return cfg
}

// TestNewContractFaults: every mistake is reported, by the field of Config.
func TestNewContractFaults(t *testing.T) {
	configtest.Mistakes(t, vercel.NewContract, []configtest.Mistake[vercel.Config]{
		{Name: "nothing", Config: vercel.Config{}, Fields: []string{"Environments", "ProjectIDs", "Team"}},
		{
			Name:   "the team's URL",
			Config: good(func(c *vercel.Config) { c.Team = "https://vercel.com/northwind" }),
			Fields: []string{"Team"},
		},
		{
			Name:   "the team's id as slug",
			Config: good(func(c *vercel.Config) { c.Team = "team_7Gw5" }),
			Fields: []string{"Team"},
		},
		{
			Name:   "the global issuer without an owner",
			Config: good(func(c *vercel.Config) { c.GlobalIssuer = true }),
			Fields: []string{"OwnerIDs"},
		},
		{
			Name:   "a slug as owner",
			Config: good(func(c *vercel.Config) { c.OwnerIDs = []string{"northwind"} }),
			Fields: []string{"OwnerIDs"},
		},
		{
			Name:   "an empty owner",
			Config: good(func(c *vercel.Config) { c.OwnerIDs = []string{""} }),
			Fields: []string{"OwnerIDs"},
		},
		{
			Name:   "no project",
			Config: good(func(c *vercel.Config) { c.ProjectIDs = nil }),
			Fields: []string{"ProjectIDs"},
		},
		{
			Name:   "a name as project id",
			Config: good(func(c *vercel.Config) { c.ProjectIDs = []string{"invoices"} }),
			Fields: []string{"ProjectIDs"},
		},
		{
			Name:   "any project and one",
			Config: good(func(c *vercel.Config) { c.InsecureAnyProject = true }),
			Fields: []string{"InsecureAnyProject"},
		},
		{
			Name:   "an empty name of a project",
			Config: good(func(c *vercel.Config) { c.Projects = []string{""} }),
			Fields: []string{"Projects"},
		},
		{
			Name:   "no environment",
			Config: good(func(c *vercel.Config) { c.Environments = nil }),
			Fields: []string{"Environments"},
		},
		{
			Name:   "any environment and one",
			Config: good(func(c *vercel.Config) { c.InsecureAnyEnvironment = true }),
			Fields: []string{"InsecureAnyEnvironment"},
		},
		{
			Name:   "an empty audience",
			Config: good(func(c *vercel.Config) { c.Audience = []string{""} }),
			Fields: []string{"Audience"},
		},
	})
}

// TestNewContractKeys: where issuer and keys are, for what users write.
func TestNewContractKeys(t *testing.T) {
	cases := []struct {
		name                   string
		cfg                    vercel.Config
		issuer, keys, audience string
	}{
		{
			"team", good(func(*vercel.Config) {}),
			"https://oidc.vercel.com/northwind", "https://oidc.vercel.com/northwind/.well-known/jwks",
			"https://vercel.com/northwind",
		},
		{
			"global", good(func(c *vercel.Config) { c.GlobalIssuer, c.OwnerIDs = true, []string{"team_1"} }),
			"https://oidc.vercel.com", "https://oidc.vercel.com/.well-known/jwks", "https://vercel.com/northwind",
		},
		{
			"everything of the team, its own audience", good(func(c *vercel.Config) {
				*c = vercel.Config{
					Team:                   "northwind",
					Audience:               []string{"invoices"},
					InsecureAnyProject:     true,
					InsecureAnyEnvironment: true,
				}
			}),
			"https://oidc.vercel.com/northwind", "https://oidc.vercel.com/northwind/.well-known/jwks", "invoices",
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			contract, err := vercel.NewContract(c.cfg)
			if err != nil {
				t.Fatal(err)
			}
			if got := contract.Issuer(); got != c.issuer {
				t.Errorf("the issuer is %q, not %q", got, c.issuer)
			}
			if got := contract.Rules().JWKSURL; got != c.keys {
				t.Errorf("the keys are at %q, not %q", got, c.keys)
			}
			if got := contract.Rules().Audiences; !slices.Equal(got, []string{c.audience}) {
				t.Errorf("the audience is %q, not %q", got, c.audience)
			}
			if got := contract.Provider(); got != "vercel" {
				t.Errorf("the provider is %q", got)
			}
		})
	}
}

func TestClaims(t *testing.T) {
	claims := configtest.Claims[vercel.Claims](t, "vercel", "exchanged for an audience of its own")
	if claims.Actor == nil || claims.Actor.IssuedAt != 1787299000 || claims.Environment != "production" {
		t.Errorf("%+v", claims)
	}
}
