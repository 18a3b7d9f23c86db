package stytch_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/revstackhq/auth-go/core/providers/internal/configtest"
	"github.com/revstackhq/auth-go/core/providers/stytch"
)

func good(change func(*stytch.Config)) stytch.Config {
	cfg := stytch.Config{ProjectID: "project-live-1"}
	change(&cfg)
	return cfg
}

// TestNewContractFaults: every mistake is reported, by the field of Config.
func TestNewContractFaults(t *testing.T) {
	cases := []struct {
		name string
		cfg  stytch.Config
		want []string
	}{
		{"nothing", stytch.Config{}, []string{"ProjectID"}},
		{"a secret's prefix", good(func(c *stytch.Config) { c.ProjectID = "secret-live-1" }), []string{"ProjectID"}},
		{"the issuer", good(func(c *stytch.Config) { c.ProjectID = "stytch.com/project-live-1" }), []string{"ProjectID"}},
		{"an unknown kind", good(func(c *stytch.Config) { c.Kind = "B2B" }), []string{"Kind"}},
		{"organizations of users", good(func(c *stytch.Config) { c.Organizations = []string{"organization-live-1"} }), []string{"Organizations"}},
		{"an empty organization", good(func(c *stytch.Config) { c.Kind, c.Organizations = "b2b", []string{""} }), []string{"Organizations"}},
		{"a custom domain by http", good(func(c *stytch.Config) { c.CustomDomain = "http://login.example" }), []string{"CustomDomain"}},
		{"keys by http", good(func(c *stytch.Config) { c.JWKSURL = "http://keys.example" }), []string{"JWKSURL"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			contract, err := stytch.NewContract(c.cfg)
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
		cfg          stytch.Config
		issuer, keys string
	}{
		{
			"users", good(func(*stytch.Config) {}),
			"stytch.com/project-live-1", "https://api.stytch.com/v1/sessions/jwks/project-live-1",
		},
		{
			"members", good(func(c *stytch.Config) { c.Kind = stytch.KindB2B }),
			"stytch.com/project-live-1", "https://api.stytch.com/v1/b2b/sessions/jwks/project-live-1",
		},
		{
			"machines of a test project", good(func(c *stytch.Config) { c.ProjectID, c.Kind = "project-test-1", stytch.KindM2M }),
			"stytch.com/project-test-1", "https://test.stytch.com/v1/sessions/jwks/project-test-1",
		},
		{
			"a custom domain, keys elsewhere", good(func(c *stytch.Config) { c.CustomDomain, c.JWKSURL = "login.example", "https://keys.example/set" }),
			"stytch.com/project-live-1", "https://keys.example/set",
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			contract, err := stytch.NewContract(c.cfg)
			if err != nil {
				t.Fatal(err)
			}
			if got := contract.Issuer(); got != c.issuer {
				t.Errorf("the issuer is %q, not %q", got, c.issuer)
			}
			if got := contract.Rules().JWKSURL; got != c.keys {
				t.Errorf("the keys are at %q, not %q", got, c.keys)
			}
			if got := contract.Provider(); got != "stytch" {
				t.Errorf("the provider is %q", got)
			}
		})
	}
}

func TestClaims(t *testing.T) {
	payload, err := configtest.Payload("stytch", "session of a member")
	if err != nil {
		t.Fatal(err)
	}
	var claims stytch.Claims
	if err := json.Unmarshal(payload, &claims); err != nil {
		t.Fatal(err)
	}
	if ok := claims.Session != nil && claims.Organization != nil && claims.Organization.Slug == "northwind" && slices.Equal(claims.Audience, []string{"project-live-0f4a5c1e-9d27-4e6b-8a13-6b2c7d90e5f8"}); !ok {
		t.Errorf("%+v", claims)
	}
}
