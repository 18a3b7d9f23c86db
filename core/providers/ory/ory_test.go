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
	configtest.Mistakes(t, ory.NewContract, []configtest.Mistake[ory.Config]{
		{Name: "nothing", Config: ory.Config{}, Fields: []string{"Audience", "Issuer"}},
		{
			Name:   "an unknown kind",
			Config: good(func(c *ory.Config) { c.Kind = "id" }),
			Fields: []string{"Kind"},
		},
		{
			Name:   "an empty audience",
			Config: good(func(c *ory.Config) { c.Audience = []string{""} }),
			Fields: []string{"Audience"},
		},
		{
			Name:   "an empty client",
			Config: good(func(c *ory.Config) { c.ClientIDs = []string{""} }),
			Fields: []string{"ClientIDs"},
		},
		{
			Name:   "an issuer by http",
			Config: good(func(c *ory.Config) { c.Issuer = "http://auth.example" }),
			Fields: []string{"Issuer"},
		},
		{
			Name:   "two key sets",
			Config: good(func(c *ory.Config) { c.JWKSURL, c.JWKS = "https://keys.example", json.RawMessage(`{"keys":[]}`) }),
			Fields: []string{"JWKS"},
		},
		{
			Name:   "a session without keys",
			Config: good(func(c *ory.Config) { c.Kind = "session" }),
			Fields: []string{"JWKSURL"},
		},
		{
			Name: "a session with what access tokens have",
			Config: good(func(c *ory.Config) {
				c.Kind, c.JWKSURL, c.ClientIDs, c.AllowMachines = "session", "https://keys.example", []string{"c"}, true
			}),
			Fields: []string{"AllowMachines", "ClientIDs"},
		},
		{
			Name:   "a path that is none",
			Config: good(func(c *ory.Config) { c.RolesClaim = "a..b" }),
			Fields: []string{"RolesClaim"},
		},
	})
}

// TestNewContractKeys: where issuer and keys are, for what users write.
func TestNewContractKeys(t *testing.T) {
	configtest.Places(t, "ory", ory.NewContract, []configtest.Place[ory.Config]{
		{
			Name:   "Hydra",
			Config: good(func(*ory.Config) {}),
			Issuer: "https://auth.example/",
			Keys:   "https://auth.example/.well-known/jwks.json",
		},
		{
			Name:   "Ory Network",
			Config: good(func(c *ory.Config) { c.Issuer = "https://x.projects.oryapis.com" }),
			Issuer: "https://x.projects.oryapis.com",
			Keys:   "https://x.projects.oryapis.com/.well-known/jwks.json",
		},
		{
			Name:   "sessions",
			Config: good(func(c *ory.Config) { c.Kind, c.JWKSURL, c.Audience = "session", "https://keys.example/set", nil }),
			Issuer: "https://auth.example/",
			Keys:   "https://keys.example/set",
		},
	})
}

func TestClaims(t *testing.T) {
	claims := configtest.Claims[ory.Claims](t, "ory", "access token of a person")
	if ok := claims.ClientID != "" && slices.Equal(claims.Scopes, []string{"openid", "invoices:read"}) &&
		claims.Ext["email"] == "rhea@northwind.example"; !ok {
		t.Errorf("%+v", claims)
	}
}
