package spiffe_test

import (
	"encoding/json"
	"slices"
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
	cases := []struct {
		name string
		cfg  spiffe.Config
		want []string
	}{
		{"nothing", spiffe.Config{}, []string{"Audience", "JWKSURL", "TrustDomain"}},
		{"a SPIFFE ID as trust domain", good(func(c *spiffe.Config) { c.TrustDomain = "spiffe://prod.example" }), []string{"TrustDomain"}},
		{"capitals in the trust domain", good(func(c *spiffe.Config) { c.TrustDomain = "Prod.example" }), []string{"TrustDomain"}},
		{"a wildcard", good(func(c *spiffe.Config) { c.TrustDomain = "*.example" }), []string{"TrustDomain"}},
		{"an empty audience", good(func(c *spiffe.Config) { c.Audience = []string{""} }), []string{"Audience"}},
		{"a path without a slash", good(func(c *spiffe.Config) { c.Paths = []string{"ns/billing"} }), []string{"Paths"}},
		{"an empty path", good(func(c *spiffe.Config) { c.Paths = []string{""} }), []string{"Paths"}},
		{"a prefix with a slash behind it", good(func(c *spiffe.Config) { c.PathPrefixes = []string{"/ns/"} }), []string{"PathPrefixes"}},
		{"a path upward", good(func(c *spiffe.Config) { c.PathPrefixes = []string{"/ns/../x"} }), []string{"PathPrefixes"}},
		{"paths and prefixes", good(func(c *spiffe.Config) { c.Paths, c.PathPrefixes = []string{"/a"}, []string{"/b"} }), []string{"PathPrefixes"}},
		{"two bundles", good(func(c *spiffe.Config) { c.JWKS = json.RawMessage(`{"keys":[]}`) }), []string{"JWKS"}},
		{"a bundle by http", good(func(c *spiffe.Config) { c.JWKSURL = "http://spire.example/bundle" }), []string{"JWKSURL"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			contract, err := spiffe.NewContract(c.cfg)
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
		cfg          spiffe.Config
		issuer, keys string
	}{
		{
			"a bundle", good(func(*spiffe.Config) {}),
			"", "https://spire.example/bundle",
		},
		{
			"discovery", good(func(c *spiffe.Config) { c.JWKSURL, c.Issuer = "", "https://oidc.example" }),
			"https://oidc.example", "",
		},
		{
			"both", good(func(c *spiffe.Config) { c.Issuer = "https://oidc.example" }),
			"https://oidc.example", "https://spire.example/bundle",
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			contract, err := spiffe.NewContract(c.cfg)
			if err != nil {
				t.Fatal(err)
			}
			if got := contract.Issuer(); got != c.issuer {
				t.Errorf("the issuer is %q, not %q", got, c.issuer)
			}
			if got := contract.Rules().JWKSURL; got != c.keys {
				t.Errorf("the keys are at %q, not %q", got, c.keys)
			}
			if got := contract.Provider(); got != "spiffe" {
				t.Errorf("the provider is %q", got)
			}
		})
	}
}

func TestClaims(t *testing.T) {
	payload, err := configtest.Payload("spiffe", "SVID")
	if err != nil {
		t.Fatal(err)
	}
	var claims spiffe.Claims
	if err := json.Unmarshal(payload, &claims); err != nil {
		t.Fatal(err)
	}
	if ok := claims.Subject == "spiffe://prod.northwind.example/ns/billing/sa/invoicer" && claims.Issuer == ""; !ok {
		t.Errorf("%+v", claims)
	}
}
