package zitadel_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/revstackhq/auth-go/core/providers/internal/configtest"
	"github.com/revstackhq/auth-go/core/providers/zitadel"
)

// TestNewContractFaults: every mistake is reported, by the field of Config.
func TestNewContractFaults(t *testing.T) {
	configtest.Mistakes(t, zitadel.NewContract, []configtest.Mistake[zitadel.Config]{
		{Name: "nothing", Config: zitadel.Config{}, Fields: []string{"Audience", "Domain"}},
		{
			Name:   "a path",
			Config: zitadel.Config{Domain: "https://northwind.zitadel.cloud/oauth/v2", Audience: []string{"1"}},
			Fields: []string{"Domain"},
		},
		{
			Name:   "an empty audience",
			Config: zitadel.Config{Domain: "northwind.zitadel.cloud", Audience: []string{""}},
			Fields: []string{"Audience"},
		},
		{
			Name:   "a name as project",
			Config: zitadel.Config{Domain: "northwind.zitadel.cloud", Audience: []string{"1"}, ProjectID: "invoices"},
			Fields: []string{"ProjectID"},
		},
		{
			Name:   "an empty application",
			Config: zitadel.Config{Domain: "northwind.zitadel.cloud", Audience: []string{"1"}, ClientIDs: []string{""}},
			Fields: []string{"ClientIDs"},
		},
		{
			Name:   "an empty organization",
			Config: zitadel.Config{Domain: "northwind.zitadel.cloud", Audience: []string{"1"}, Organizations: []string{""}},
			Fields: []string{"Organizations"},
		},
	})
}

// TestNewContractKeys: where issuer and keys are, for what users write.
func TestNewContractKeys(t *testing.T) {
	configtest.Places(t, "zitadel", zitadel.NewContract, []configtest.Place[zitadel.Config]{
		{
			Name:   "host",
			Config: zitadel.Config{Domain: "northwind.zitadel.cloud", Audience: []string{"1"}},
			Issuer: "https://northwind.zitadel.cloud",
			Keys:   "https://northwind.zitadel.cloud/oauth/v2/keys",
		},
		{
			Name:   "port and slash",
			Config: zitadel.Config{Domain: "https://id.northwind.example:8443/", Audience: []string{"1"}},
			Issuer: "https://id.northwind.example:8443",
			Keys:   "https://id.northwind.example:8443/oauth/v2/keys",
		},
		{
			Name:   "development on loopback",
			Config: zitadel.Config{Domain: "http://localhost:8080", Audience: []string{"1"}},
			Issuer: "http://localhost:8080",
			Keys:   "http://localhost:8080/oauth/v2/keys",
		},
	})
}

func TestClaims(t *testing.T) {
	claims := configtest.Claims[zitadel.Claims](t, "zitadel", "roles as an array of objects")
	if !slices.Equal(claims.Roles.In("318402957716450010"), []string{"billing-admin", "viewer"}) {
		t.Errorf("%+v", claims)
	}
	if ok := claims.Roles.In("1") == nil && claims.OrganizationID == "318402957716450010"; !ok {
		t.Errorf("%+v", claims)
	}
}

func TestRolesOfSeveralOrganizations(t *testing.T) {
	var roles zitadel.Roles
	const claim = `{"admin":{"1":"a.example"},"viewer":{"1":"a.example","2":"b.example"}}`
	if err := json.Unmarshal([]byte(claim), &roles); err != nil {
		t.Fatal(err)
	}
	if got := roles.In("2"); !slices.Equal(got, []string{"viewer"}) {
		t.Errorf("%q", got)
	}
	if err := json.Unmarshal([]byte(`["admin"]`), &roles); err == nil {
		t.Error("a list of names is not what Zitadel sends")
	}
}
