package keycloak_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/revstackhq/auth-go/core/providers/internal/configtest"
	"github.com/revstackhq/auth-go/core/providers/keycloak"
)

// TestNewContractFaults: every mistake is told, by the field of Config.
func TestNewContractFaults(t *testing.T) {
	cases := []struct {
		name string
		cfg  keycloak.Config
		want []string
	}{
		{"nothing", keycloak.Config{}, []string{"Audience", "Issuer"}},
		{"no realm", keycloak.Config{Issuer: "https://id.northwind.example", Audience: []string{"a"}}, []string{"Issuer"}},
		{"an endpoint of the realm", keycloak.Config{Issuer: "https://id.northwind.example/realms/main/protocol/openid-connect", Audience: []string{"a"}}, []string{"Issuer"}},
		{"account as audience", keycloak.Config{Issuer: "https://id.northwind.example/realms/main", Audience: []string{"account"}}, []string{"Audience"}},
		{"any audience and one", keycloak.Config{Issuer: "https://id.northwind.example/realms/main", Audience: []string{"a"}, InsecureAnyAudience: true}, []string{"InsecureAnyAudience"}},
		{"any audience and a client", keycloak.Config{Issuer: "https://id.northwind.example/realms/main", ClientIDs: []string{"a"}, InsecureAnyAudience: true}, []string{"InsecureAnyAudience"}},
		{"an empty client", keycloak.Config{Issuer: "https://id.northwind.example/realms/main", ClientIDs: []string{""}}, []string{"ClientIDs"}},
		{"an unknown algorithm", keycloak.Config{Issuer: "https://id.northwind.example/realms/main", Audience: []string{"a"}, Algorithms: []string{"RS1"}}, []string{"Algorithms"}},
		{"an HMAC algorithm", keycloak.Config{Issuer: "https://id.northwind.example/realms/main", Audience: []string{"a"}, Algorithms: []string{"HS256"}}, []string{"Algorithms"}},
		{"an organisation claim that is no path", keycloak.Config{Issuer: "https://id.northwind.example/realms/main", Audience: []string{"a"}, OrganizationClaim: "a..b"}, []string{"OrganizationClaim"}},
		{"plain http", keycloak.Config{Issuer: "http://id.northwind.example/realms/main", Audience: []string{"a"}}, []string{"Issuer"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			contract, err := keycloak.NewContract(c.cfg)
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
		cfg          keycloak.Config
		issuer, keys string
	}{
		{"realm", keycloak.Config{Issuer: "https://id.northwind.example/realms/main", Audience: []string{"a"}}, "https://id.northwind.example/realms/main", "https://id.northwind.example/realms/main/protocol/openid-connect/certs"},
		{"older path, slash", keycloak.Config{Issuer: "id.northwind.example/auth/realms/Main/", InsecureAnyAudience: true}, "https://id.northwind.example/auth/realms/Main", "https://id.northwind.example/auth/realms/Main/protocol/openid-connect/certs"},
		{"development on loopback", keycloak.Config{Issuer: "http://localhost:8080/realms/main", ClientIDs: []string{"a"}}, "http://localhost:8080/realms/main", "http://localhost:8080/realms/main/protocol/openid-connect/certs"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			contract, err := keycloak.NewContract(c.cfg)
			if err != nil {
				t.Fatal(err)
			}
			if got := contract.Issuer(); got != c.issuer {
				t.Errorf("the issuer is %q, not %q", got, c.issuer)
			}
			if got := contract.Rules().JWKSURL; got != c.keys {
				t.Errorf("the keys are at %q, not %q", got, c.keys)
			}
			if got := contract.Provider(); got != "keycloak" {
				t.Errorf("the provider is %q", got)
			}
		})
	}
}

func TestClaims(t *testing.T) {
	payload, err := configtest.Payload("keycloak", "access token")
	if err != nil {
		t.Fatal(err)
	}
	var claims keycloak.Claims
	if err := json.Unmarshal(payload, &claims); err != nil {
		t.Fatal(err)
	}
	if ok := claims.HasClientRole("invoices-api", "approve") && !claims.HasClientRole("account", "approve") && !claims.HasClientRole("other", "approve"); !ok {
		t.Errorf("%+v", claims)
	}
	if ok := slices.Contains(claims.RealmAccess.Roles, "billing-admin") && claims.Type == "Bearer"; !ok {
		t.Errorf("%+v", claims)
	}
}

// TestRoleClientWithSlash: a client id may hold what a path would cut at.
func TestRoleClientWithSlash(t *testing.T) {
	contract, err := keycloak.NewContract(keycloak.Config{Issuer: "https://id.northwind.example/realms/main", Audience: []string{"https://api.example/~a"}})
	if err != nil {
		t.Fatal(err)
	}
	roles := contract.Rules().Session.Roles
	if want := "/resource_access/https:~1~1api.example~1~0a/roles"; len(roles) != 2 || roles[1].Path != want {
		t.Errorf("the roles are read from %v, not %s", roles, want)
	}
}
