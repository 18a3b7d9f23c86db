package cloudflare_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/revstackhq/auth-go/core/providers/cloudflare"
	"github.com/revstackhq/auth-go/core/providers/internal/configtest"
)

// TestNewContractFaults: every mistake is told, by the field of Config.
func TestNewContractFaults(t *testing.T) {
	cases := []struct {
		name string
		cfg  cloudflare.Config
		want []string
	}{
		{"nothing", cloudflare.Config{}, []string{"Audience", "TeamDomain"}},
		{"the application's own domain", cloudflare.Config{TeamDomain: "app.northwind.example", Audience: []string{tag}}, []string{"TeamDomain"}},
		{"a domain that only ends alike", cloudflare.Config{TeamDomain: "evilcloudflareaccess.com", Audience: []string{tag}}, []string{"TeamDomain"}},
		{"a path", cloudflare.Config{TeamDomain: "northwind.cloudflareaccess.com/cdn-cgi", Audience: []string{tag}}, []string{"TeamDomain"}},
		{"plain http", cloudflare.Config{TeamDomain: "http://northwind.cloudflareaccess.com", Audience: []string{tag}}, []string{"TeamDomain"}},
		{"an application's id", cloudflare.Config{TeamDomain: "northwind", Audience: []string{"7be1c9d2-35f8-4a06-b2c4-1e9d0a6f8b73"}}, []string{"Audience"}},
		{"an empty tag", cloudflare.Config{TeamDomain: "northwind", Audience: []string{""}}, []string{"Audience"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			contract, err := cloudflare.NewContract(c.cfg)
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
		cfg          cloudflare.Config
		issuer, keys string
	}{
		{"name", cloudflare.Config{TeamDomain: "Northwind", Audience: []string{tag}}, "https://northwind.cloudflareaccess.com", "https://northwind.cloudflareaccess.com/cdn-cgi/access/certs"},
		{"URL with a slash", cloudflare.Config{TeamDomain: "https://northwind.cloudflareaccess.com/", Audience: []string{tag}}, "https://northwind.cloudflareaccess.com", "https://northwind.cloudflareaccess.com/cdn-cgi/access/certs"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			contract, err := cloudflare.NewContract(c.cfg)
			if err != nil {
				t.Fatal(err)
			}
			if got := contract.Issuer(); got != c.issuer {
				t.Errorf("the issuer is %q, not %q", got, c.issuer)
			}
			if got := contract.Rules().JWKSURL; got != c.keys {
				t.Errorf("the keys are at %q, not %q", got, c.keys)
			}
			if got := contract.Provider(); got != "cloudflare-access" {
				t.Errorf("the provider is %q", got)
			}
		})
	}
}

var tag = strings.Repeat("4d967e5e", 8)

func TestClaims(t *testing.T) {
	payload, err := configtest.Payload("cloudflare-access", "with custom claims, of one of two applications")
	if err != nil {
		t.Fatal(err)
	}
	var claims cloudflare.Claims
	if err := json.Unmarshal(payload, &claims); err != nil {
		t.Fatal(err)
	}
	if ok := claims.Type == "app" && claims.Country == "NL" && string(claims.Custom) == `{"groups":["billing"]}`; !ok {
		t.Errorf("%+v", claims)
	}
}
