package logto_test

import (
	"testing"

	"github.com/revstackhq/auth-go/core/providers/internal/configtest"
	"github.com/revstackhq/auth-go/core/providers/logto"
)

// TestNewContractFaults: every mistake is reported, by the field of Config.
func TestNewContractFaults(t *testing.T) {
	configtest.Mistakes(t, logto.NewContract, []configtest.Mistake[logto.Config]{
		{Name: "nothing", Config: logto.Config{}, Fields: []string{"Audience", "Endpoint"}},
		{
			Name:   "an endpoint's path",
			Config: logto.Config{Endpoint: "https://northwind.logto.app/oidc/jwks", Audience: []string{"a"}},
			Fields: []string{"Endpoint"},
		},
		{
			Name:   "any organization and an audience",
			Config: logto.Config{Endpoint: "northwind.logto.app", Audience: []string{"a"}, AnyOrganization: true},
			Fields: []string{"AnyOrganization"},
		},
		{
			Name:   "an empty organization",
			Config: logto.Config{Endpoint: "northwind.logto.app", Organizations: []string{""}},
			Fields: []string{"Organizations"},
		},
		{
			Name:   "an empty audience",
			Config: logto.Config{Endpoint: "northwind.logto.app", Audience: []string{""}},
			Fields: []string{"Audience"},
		},
		{
			Name:   "an HMAC algorithm",
			Config: logto.Config{Endpoint: "northwind.logto.app", Audience: []string{"a"}, Algorithms: []string{"HS512"}},
			Fields: []string{"Algorithms"},
		},
	})
}

// TestNewContractKeys: where issuer and keys are, for what users write.
func TestNewContractKeys(t *testing.T) {
	configtest.Places(t, "logto", logto.NewContract, []configtest.Place[logto.Config]{
		{
			Name:   "host",
			Config: logto.Config{Endpoint: "northwind.logto.app", Audience: []string{"a"}},
			Issuer: "https://northwind.logto.app/oidc",
			Keys:   "https://northwind.logto.app/oidc/jwks",
		},
		{
			Name:   "issuer with a slash",
			Config: logto.Config{Endpoint: "https://northwind.logto.app/oidc/", AnyOrganization: true},
			Issuer: "https://northwind.logto.app/oidc",
			Keys:   "https://northwind.logto.app/oidc/jwks",
		},
	})
}

func TestClaims(t *testing.T) {
	claims := configtest.Claims[logto.Claims](t, "logto", "organization token")
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
