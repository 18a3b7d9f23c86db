package zitadel_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/revstackhq/auth-go/core/providers/internal/configtest"
	"github.com/revstackhq/auth-go/core/providers/zitadel"
)

// TestNewContractFaults: every mistake is told, by the field of Config.
func TestNewContractFaults(t *testing.T) {
	cases := []struct {
		name string
		cfg  zitadel.Config
		want []string
	}{
		{"nothing", zitadel.Config{}, []string{"Audience", "Domain"}},
		{"a path", zitadel.Config{Domain: "https://northwind.zitadel.cloud/oauth/v2", Audience: []string{"1"}}, []string{"Domain"}},
		{"an empty audience", zitadel.Config{Domain: "northwind.zitadel.cloud", Audience: []string{""}}, []string{"Audience"}},
		{"a name as project", zitadel.Config{Domain: "northwind.zitadel.cloud", Audience: []string{"1"}, ProjectID: "invoices"}, []string{"ProjectID"}},
		{"an empty application", zitadel.Config{Domain: "northwind.zitadel.cloud", Audience: []string{"1"}, ClientIDs: []string{""}}, []string{"ClientIDs"}},
		{"an empty organisation", zitadel.Config{Domain: "northwind.zitadel.cloud", Audience: []string{"1"}, Organizations: []string{""}}, []string{"Organizations"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			contract, err := zitadel.NewContract(c.cfg)
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
		cfg          zitadel.Config
		issuer, keys string
	}{
		{"host", zitadel.Config{Domain: "northwind.zitadel.cloud", Audience: []string{"1"}}, "https://northwind.zitadel.cloud", "https://northwind.zitadel.cloud/oauth/v2/keys"},
		{"port and slash", zitadel.Config{Domain: "https://id.northwind.example:8443/", Audience: []string{"1"}}, "https://id.northwind.example:8443", "https://id.northwind.example:8443/oauth/v2/keys"},
		{"development on loopback", zitadel.Config{Domain: "http://localhost:8080", Audience: []string{"1"}}, "http://localhost:8080", "http://localhost:8080/oauth/v2/keys"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			contract, err := zitadel.NewContract(c.cfg)
			if err != nil {
				t.Fatal(err)
			}
			if got := contract.Issuer(); got != c.issuer {
				t.Errorf("the issuer is %q, not %q", got, c.issuer)
			}
			if got := contract.Rules().JWKSURL; got != c.keys {
				t.Errorf("the keys are at %q, not %q", got, c.keys)
			}
			if got := contract.Provider(); got != "zitadel" {
				t.Errorf("the provider is %q", got)
			}
		})
	}
}

func TestClaims(t *testing.T) {
	payload, err := configtest.Payload("zitadel", "roles as an array of objects")
	if err != nil {
		t.Fatal(err)
	}
	var claims zitadel.Claims
	if err := json.Unmarshal(payload, &claims); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(claims.Roles.In("318402957716450010"), []string{"billing-admin", "viewer"}) {
		t.Errorf("%+v", claims)
	}
	if ok := claims.Roles.In("1") == nil && claims.OrganizationID == "318402957716450010"; !ok {
		t.Errorf("%+v", claims)
	}
}

func TestRolesOfSeveralOrganizations(t *testing.T) {
	var roles zitadel.Roles
	if err := json.Unmarshal([]byte(`{"admin":{"1":"a.example"},"viewer":{"1":"a.example","2":"b.example"}}`), &roles); err != nil {
		t.Fatal(err)
	}
	if got := roles.In("2"); !slices.Equal(got, []string{"viewer"}) {
		t.Errorf("%q", got)
	}
	if err := json.Unmarshal([]byte(`["admin"]`), &roles); err == nil {
		t.Error("a list of names is not what Zitadel sends")
	}
}
