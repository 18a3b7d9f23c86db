package descope_test

import (
	"slices"
	"testing"

	"github.com/revstackhq/auth-go/core/providers/descope"
	"github.com/revstackhq/auth-go/core/providers/internal/configtest"
)

func good(change func(*descope.Config)) descope.Config {
	cfg := descope.Config{ProjectID: "P2x"}
	change(&cfg)
	return cfg
}

// TestNewContractFaults: every mistake is reported, by the field of Config.
func TestNewContractFaults(t *testing.T) {
	configtest.Mistakes(t, descope.NewContract, []configtest.Mistake[descope.Config]{
		{Name: "nothing", Config: descope.Config{}, Fields: []string{"ProjectID"}},
		{
			Name:   "the issuer's URL",
			Config: good(func(c *descope.Config) { c.ProjectID = "https://api.descope.com/P2x" }),
			Fields: []string{"ProjectID"},
		},
		{
			Name:   "a base URL by http",
			Config: good(func(c *descope.Config) { c.BaseURL = "http://api.example" }),
			Fields: []string{"BaseURL"},
		},
		{
			Name:   "an empty issuer",
			Config: good(func(c *descope.Config) { c.Issuers = []string{""} }),
			Fields: []string{"Issuers"},
		},
		{
			Name:   "an empty audience",
			Config: good(func(c *descope.Config) { c.Audience = []string{""} }),
			Fields: []string{"Audience"},
		},
		{
			Name:   "a tenant with white space",
			Config: good(func(c *descope.Config) { c.Tenant = " T2" }),
			Fields: []string{"Tenant"},
		},
		{
			Name:   "an empty current tenant",
			Config: good(func(c *descope.Config) { c.CurrentTenants = []string{""} }),
			Fields: []string{"CurrentTenants"},
		},
	})
}

// TestNewContractKeys: where issuer and keys are, for what users write.
func TestNewContractKeys(t *testing.T) {
	configtest.Places(t, "descope", descope.NewContract, []configtest.Place[descope.Config]{
		{
			Name:   "project",
			Config: good(func(*descope.Config) {}),
			Issuer: "P2x",
			Keys:   "https://api.descope.com/v2/keys/P2x",
		},
		{
			Name:   "another region",
			Config: good(func(c *descope.Config) { c.BaseURL = "https://api.euc1.descope.com/" }),
			Issuer: "P2x",
			Keys:   "https://api.euc1.descope.com/v2/keys/P2x",
		},
		{
			Name:   "issuers of its own",
			Config: good(func(c *descope.Config) { c.Issuers = []string{"https://api.descope.com/v1/apps/P2x"} }),
			Issuer: "https://api.descope.com/v1/apps/P2x",
			Keys:   "https://api.descope.com/v2/keys/P2x",
		},
	})
}

func TestClaims(t *testing.T) {
	claims := configtest.Claims[descope.Claims](t, "descope", "session")
	if ok := slices.Equal(claims.Tenants["T2acme"].Roles, []string{"Billing"}) && claims.CurrentTenant == "T2acme"; !ok {
		t.Errorf("%+v", claims)
	}
}
