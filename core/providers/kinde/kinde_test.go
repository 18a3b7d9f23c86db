package kinde_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/revstackhq/auth-go/core/providers/internal/configtest"
	"github.com/revstackhq/auth-go/core/providers/kinde"
)

// TestNewContractFaults: every mistake is told, by the field of Config.
func TestNewContractFaults(t *testing.T) {
	cases := []struct {
		name string
		cfg  kinde.Config
		want []string
	}{
		{"nothing", kinde.Config{}, []string{"Audience", "Domain"}},
		{"a path", kinde.Config{Domain: "https://northwind.kinde.com/api", Audience: []string{"a"}}, []string{"Domain"}},
		{"any audience and one", kinde.Config{Domain: "northwind.kinde.com", Audience: []string{"a"}, InsecureAnyAudience: true}, []string{"InsecureAnyAudience"}},
		{"any audience and an application", kinde.Config{Domain: "northwind.kinde.com", ClientIDs: []string{"a"}, InsecureAnyAudience: true}, []string{"InsecureAnyAudience"}},
		{"an empty application", kinde.Config{Domain: "northwind.kinde.com", ClientIDs: []string{""}}, []string{"ClientIDs"}},
		{"an empty organisation", kinde.Config{Domain: "northwind.kinde.com", Audience: []string{"a"}, Organizations: []string{""}}, []string{"Organizations"}},
		{"plain http", kinde.Config{Domain: "http://northwind.kinde.com", Audience: []string{"a"}}, []string{"Domain"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			contract, err := kinde.NewContract(c.cfg)
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
		cfg          kinde.Config
		issuer, keys string
	}{
		{"host", kinde.Config{Domain: "Northwind.kinde.com", Audience: []string{"a"}}, "https://northwind.kinde.com", "https://northwind.kinde.com/.well-known/jwks"},
		{"URL with a slash, any audience", kinde.Config{Domain: "https://login.northwind.example/", InsecureAnyAudience: true}, "https://login.northwind.example", "https://login.northwind.example/.well-known/jwks"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			contract, err := kinde.NewContract(c.cfg)
			if err != nil {
				t.Fatal(err)
			}
			if got := contract.Issuer(); got != c.issuer {
				t.Errorf("the issuer is %q, not %q", got, c.issuer)
			}
			if got := contract.Rules().JWKSURL; got != c.keys {
				t.Errorf("the keys are at %q, not %q", got, c.keys)
			}
			if got := contract.Provider(); got != "kinde" {
				t.Errorf("the provider is %q", got)
			}
		})
	}
}

func TestClaims(t *testing.T) {
	payload, err := configtest.Payload("kinde", "access token with what can be switched on")
	if err != nil {
		t.Fatal(err)
	}
	var claims kinde.Claims
	if err := json.Unmarshal(payload, &claims); err != nil {
		t.Fatal(err)
	}
	if ok := claims.Enabled("new_billing") && !claims.Enabled("other"); !ok {
		t.Errorf("%+v", claims)
	}
	if ok := len(claims.Roles) == 2 && claims.Roles[1] == (kinde.Role{ID: "02", Key: "billing", Name: "Billing"}); !ok {
		t.Errorf("%+v", claims)
	}
}

func TestClaimsRolesAsStrings(t *testing.T) {
	payload, err := configtest.Payload("kinde", "roles as plain strings")
	if err != nil {
		t.Fatal(err)
	}
	var claims kinde.Claims
	if err := json.Unmarshal(payload, &claims); err != nil {
		t.Fatal(err)
	}
	if len(claims.Roles) != 1 || claims.Roles[0].Key != "admin" {
		t.Errorf("%+v", claims.Roles)
	}
}
