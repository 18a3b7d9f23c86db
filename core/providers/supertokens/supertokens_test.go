package supertokens_test

import (
	"slices"
	"testing"

	"github.com/revstackhq/auth-go/core/providers/internal/configtest"
	"github.com/revstackhq/auth-go/core/providers/supertokens"
)

func good(change func(*supertokens.Config)) supertokens.Config {
	cfg := supertokens.Config{APIDomain: "https://api.example"}
	change(&cfg)
	return cfg
}

// TestNewContractFaults: every mistake is reported, by the field of Config.
func TestNewContractFaults(t *testing.T) {
	configtest.Mistakes(t, supertokens.NewContract, []configtest.Mistake[supertokens.Config]{
		{Name: "nothing", Config: supertokens.Config{}, Fields: []string{"APIDomain"}},
		{
			Name:   "a path in the domain",
			Config: good(func(c *supertokens.Config) { c.APIDomain = "https://api.example/auth" }),
			Fields: []string{"APIDomain"},
		},
		{
			Name:   "a domain by http",
			Config: good(func(c *supertokens.Config) { c.APIDomain = "http://api.example" }),
			Fields: []string{"APIDomain"},
		},
		{
			Name:   "a base path without a slash",
			Config: good(func(c *supertokens.Config) { c.APIBasePath = "auth" }),
			Fields: []string{"APIBasePath"},
		},
		{
			Name:   "a base path with a query",
			Config: good(func(c *supertokens.Config) { c.APIBasePath = "/auth?x" }),
			Fields: []string{"APIBasePath"},
		},
		{
			Name:   "keys by http",
			Config: good(func(c *supertokens.Config) { c.JWKSURL = "http://keys.example" }),
			Fields: []string{"JWKSURL"},
		},
		{
			Name:   "an empty audience",
			Config: good(func(c *supertokens.Config) { c.Audience = []string{""} }),
			Fields: []string{"Audience"},
		},
		{
			Name:   "an empty tenant",
			Config: good(func(c *supertokens.Config) { c.Tenants = []string{""} }),
			Fields: []string{"Tenants"},
		},
	})
}

// TestNewContractKeys: where issuer and keys are, for what users write.
func TestNewContractKeys(t *testing.T) {
	configtest.Places(t, "supertokens", supertokens.NewContract, []configtest.Place[supertokens.Config]{
		{
			Name:   "domain",
			Config: good(func(*supertokens.Config) {}),
			Issuer: "https://api.example/auth",
			Keys:   "https://api.example/auth/jwt/jwks.json",
		},
		{
			Name:   "at the root",
			Config: good(func(c *supertokens.Config) { c.APIBasePath = "/" }),
			Issuer: "https://api.example",
			Keys:   "https://api.example/jwt/jwks.json",
		},
		{
			Name:   "development on loopback",
			Config: good(func(c *supertokens.Config) { c.APIDomain = "http://localhost:3001/" }),
			Issuer: "http://localhost:3001/auth",
			Keys:   "http://localhost:3001/auth/jwt/jwks.json",
		},
		{
			Name:   "issuer and keys of its own",
			Config: good(func(c *supertokens.Config) { c.Issuer, c.JWKSURL = "northwind", "https://keys.example/set" }),
			Issuer: "northwind",
			Keys:   "https://keys.example/set",
		},
	})
}

func TestClaims(t *testing.T) {
	claims := configtest.Claims[supertokens.Claims](t, "supertokens", "session")
	if ok := claims.EmailVerified.Value && slices.Equal(claims.Roles.Value, []string{"billing"}) &&
		claims.AntiCSRFToken == ""; !ok {
		t.Errorf("%+v", claims)
	}
}
