package logto_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/revstackhq/auth-go/core/providers/internal/configtest"
	"github.com/revstackhq/auth-go/core/providers/logto"
)

// TestNewContractFaults: every mistake is told, by the field of Config.
func TestNewContractFaults(t *testing.T) {
	cases := []struct {
		name string
		cfg  logto.Config
		want []string
	}{
		{"nothing", logto.Config{}, []string{"Audience", "Endpoint"}},
		{"an endpoint's path", logto.Config{Endpoint: "https://northwind.logto.app/oidc/jwks", Audience: []string{"a"}}, []string{"Endpoint"}},
		{"any organisation and an audience", logto.Config{Endpoint: "northwind.logto.app", Audience: []string{"a"}, AnyOrganization: true}, []string{"AnyOrganization"}},
		{"an empty organisation", logto.Config{Endpoint: "northwind.logto.app", Organizations: []string{""}}, []string{"Organizations"}},
		{"an empty audience", logto.Config{Endpoint: "northwind.logto.app", Audience: []string{""}}, []string{"Audience"}},
		{"an HMAC algorithm", logto.Config{Endpoint: "northwind.logto.app", Audience: []string{"a"}, Algorithms: []string{"HS512"}}, []string{"Algorithms"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			contract, err := logto.NewContract(c.cfg)
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
		cfg          logto.Config
		issuer, keys string
	}{
		{"host", logto.Config{Endpoint: "northwind.logto.app", Audience: []string{"a"}}, "https://northwind.logto.app/oidc", "https://northwind.logto.app/oidc/jwks"},
		{"issuer with a slash", logto.Config{Endpoint: "https://northwind.logto.app/oidc/", AnyOrganization: true}, "https://northwind.logto.app/oidc", "https://northwind.logto.app/oidc/jwks"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			contract, err := logto.NewContract(c.cfg)
			if err != nil {
				t.Fatal(err)
			}
			if got := contract.Issuer(); got != c.issuer {
				t.Errorf("the issuer is %q, not %q", got, c.issuer)
			}
			if got := contract.Rules().JWKSURL; got != c.keys {
				t.Errorf("the keys are at %q, not %q", got, c.keys)
			}
			if got := contract.Provider(); got != "logto" {
				t.Errorf("the provider is %q", got)
			}
		})
	}
}

func TestClaims(t *testing.T) {
	payload, err := configtest.Payload("logto", "organisation token")
	if err != nil {
		t.Fatal(err)
	}
	var claims logto.Claims
	if err := json.Unmarshal(payload, &claims); err != nil {
		t.Fatal(err)
	}
	if ok := claims.Organization() == "ak7q2zr9wm4t" && claims.OrganizationID == ""; !ok {
		t.Errorf("%+v", claims)
	}
}

func TestClaimsOrganization(t *testing.T) {
	if got := (logto.Claims{OrganizationID: "o1", Audience: []string{"https://api.example"}}).Organization(); got != "o1" {
		t.Errorf("%q", got)
	}
	if got := (logto.Claims{Audience: []string{"https://api.example"}}).Organization(); got != "" {
		t.Errorf("%q", got)
	}
}

// TestWarnings: a rule on aud binds as an audience does.
func TestWarnings(t *testing.T) {
	contract, err := logto.NewContract(logto.Config{Endpoint: "northwind.logto.app", AnyOrganization: true})
	if err != nil {
		t.Fatal(err)
	}
	if w := contract.Warnings(); len(w) != 0 {
		t.Errorf("%q", w)
	}
}
