package supertokens_test

import (
	"encoding/json"
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
	cases := []struct {
		name string
		cfg  supertokens.Config
		want []string
	}{
		{"nothing", supertokens.Config{}, []string{"APIDomain"}},
		{"a path in the domain", good(func(c *supertokens.Config) { c.APIDomain = "https://api.example/auth" }), []string{"APIDomain"}},
		{"a domain by http", good(func(c *supertokens.Config) { c.APIDomain = "http://api.example" }), []string{"APIDomain"}},
		{"a base path without a slash", good(func(c *supertokens.Config) { c.APIBasePath = "auth" }), []string{"APIBasePath"}},
		{"a base path with a query", good(func(c *supertokens.Config) { c.APIBasePath = "/auth?x" }), []string{"APIBasePath"}},
		{"keys by http", good(func(c *supertokens.Config) { c.JWKSURL = "http://keys.example" }), []string{"JWKSURL"}},
		{"an empty audience", good(func(c *supertokens.Config) { c.Audience = []string{""} }), []string{"Audience"}},
		{"an empty tenant", good(func(c *supertokens.Config) { c.Tenants = []string{""} }), []string{"Tenants"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			contract, err := supertokens.NewContract(c.cfg)
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
		cfg          supertokens.Config
		issuer, keys string
	}{
		{
			"domain", good(func(*supertokens.Config) {}),
			"https://api.example/auth", "https://api.example/auth/jwt/jwks.json",
		},
		{
			"at the root", good(func(c *supertokens.Config) { c.APIBasePath = "/" }),
			"https://api.example", "https://api.example/jwt/jwks.json",
		},
		{
			"development on loopback", good(func(c *supertokens.Config) { c.APIDomain = "http://localhost:3001/" }),
			"http://localhost:3001/auth", "http://localhost:3001/auth/jwt/jwks.json",
		},
		{
			"issuer and keys of its own", good(func(c *supertokens.Config) { c.Issuer, c.JWKSURL = "northwind", "https://keys.example/set" }),
			"northwind", "https://keys.example/set",
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			contract, err := supertokens.NewContract(c.cfg)
			if err != nil {
				t.Fatal(err)
			}
			if got := contract.Issuer(); got != c.issuer {
				t.Errorf("the issuer is %q, not %q", got, c.issuer)
			}
			if got := contract.Rules().JWKSURL; got != c.keys {
				t.Errorf("the keys are at %q, not %q", got, c.keys)
			}
			if got := contract.Provider(); got != "supertokens" {
				t.Errorf("the provider is %q", got)
			}
		})
	}
}

func TestClaims(t *testing.T) {
	payload, err := configtest.Payload("supertokens", "session")
	if err != nil {
		t.Fatal(err)
	}
	var claims supertokens.Claims
	if err := json.Unmarshal(payload, &claims); err != nil {
		t.Fatal(err)
	}
	if ok := claims.EmailVerified.Value && slices.Equal(claims.Roles.Value, []string{"billing"}) && claims.AntiCSRFToken == ""; !ok {
		t.Errorf("%+v", claims)
	}
}
