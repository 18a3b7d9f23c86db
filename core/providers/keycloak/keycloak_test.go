package keycloak_test

import (
	"slices"
	"testing"

	"github.com/revstackhq/auth-go/core/providers/internal/configtest"
	"github.com/revstackhq/auth-go/core/providers/keycloak"
)

// TestNewContractFaults: every mistake is reported, by the field of Config.
func TestNewContractFaults(t *testing.T) {
	configtest.Mistakes(t, keycloak.NewContract, []configtest.Mistake[keycloak.Config]{
		{Name: "nothing", Config: keycloak.Config{}, Fields: []string{"Audience", "Issuer"}},
		{
			Name:   "no realm",
			Config: keycloak.Config{Issuer: "https://id.northwind.example", Audience: []string{"a"}},
			Fields: []string{"Issuer"},
		},
		{
			Name: "an endpoint of the realm",
			Config: keycloak.Config{
				Issuer:   "https://id.northwind.example/realms/main/protocol/openid-connect",
				Audience: []string{"a"},
			},
			Fields: []string{"Issuer"},
		},
		{
			Name:   "account as audience",
			Config: keycloak.Config{Issuer: "https://id.northwind.example/realms/main", Audience: []string{"account"}},
			Fields: []string{"Audience"},
		},
		{
			Name: "any audience and one",
			Config: keycloak.Config{
				Issuer:              "https://id.northwind.example/realms/main",
				Audience:            []string{"a"},
				InsecureAnyAudience: true,
			},
			Fields: []string{"InsecureAnyAudience"},
		},
		{
			Name: "any audience and a client",
			Config: keycloak.Config{
				Issuer:              "https://id.northwind.example/realms/main",
				ClientIDs:           []string{"a"},
				InsecureAnyAudience: true,
			},
			Fields: []string{"InsecureAnyAudience"},
		},
		{
			Name:   "an empty client",
			Config: keycloak.Config{Issuer: "https://id.northwind.example/realms/main", ClientIDs: []string{""}},
			Fields: []string{"ClientIDs"},
		},
		{
			Name: "an unknown algorithm",
			Config: keycloak.Config{
				Issuer:     "https://id.northwind.example/realms/main",
				Audience:   []string{"a"},
				Algorithms: []string{"RS1"},
			},
			Fields: []string{"Algorithms"},
		},
		{
			Name: "an HMAC algorithm",
			Config: keycloak.Config{
				Issuer:     "https://id.northwind.example/realms/main",
				Audience:   []string{"a"},
				Algorithms: []string{"HS256"},
			},
			Fields: []string{"Algorithms"},
		},
		{
			Name: "an organization claim that is no path",
			Config: keycloak.Config{
				Issuer:            "https://id.northwind.example/realms/main",
				Audience:          []string{"a"},
				OrganizationClaim: "a..b",
			},
			Fields: []string{"OrganizationClaim"},
		},
		{
			Name:   "plain http",
			Config: keycloak.Config{Issuer: "http://id.northwind.example/realms/main", Audience: []string{"a"}},
			Fields: []string{"Issuer"},
		},
	})
}

// TestNewContractKeys: where issuer and keys are, for what users write.
func TestNewContractKeys(t *testing.T) {
	configtest.Places(t, "keycloak", keycloak.NewContract, []configtest.Place[keycloak.Config]{
		{
			Name:   "realm",
			Config: keycloak.Config{Issuer: "https://id.northwind.example/realms/main", Audience: []string{"a"}},
			Issuer: "https://id.northwind.example/realms/main",
			Keys:   "https://id.northwind.example/realms/main/protocol/openid-connect/certs",
		},
		{
			Name:   "older path, slash",
			Config: keycloak.Config{Issuer: "id.northwind.example/auth/realms/Main/", InsecureAnyAudience: true},
			Issuer: "https://id.northwind.example/auth/realms/Main",
			Keys:   "https://id.northwind.example/auth/realms/Main/protocol/openid-connect/certs",
		},
		{
			Name:   "development on loopback",
			Config: keycloak.Config{Issuer: "http://localhost:8080/realms/main", ClientIDs: []string{"a"}},
			Issuer: "http://localhost:8080/realms/main",
			Keys:   "http://localhost:8080/realms/main/protocol/openid-connect/certs",
		},
	})
}

func TestClaims(t *testing.T) {
	claims := configtest.Claims[keycloak.Claims](t, "keycloak", "access token")
	if ok := claims.HasClientRole("invoices-api", "approve") && !claims.HasClientRole("account", "approve") &&
		!claims.HasClientRole("other", "approve"); !ok {
		t.Errorf("%+v", claims)
	}
	if ok := slices.Contains(claims.RealmAccess.Roles, "billing-admin") && claims.Type == "Bearer"; !ok {
		t.Errorf("%+v", claims)
	}
}

// TestRoleClientWithSlash: a client id may hold what a path would cut at.
func TestRoleClientWithSlash(t *testing.T) {
	contract, err := keycloak.NewContract(keycloak.Config{
		Issuer:   "https://id.northwind.example/realms/main",
		Audience: []string{"https://api.example/~a"},
	})
	if err != nil {
		t.Fatal(err)
	}
	roles := contract.Rules().Session.Roles
	if want := "/resource_access/https:~1~1api.example~1~0a/roles"; len(roles) != 2 || roles[1].Path != want {
		t.Errorf("the roles are read from %v, not %s", roles, want)
	}
}
