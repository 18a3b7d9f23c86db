package workos_test

import (
	"slices"
	"testing"

	"github.com/revstackhq/auth-go/core/providers/internal/configtest"
	"github.com/revstackhq/auth-go/core/providers/workos"
)

// TestNewContractFaults: every mistake is reported, by the field of Config.
func TestNewContractFaults(t *testing.T) {
	configtest.Mistakes(t, workos.NewContract, []configtest.Mistake[workos.Config]{
		{Name: "nothing", Config: workos.Config{}, Fields: []string{"ClientID"}},
		{Name: "an API key", Config: workos.Config{ClientID: "sk_test_1"}, Fields: []string{"ClientID"}},
		{Name: "a path", Config: workos.Config{ClientID: "client_1/../2"}, Fields: []string{"ClientID"}},
		{
			Name:   "an issuer with a query",
			Config: workos.Config{ClientID: "client_1", Issuers: []string{"https://auth.northwind.example?x"}},
			Fields: []string{"Issuers"},
		},
		{
			Name:   "an empty issuer",
			Config: workos.Config{ClientID: "client_1", Issuers: []string{""}},
			Fields: []string{"Issuers"},
		},
		{
			Name:   "an HMAC algorithm",
			Config: workos.Config{ClientID: "client_1", Algorithms: []string{"HS256"}},
			Fields: []string{"Algorithms"},
		},
		{
			Name:   "an API host with credentials",
			Config: workos.Config{ClientID: "client_1", APIHost: "https://u:p@api.example"},
			Fields: []string{"APIHost"},
		},
		{
			Name:   "an API host by http",
			Config: workos.Config{ClientID: "client_1", APIHost: "http://api.example"},
			Fields: []string{"APIHost"},
		},
	})
}

// TestNewContractKeys: where issuer and keys are, for what users write.
func TestNewContractKeys(t *testing.T) {
	configtest.Places(t, "workos", workos.NewContract, []configtest.Place[workos.Config]{
		{
			Name:   "client",
			Config: workos.Config{ClientID: "client_1"},
			Issuer: "https://api.workos.com",
			Keys:   "https://api.workos.com/sso/jwks/client_1",
		},
		{
			Name: "custom domain",
			Config: workos.Config{
				ClientID: "client_1",
				Issuers:  []string{"https://auth.northwind.example"},
				APIHost:  "auth-api.northwind.example",
			},
			Issuer: "https://auth.northwind.example",
			Keys:   "https://auth-api.northwind.example/sso/jwks/client_1",
		},
	})
}

func TestClaims(t *testing.T) {
	claims := configtest.Claims[workos.Claims](t, "workos", "impersonated")
	if ok := claims.Actor != nil && claims.Actor.Subject == "support@northwind.example"; !ok {
		t.Errorf("%+v", claims)
	}
	if ok := slices.Equal(claims.Entitlements, []string{"audit-logs"}) && claims.Role == "billing-admin"; !ok {
		t.Errorf("%+v", claims)
	}
}

// TestWarnings: without an audience the contract says so.
func TestWarnings(t *testing.T) {
	open, err := workos.NewContract(workos.Config{ClientID: "client_1"})
	if err != nil {
		t.Fatal(err)
	}
	bound, err := workos.NewContract(workos.Config{
		ClientID: "client_1",
		Audience: []string{"https://api.northwind.example"},
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(open.Warnings()) != 1 || len(bound.Warnings()) != 0 {
		t.Errorf("%q and %q", open.Warnings(), bound.Warnings())
	}
}
