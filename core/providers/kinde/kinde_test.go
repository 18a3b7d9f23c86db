package kinde_test

import (
	"testing"

	"github.com/revstackhq/auth-go/core/providers/internal/configtest"
	"github.com/revstackhq/auth-go/core/providers/kinde"
)

// TestNewContractFaults: every mistake is reported, by the field of Config.
func TestNewContractFaults(t *testing.T) {
	configtest.Mistakes(t, kinde.NewContract, []configtest.Mistake[kinde.Config]{
		{Name: "nothing", Config: kinde.Config{}, Fields: []string{"Audience", "Domain"}},
		{
			Name:   "a path",
			Config: kinde.Config{Domain: "https://northwind.kinde.com/api", Audience: []string{"a"}},
			Fields: []string{"Domain"},
		},
		{
			Name:   "any audience and one",
			Config: kinde.Config{Domain: "northwind.kinde.com", Audience: []string{"a"}, InsecureAnyAudience: true},
			Fields: []string{"InsecureAnyAudience"},
		},
		{
			Name:   "any audience and an application",
			Config: kinde.Config{Domain: "northwind.kinde.com", ClientIDs: []string{"a"}, InsecureAnyAudience: true},
			Fields: []string{"InsecureAnyAudience"},
		},
		{
			Name:   "an empty application",
			Config: kinde.Config{Domain: "northwind.kinde.com", ClientIDs: []string{""}},
			Fields: []string{"ClientIDs"},
		},
		{
			Name:   "an empty organization",
			Config: kinde.Config{Domain: "northwind.kinde.com", Audience: []string{"a"}, Organizations: []string{""}},
			Fields: []string{"Organizations"},
		},
		{
			Name:   "plain http",
			Config: kinde.Config{Domain: "http://northwind.kinde.com", Audience: []string{"a"}},
			Fields: []string{"Domain"},
		},
	})
}

// TestNewContractKeys: where issuer and keys are, for what users write.
func TestNewContractKeys(t *testing.T) {
	configtest.Places(t, "kinde", kinde.NewContract, []configtest.Place[kinde.Config]{
		{
			Name:   "host",
			Config: kinde.Config{Domain: "Northwind.kinde.com", Audience: []string{"a"}},
			Issuer: "https://northwind.kinde.com",
			Keys:   "https://northwind.kinde.com/.well-known/jwks",
		},
		{
			Name:   "URL with a slash, any audience",
			Config: kinde.Config{Domain: "https://login.northwind.example/", InsecureAnyAudience: true},
			Issuer: "https://login.northwind.example",
			Keys:   "https://login.northwind.example/.well-known/jwks",
		},
	})
}

func TestClaims(t *testing.T) {
	claims := configtest.Claims[kinde.Claims](t, "kinde", "access token with what can be switched on")
	if ok := claims.Enabled("new_billing") && !claims.Enabled("other"); !ok {
		t.Errorf("%+v", claims)
	}
	if ok := len(claims.Roles) == 2 && claims.Roles[1] == (kinde.Role{ID: "02", Key: "billing", Name: "Billing"}); !ok {
		t.Errorf("%+v", claims)
	}
}

func TestClaimsRolesAsStrings(t *testing.T) {
	claims := configtest.Claims[kinde.Claims](t, "kinde", "roles as plain strings")
	if len(claims.Roles) != 1 || claims.Roles[0].Key != "admin" {
		t.Errorf("%+v", claims.Roles)
	}
}
