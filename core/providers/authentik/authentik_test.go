package authentik_test

import (
	"encoding/json"
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
	cases := []struct {
		name string
		cfg  authentik.Config
		want []string
	}{
		{"nothing", authentik.Config{}, []string{"Application", "ClientID", "Host"}},
		{"the issuer as host", good(func(c *authentik.Config) { c.Host = "https://id.example/application/o/invoices/" }), []string{"Host"}},
		{"a host by http", good(func(c *authentik.Config) { c.Host = "http://id.example" }), []string{"Host"}},
		{"a path as application", good(func(c *authentik.Config) { c.Application = "o/invoices" }), []string{"Application"}},
		{"an empty client", good(func(c *authentik.Config) { c.ClientID = []string{""} }), []string{"ClientID"}},
		{"an empty group", good(func(c *authentik.Config) { c.Groups = []string{""} }), []string{"Groups"}},
		{"a short secret", good(func(c *authentik.Config) { c.SigningSecret = core.NewSecret("short") }), []string{"SigningSecret"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			contract, err := authentik.NewContract(c.cfg)
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
	secret := core.NewSecret("0123456789abcdef0123456789abcdef")
	cases := []struct {
		name         string
		cfg          authentik.Config
		issuer, keys string
	}{
		{"host", good(func(*authentik.Config) {}), "https://id.example/application/o/invoices/", "https://id.example/application/o/invoices/jwks/"},
		{
			"a path", good(func(c *authentik.Config) { c.Host = "https://example.com:9443/auth/" }),
			"https://example.com:9443/auth/application/o/invoices/", "https://example.com:9443/auth/application/o/invoices/jwks/",
		},
		{
			"one issuer for all", good(func(c *authentik.Config) { c.GlobalIssuer = true }),
			"https://id.example/", "https://id.example/application/o/invoices/jwks/",
		},
		{"a secret", good(func(c *authentik.Config) { c.SigningSecret = secret }), "https://id.example/application/o/invoices/", ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			contract, err := authentik.NewContract(c.cfg)
			if err != nil {
				t.Fatal(err)
			}
			if got := contract.Issuer(); got != c.issuer {
				t.Errorf("the issuer is %q, not %q", got, c.issuer)
			}
			if got := contract.Rules().JWKSURL; got != c.keys {
				t.Errorf("the keys are at %q, not %q", got, c.keys)
			}
			if got := contract.Provider(); got != "authentik" {
				t.Errorf("the provider is %q", got)
			}
		})
	}
}

func TestClaims(t *testing.T) {
	payload, err := configtest.Payload("authentik", "access token of a person")
	if err != nil {
		t.Fatal(err)
	}
	var claims authentik.Claims
	if err := json.Unmarshal(payload, &claims); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(claims.Groups, []string{"billing", "staff"}) || claims.TokenID == "" {
		t.Errorf("%+v", claims)
	}
}
