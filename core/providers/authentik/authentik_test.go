package authentik_test

import (
	"slices"
	"testing"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/providers/authentik"
	"github.com/revstackhq/auth-go/core/providers/internal/configtest"
)

func good(change func(*authentik.Config)) authentik.Config {
	cfg := authentik.Config{Host: "id.example", Application: "invoices", ClientID: []string{"c"}}
	change(&cfg)
	return cfg
}

// TestNewContractFaults: every mistake is reported, by the field of Config.
func TestNewContractFaults(t *testing.T) {
	configtest.Mistakes(t, authentik.NewContract, []configtest.Mistake[authentik.Config]{
		{Name: "nothing", Config: authentik.Config{}, Fields: []string{"Application", "ClientID", "Host"}},
		{
			Name:   "the issuer as host",
			Config: good(func(c *authentik.Config) { c.Host = "https://id.example/application/o/invoices/" }),
			Fields: []string{"Host"},
		},
		{
			Name:   "a host by http",
			Config: good(func(c *authentik.Config) { c.Host = "http://id.example" }),
			Fields: []string{"Host"},
		},
		{
			Name:   "a path as application",
			Config: good(func(c *authentik.Config) { c.Application = "o/invoices" }),
			Fields: []string{"Application"},
		},
		{
			Name:   "an empty client",
			Config: good(func(c *authentik.Config) { c.ClientID = []string{""} }),
			Fields: []string{"ClientID"},
		},
		{
			Name:   "an empty group",
			Config: good(func(c *authentik.Config) { c.Groups = []string{""} }),
			Fields: []string{"Groups"},
		},
		{
			Name:   "a short secret",
			Config: good(func(c *authentik.Config) { c.SigningSecret = core.NewSecret("short") }),
			Fields: []string{"SigningSecret"},
		},
	})
}

// TestNewContractKeys: where issuer and keys are, for what users write.
func TestNewContractKeys(t *testing.T) {
	secret := core.NewSecret("0123456789abcdef0123456789abcdef")
	configtest.Places(t, "authentik", authentik.NewContract, []configtest.Place[authentik.Config]{
		{
			Name:   "host",
			Config: good(func(*authentik.Config) {}),
			Issuer: "https://id.example/application/o/invoices/",
			Keys:   "https://id.example/application/o/invoices/jwks/",
		},
		{
			Name:   "a path",
			Config: good(func(c *authentik.Config) { c.Host = "https://example.com:9443/auth/" }),
			Issuer: "https://example.com:9443/auth/application/o/invoices/",
			Keys:   "https://example.com:9443/auth/application/o/invoices/jwks/",
		},
		{
			Name:   "one issuer for all",
			Config: good(func(c *authentik.Config) { c.GlobalIssuer = true }),
			Issuer: "https://id.example/",
			Keys:   "https://id.example/application/o/invoices/jwks/",
		},
		{
			Name:   "a secret",
			Config: good(func(c *authentik.Config) { c.SigningSecret = secret }),
			Issuer: "https://id.example/application/o/invoices/",
			Keys:   "",
		},
	})
}

func TestClaims(t *testing.T) {
	claims := configtest.Claims[authentik.Claims](t, "authentik", "access token of a person")
	if !slices.Equal(claims.Groups, []string{"billing", "staff"}) || claims.TokenID == "" {
		t.Errorf("%+v", claims)
	}
}
