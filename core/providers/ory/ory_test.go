package ory_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/revstackhq/auth-go/core/providers/internal/configtest"
	"github.com/revstackhq/auth-go/core/providers/ory"
)

func good(change func(*ory.Config)) ory.Config {
	cfg := ory.Config{Issuer: "https://auth.example/", Audience: []string{"a"}}
	change(&cfg)
	return cfg
}

// TestNewContractFaults: every mistake is reported, by the field of Config.
func TestNewContractFaults(t *testing.T) {
	cases := []struct {
		name string
		cfg  ory.Config
		want []string
	}{
		{"nothing", ory.Config{}, []string{"Audience", "Issuer"}},
		{"an unknown kind", good(func(c *ory.Config) { c.Kind = "id" }), []string{"Kind"}},
		{"an empty audience", good(func(c *ory.Config) { c.Audience = []string{""} }), []string{"Audience"}},
		{"an empty client", good(func(c *ory.Config) { c.ClientIDs = []string{""} }), []string{"ClientIDs"}},
		{"an issuer by http", good(func(c *ory.Config) { c.Issuer = "http://auth.example" }), []string{"Issuer"}},
		{"two key sets", good(func(c *ory.Config) { c.JWKSURL, c.JWKS = "https://keys.example", json.RawMessage(`{"keys":[]}`) }), []string{"JWKS"}},
		{"a session without keys", good(func(c *ory.Config) { c.Kind = "session" }), []string{"JWKSURL"}},
		{"a session with what access tokens have", good(func(c *ory.Config) {
			c.Kind, c.JWKSURL, c.ClientIDs, c.AllowMachines = "session", "https://keys.example", []string{"c"}, true
		}), []string{"AllowMachines", "ClientIDs"}},
		{"a path that is none", good(func(c *ory.Config) { c.RolesClaim = "a..b" }), []string{"RolesClaim"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			contract, err := ory.NewContract(c.cfg)
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
		cfg          ory.Config
		issuer, keys string
	}{
		{
			"Hydra", good(func(*ory.Config) {}),
			"https://auth.example/", "https://auth.example/.well-known/jwks.json",
		},
		{
			"Ory Network", good(func(c *ory.Config) { c.Issuer = "https://x.projects.oryapis.com" }),
			"https://x.projects.oryapis.com", "https://x.projects.oryapis.com/.well-known/jwks.json",
		},
		{
			"sessions", good(func(c *ory.Config) { c.Kind, c.JWKSURL, c.Audience = "session", "https://keys.example/set", nil }),
			"https://auth.example/", "https://keys.example/set",
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			contract, err := ory.NewContract(c.cfg)
			if err != nil {
				t.Fatal(err)
			}
			if got := contract.Issuer(); got != c.issuer {
				t.Errorf("the issuer is %q, not %q", got, c.issuer)
			}
			if got := contract.Rules().JWKSURL; got != c.keys {
				t.Errorf("the keys are at %q, not %q", got, c.keys)
			}
			if got := contract.Provider(); got != "ory" {
				t.Errorf("the provider is %q", got)
			}
		})
	}
}

func TestClaims(t *testing.T) {
	payload, err := configtest.Payload("ory", "access token of a person")
	if err != nil {
		t.Fatal(err)
	}
	var claims ory.Claims
	if err := json.Unmarshal(payload, &claims); err != nil {
		t.Fatal(err)
	}
	if ok := claims.ClientID != "" && slices.Equal(claims.Scopes, []string{"openid", "invoices:read"}) && claims.Ext["email"] == "rhea@northwind.example"; !ok {
		t.Errorf("%+v", claims)
	}
}
