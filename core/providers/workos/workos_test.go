package workos_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/revstackhq/auth-go/core/providers/internal/configtest"
	"github.com/revstackhq/auth-go/core/providers/workos"
)

// TestNewContractFaults: every mistake is told, by the field of Config.
func TestNewContractFaults(t *testing.T) {
	cases := []struct {
		name string
		cfg  workos.Config
		want []string
	}{
		{"nothing", workos.Config{}, []string{"ClientID"}},
		{"an API key", workos.Config{ClientID: "sk_test_1"}, []string{"ClientID"}},
		{"a path", workos.Config{ClientID: "client_1/../2"}, []string{"ClientID"}},
		{"an issuer with a query", workos.Config{ClientID: "client_1", Issuers: []string{"https://auth.northwind.example?x"}}, []string{"Issuers"}},
		{"an empty issuer", workos.Config{ClientID: "client_1", Issuers: []string{""}}, []string{"Issuers"}},
		{"an HMAC algorithm", workos.Config{ClientID: "client_1", Algorithms: []string{"HS256"}}, []string{"Algorithms"}},
		{"an API host with credentials", workos.Config{ClientID: "client_1", APIHost: "https://u:p@api.example"}, []string{"APIHost"}},
		{"an API host by http", workos.Config{ClientID: "client_1", APIHost: "http://api.example"}, []string{"APIHost"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			contract, err := workos.NewContract(c.cfg)
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
		cfg          workos.Config
		issuer, keys string
	}{
		{"client", workos.Config{ClientID: "client_1"}, "https://api.workos.com", "https://api.workos.com/sso/jwks/client_1"},
		{"custom domain", workos.Config{ClientID: "client_1", Issuers: []string{"https://auth.northwind.example"}, APIHost: "auth-api.northwind.example"}, "https://auth.northwind.example", "https://auth-api.northwind.example/sso/jwks/client_1"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			contract, err := workos.NewContract(c.cfg)
			if err != nil {
				t.Fatal(err)
			}
			if got := contract.Issuer(); got != c.issuer {
				t.Errorf("the issuer is %q, not %q", got, c.issuer)
			}
			if got := contract.Rules().JWKSURL; got != c.keys {
				t.Errorf("the keys are at %q, not %q", got, c.keys)
			}
			if got := contract.Provider(); got != "workos" {
				t.Errorf("the provider is %q", got)
			}
		})
	}
}

func TestClaims(t *testing.T) {
	payload, err := configtest.Payload("workos", "impersonated")
	if err != nil {
		t.Fatal(err)
	}
	var claims workos.Claims
	if err := json.Unmarshal(payload, &claims); err != nil {
		t.Fatal(err)
	}
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
	bound, err := workos.NewContract(workos.Config{ClientID: "client_1", Audience: []string{"https://api.northwind.example"}})
	if err != nil {
		t.Fatal(err)
	}
	if len(open.Warnings()) != 1 || len(bound.Warnings()) != 0 {
		t.Errorf("%q and %q", open.Warnings(), bound.Warnings())
	}
}
