package vercel_test

import (
	"encoding/json"
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
	cases := []struct {
		name string
		cfg  vercel.Config
		want []string
	}{
		{"nothing", vercel.Config{}, []string{"Environments", "ProjectIDs", "Team"}},
		{"the team's URL", good(func(c *vercel.Config) { c.Team = "https://vercel.com/northwind" }), []string{"Team"}},
		{"the team's id as slug", good(func(c *vercel.Config) { c.Team = "team_7Gw5" }), []string{"Team"}},
		{"the global issuer without an owner", good(func(c *vercel.Config) { c.GlobalIssuer = true }), []string{"OwnerIDs"}},
		{"a slug as owner", good(func(c *vercel.Config) { c.OwnerIDs = []string{"northwind"} }), []string{"OwnerIDs"}},
		{"an empty owner", good(func(c *vercel.Config) { c.OwnerIDs = []string{""} }), []string{"OwnerIDs"}},
		{"no project", good(func(c *vercel.Config) { c.ProjectIDs = nil }), []string{"ProjectIDs"}},
		{"a name as project id", good(func(c *vercel.Config) { c.ProjectIDs = []string{"invoices"} }), []string{"ProjectIDs"}},
		{"any project and one", good(func(c *vercel.Config) { c.InsecureAnyProject = true }), []string{"InsecureAnyProject"}},
		{"an empty name of a project", good(func(c *vercel.Config) { c.Projects = []string{""} }), []string{"Projects"}},
		{"no environment", good(func(c *vercel.Config) { c.Environments = nil }), []string{"Environments"}},
		{"any environment and one", good(func(c *vercel.Config) { c.InsecureAnyEnvironment = true }), []string{"InsecureAnyEnvironment"}},
		{"an empty audience", good(func(c *vercel.Config) { c.Audience = []string{""} }), []string{"Audience"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			contract, err := vercel.NewContract(c.cfg)
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
		name                   string
		cfg                    vercel.Config
		issuer, keys, audience string
	}{
		{
			"team", good(func(*vercel.Config) {}),
			"https://oidc.vercel.com/northwind", "https://oidc.vercel.com/northwind/.well-known/jwks", "https://vercel.com/northwind",
		},
		{
			"global", good(func(c *vercel.Config) { c.GlobalIssuer, c.OwnerIDs = true, []string{"team_1"} }),
			"https://oidc.vercel.com", "https://oidc.vercel.com/.well-known/jwks", "https://vercel.com/northwind",
		},
		{
			"everything of the team, its own audience", good(func(c *vercel.Config) {
				*c = vercel.Config{Team: "northwind", Audience: []string{"invoices"}, InsecureAnyProject: true, InsecureAnyEnvironment: true}
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
	payload, err := configtest.Payload("vercel", "exchanged for an audience of its own")
	if err != nil {
		t.Fatal(err)
	}
	var claims vercel.Claims
	if err := json.Unmarshal(payload, &claims); err != nil {
		t.Fatal(err)
	}
	if claims.Actor == nil || claims.Actor.IssuedAt != 1787299000 || claims.Environment != "production" {
		t.Errorf("%+v", claims)
	}
}
