package spiffe_test

import (
	"encoding/json"
	"testing"

	"github.com/revstackhq/auth-go/core/providers/internal/configtest"
	"github.com/revstackhq/auth-go/core/providers/spiffe"
)

func good(change func(*spiffe.Config)) spiffe.Config {
	cfg := spiffe.Config{TrustDomain: "prod.example", Audience: []string{"a"}, JWKSURL: "https://spire.example/bundle"}
	change(&cfg)
	return cfg
}

// TestNewContractFaults: every mistake is reported, by the field of Config.
func TestNewContractFaults(t *testing.T) {
	configtest.Mistakes(t, spiffe.NewContract, []configtest.Mistake[spiffe.Config]{
		{Name: "nothing", Config: spiffe.Config{}, Fields: []string{"Audience", "JWKSURL", "TrustDomain"}},
		{
			Name:   "a SPIFFE ID as trust domain",
			Config: good(func(c *spiffe.Config) { c.TrustDomain = "spiffe://prod.example" }),
			Fields: []string{"TrustDomain"},
		},
		{
			Name:   "capitals in the trust domain",
			Config: good(func(c *spiffe.Config) { c.TrustDomain = "Prod.example" }),
			Fields: []string{"TrustDomain"},
		},
		{
			Name:   "a wildcard",
			Config: good(func(c *spiffe.Config) { c.TrustDomain = "*.example" }),
			Fields: []string{"TrustDomain"},
		},
		{
			Name:   "an empty audience",
			Config: good(func(c *spiffe.Config) { c.Audience = []string{""} }),
			Fields: []string{"Audience"},
		},
		{
			Name:   "a path without a slash",
			Config: good(func(c *spiffe.Config) { c.Paths = []string{"ns/billing"} }),
			Fields: []string{"Paths"},
		},
		{
			Name:   "an empty path",
			Config: good(func(c *spiffe.Config) { c.Paths = []string{""} }),
			Fields: []string{"Paths"},
		},
		{
			Name:   "a prefix with a trailing slash",
			Config: good(func(c *spiffe.Config) { c.PathPrefixes = []string{"/ns/"} }),
			Fields: []string{"PathPrefixes"},
		},
		{
			Name:   "a path upward",
			Config: good(func(c *spiffe.Config) { c.PathPrefixes = []string{"/ns/../x"} }),
			Fields: []string{"PathPrefixes"},
		},
		{
			Name:   "paths and prefixes",
			Config: good(func(c *spiffe.Config) { c.Paths, c.PathPrefixes = []string{"/a"}, []string{"/b"} }),
			Fields: []string{"PathPrefixes"},
		},
		{
			Name:   "two bundles",
			Config: good(func(c *spiffe.Config) { c.JWKS = json.RawMessage(`{"keys":[]}`) }),
			Fields: []string{"JWKS"},
		},
		{
			Name:   "a bundle by http",
			Config: good(func(c *spiffe.Config) { c.JWKSURL = "http://spire.example/bundle" }),
			Fields: []string{"JWKSURL"},
		},
	})
}

// TestNewContractKeys: where issuer and keys are, for what users write.
func TestNewContractKeys(t *testing.T) {
	configtest.Places(t, "spiffe", spiffe.NewContract, []configtest.Place[spiffe.Config]{
		{
			Name:   "a bundle",
			Config: good(func(*spiffe.Config) {}),
			Issuer: "",
			Keys:   "https://spire.example/bundle",
		},
		{
			Name:   "discovery",
			Config: good(func(c *spiffe.Config) { c.JWKSURL, c.Issuer = "", "https://oidc.example" }),
			Issuer: "https://oidc.example",
			Keys:   "",
		},
		{
			Name:   "both",
			Config: good(func(c *spiffe.Config) { c.Issuer = "https://oidc.example" }),
			Issuer: "https://oidc.example",
			Keys:   "https://spire.example/bundle",
		},
	})
}

func TestClaims(t *testing.T) {
	claims := configtest.Claims[spiffe.Claims](t, "spiffe", "SVID")
	if ok := claims.Subject == "spiffe://prod.northwind.example/ns/billing/sa/invoicer" && claims.Issuer == ""; !ok {
		t.Errorf("%+v", claims)
	}
}
