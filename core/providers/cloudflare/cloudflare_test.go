package cloudflare_test

import (
	"strings"
	"testing"

	"github.com/revstackhq/auth-go/core/providers/cloudflare"
	"github.com/revstackhq/auth-go/core/providers/internal/configtest"
)

// TestNewContractFaults: every mistake is reported, by the field of Config.
func TestNewContractFaults(t *testing.T) {
	configtest.Mistakes(t, cloudflare.NewContract, []configtest.Mistake[cloudflare.Config]{
		{Name: "nothing", Config: cloudflare.Config{}, Fields: []string{"Audience", "TeamDomain"}},
		{
			Name:   "the application's own domain",
			Config: cloudflare.Config{TeamDomain: "app.northwind.example", Audience: []string{tag}},
			Fields: []string{"TeamDomain"},
		},
		{
			Name:   "a domain that only ends alike",
			Config: cloudflare.Config{TeamDomain: "evilcloudflareaccess.com", Audience: []string{tag}},
			Fields: []string{"TeamDomain"},
		},
		{
			Name:   "a path",
			Config: cloudflare.Config{TeamDomain: "northwind.cloudflareaccess.com/cdn-cgi", Audience: []string{tag}},
			Fields: []string{"TeamDomain"},
		},
		{
			Name:   "plain http",
			Config: cloudflare.Config{TeamDomain: "http://northwind.cloudflareaccess.com", Audience: []string{tag}},
			Fields: []string{"TeamDomain"},
		},
		{
			Name:   "an application's id",
			Config: cloudflare.Config{TeamDomain: "northwind", Audience: []string{"7be1c9d2-35f8-4a06-b2c4-1e9d0a6f8b73"}},
			Fields: []string{"Audience"},
		},
		{
			Name:   "an empty tag",
			Config: cloudflare.Config{TeamDomain: "northwind", Audience: []string{""}},
			Fields: []string{"Audience"},
		},
	})
}

// TestNewContractKeys: where issuer and keys are, for what users write.
func TestNewContractKeys(t *testing.T) {
	configtest.Places(t, "cloudflare-access", cloudflare.NewContract, []configtest.Place[cloudflare.Config]{
		{
			Name:   "name",
			Config: cloudflare.Config{TeamDomain: "Northwind", Audience: []string{tag}},
			Issuer: "https://northwind.cloudflareaccess.com",
			Keys:   "https://northwind.cloudflareaccess.com/cdn-cgi/access/certs",
		},
		{
			Name:   "URL with a slash",
			Config: cloudflare.Config{TeamDomain: "https://northwind.cloudflareaccess.com/", Audience: []string{tag}},
			Issuer: "https://northwind.cloudflareaccess.com",
			Keys:   "https://northwind.cloudflareaccess.com/cdn-cgi/access/certs",
		},
	})
}

var tag = strings.Repeat("4d967e5e", 8)

func TestClaims(t *testing.T) {
	claims := configtest.Claims[cloudflare.Claims](
		t,
		"cloudflare-access",
		"with custom claims, of one of two applications",
	)
	if ok := claims.Type == "app" && claims.Country == "NL" && string(claims.Custom) == `{"groups":["billing"]}`; !ok {
		t.Errorf("%+v", claims)
	}
}
