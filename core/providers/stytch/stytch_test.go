package stytch_test

import (
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
	configtest.Mistakes(t, stytch.NewContract, []configtest.Mistake[stytch.Config]{
		{Name: "nothing", Config: stytch.Config{}, Fields: []string{"ProjectID"}},
		{
			Name:   "a secret's prefix",
			Config: good(func(c *stytch.Config) { c.ProjectID = "secret-live-1" }),
			Fields: []string{"ProjectID"},
		},
		{
			Name:   "the issuer",
			Config: good(func(c *stytch.Config) { c.ProjectID = "stytch.com/project-live-1" }),
			Fields: []string{"ProjectID"},
		},
		{
			Name:   "an unknown kind",
			Config: good(func(c *stytch.Config) { c.Kind = "B2B" }),
			Fields: []string{"Kind"},
		},
		{
			Name:   "organizations of users",
			Config: good(func(c *stytch.Config) { c.Organizations = []string{"organization-live-1"} }),
			Fields: []string{"Organizations"},
		},
		{
			Name:   "an empty organization",
			Config: good(func(c *stytch.Config) { c.Kind, c.Organizations = "b2b", []string{""} }),
			Fields: []string{"Organizations"},
		},
		{
			Name:   "a custom domain by http",
			Config: good(func(c *stytch.Config) { c.CustomDomain = "http://login.example" }),
			Fields: []string{"CustomDomain"},
		},
		{
			Name:   "keys by http",
			Config: good(func(c *stytch.Config) { c.JWKSURL = "http://keys.example" }),
			Fields: []string{"JWKSURL"},
		},
	})
}

// TestNewContractKeys: where issuer and keys are, for what users write.
func TestNewContractKeys(t *testing.T) {
	configtest.Places(t, "stytch", stytch.NewContract, []configtest.Place[stytch.Config]{
		{
			Name:   "users",
			Config: good(func(*stytch.Config) {}),
			Issuer: "stytch.com/project-live-1",
			Keys:   "https://api.stytch.com/v1/sessions/jwks/project-live-1",
		},
		{
			Name:   "members",
			Config: good(func(c *stytch.Config) { c.Kind = stytch.KindB2B }),
			Issuer: "stytch.com/project-live-1",
			Keys:   "https://api.stytch.com/v1/b2b/sessions/jwks/project-live-1",
		},
		{
			Name:   "machines of a test project",
			Config: good(func(c *stytch.Config) { c.ProjectID, c.Kind = "project-test-1", stytch.KindM2M }),
			Issuer: "stytch.com/project-test-1",
			Keys:   "https://test.stytch.com/v1/sessions/jwks/project-test-1",
		},
		{
			Name:   "a custom domain, keys elsewhere",
			Config: good(func(c *stytch.Config) { c.CustomDomain, c.JWKSURL = "login.example", "https://keys.example/set" }),
			Issuer: "stytch.com/project-live-1",
			Keys:   "https://keys.example/set",
		},
	})
}

func TestClaims(t *testing.T) {
	claims := configtest.Claims[stytch.Claims](t, "stytch", "session of a member")
	if ok := claims.Session != nil && claims.Organization != nil && claims.Organization.Slug == "northwind" &&
		slices.Equal(claims.Audience, []string{"project-live-0f4a5c1e-9d27-4e6b-8a13-6b2c7d90e5f8"}); !ok {
		t.Errorf("%+v", claims)
	}
}
