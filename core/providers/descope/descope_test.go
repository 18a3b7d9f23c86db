package descope_test

import (
	"encoding/json"
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
	cases := []struct {
		name string
		cfg  descope.Config
		want []string
	}{
		{"nothing", descope.Config{}, []string{"ProjectID"}},
		{"the issuer's URL", good(func(c *descope.Config) { c.ProjectID = "https://api.descope.com/P2x" }), []string{"ProjectID"}},
		{"a base URL by http", good(func(c *descope.Config) { c.BaseURL = "http://api.example" }), []string{"BaseURL"}},
		{"an empty issuer", good(func(c *descope.Config) { c.Issuers = []string{""} }), []string{"Issuers"}},
		{"an empty audience", good(func(c *descope.Config) { c.Audience = []string{""} }), []string{"Audience"}},
		{"a tenant with white space", good(func(c *descope.Config) { c.Tenant = " T2" }), []string{"Tenant"}},
		{"an empty current tenant", good(func(c *descope.Config) { c.CurrentTenants = []string{""} }), []string{"CurrentTenants"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			contract, err := descope.NewContract(c.cfg)
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
		cfg          descope.Config
		issuer, keys string
	}{
		{
			"project", good(func(*descope.Config) {}),
			"P2x", "https://api.descope.com/v2/keys/P2x",
		},
		{
			"another region", good(func(c *descope.Config) { c.BaseURL = "https://api.euc1.descope.com/" }),
			"P2x", "https://api.euc1.descope.com/v2/keys/P2x",
		},
		{
			"issuers of its own", good(func(c *descope.Config) { c.Issuers = []string{"https://api.descope.com/v1/apps/P2x"} }),
			"https://api.descope.com/v1/apps/P2x", "https://api.descope.com/v2/keys/P2x",
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			contract, err := descope.NewContract(c.cfg)
			if err != nil {
				t.Fatal(err)
			}
			if got := contract.Issuer(); got != c.issuer {
				t.Errorf("the issuer is %q, not %q", got, c.issuer)
			}
			if got := contract.Rules().JWKSURL; got != c.keys {
				t.Errorf("the keys are at %q, not %q", got, c.keys)
			}
			if got := contract.Provider(); got != "descope" {
				t.Errorf("the provider is %q", got)
			}
		})
	}
}

func TestClaims(t *testing.T) {
	payload, err := configtest.Payload("descope", "session")
	if err != nil {
		t.Fatal(err)
	}
	var claims descope.Claims
	if err := json.Unmarshal(payload, &claims); err != nil {
		t.Fatal(err)
	}
	if ok := slices.Equal(claims.Tenants["T2acme"].Roles, []string{"Billing"}) && claims.CurrentTenant == "T2acme"; !ok {
		t.Errorf("%+v", claims)
	}
}
