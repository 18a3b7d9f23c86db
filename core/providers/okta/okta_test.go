package okta_test

import (
	"slices"
	"testing"

	"github.com/revstackhq/auth-go/core/providers/internal/configtest"
	"github.com/revstackhq/auth-go/core/providers/okta"
)

// TestNewContractFaults: every mistake is reported, by the field of Config.
func TestNewContractFaults(t *testing.T) {
	configtest.Mistakes(t, okta.NewContract, []configtest.Mistake[okta.Config]{
		{Name: "nothing", Config: okta.Config{}, Fields: []string{"Audience", "Issuer"}},
		{
			Name:   "admin console",
			Config: okta.Config{Issuer: "https://northwind-admin.okta.com/oauth2/default", Audience: []string{"a"}},
			Fields: []string{"Issuer"},
		},
		{
			Name:   "admin console of the government's",
			Config: okta.Config{Issuer: "https://northwind-admin.okta-gov.com/oauth2/default", Audience: []string{"a"}},
			Fields: []string{"Issuer"},
		},
		{
			Name:   "admin console of the military's",
			Config: okta.Config{Issuer: "https://northwind-admin.okta.mil/oauth2/default", Audience: []string{"a"}},
			Fields: []string{"Issuer"},
		},
		{
			Name:   "admin console of the preview",
			Config: okta.Config{Issuer: "https://northwind-admin.oktapreview.com/oauth2/default", Audience: []string{"a"}},
			Fields: []string{"Issuer"},
		},
		{
			Name:   "org server's access tokens",
			Config: okta.Config{Issuer: "https://northwind.okta.com", Audience: []string{"a"}},
			Fields: []string{"Issuer"},
		},
		{
			Name:   "an endpoint of the org server",
			Config: okta.Config{Issuer: "https://northwind.okta.com/oauth2/v1", Audience: []string{"a"}},
			Fields: []string{"Issuer"},
		},
		{
			Name:   "an endpoint below the server",
			Config: okta.Config{Issuer: "https://northwind.okta.com/oauth2/default/v1/keys", Audience: []string{"a"}},
			Fields: []string{"Issuer"},
		},
		{
			Name:   "plain http",
			Config: okta.Config{Issuer: "http://northwind.okta.com/oauth2/default", Audience: []string{"a"}},
			Fields: []string{"Issuer"},
		},
		{
			Name: "an empty client id",
			Config: okta.Config{
				Issuer:    "https://northwind.okta.com/oauth2/default",
				Audience:  []string{"a"},
				ClientIDs: []string{""},
			},
			Fields: []string{"ClientIDs"},
		},
		{
			Name:   "an empty audience",
			Config: okta.Config{Issuer: "https://northwind.okta.com/oauth2/default", Audience: []string{""}},
			Fields: []string{"Audience"},
		},
		{
			Name: "ID tokens with what access tokens have",
			Config: okta.Config{
				Issuer:        "https://northwind.okta.com",
				Audience:      []string{"a"},
				IDTokens:      true,
				ClientIDs:     []string{"c"},
				AllowMachines: true,
			},
			Fields: []string{"AllowMachines", "ClientIDs"},
		},
		{
			Name: "a groups claim that is no path",
			Config: okta.Config{
				Issuer:      "https://northwind.okta.com/oauth2/default",
				Audience:    []string{"a"},
				GroupsClaim: "a..b",
			},
			Fields: []string{"GroupsClaim"},
		},
	})
}

// TestNewContractKeys: where issuer and keys are, for what users write.
func TestNewContractKeys(t *testing.T) {
	configtest.Places(t, "okta", okta.NewContract, []configtest.Place[okta.Config]{
		{
			Name:   "custom server",
			Config: okta.Config{Issuer: "https://northwind.okta.com/oauth2/default", Audience: []string{"a"}},
			Issuer: "https://northwind.okta.com/oauth2/default",
			Keys:   "https://northwind.okta.com/oauth2/default/v1/keys",
		},
		{
			Name:   "slash and case",
			Config: okta.Config{Issuer: "Northwind.Okta.com/oauth2/aus1A/", Audience: []string{"a"}},
			Issuer: "https://northwind.okta.com/oauth2/aus1A",
			Keys:   "https://northwind.okta.com/oauth2/aus1A/v1/keys",
		},
		{
			Name:   "custom domain that ends with admin",
			Config: okta.Config{Issuer: "https://my-admin.example.com/oauth2/default", Audience: []string{"a"}},
			Issuer: "https://my-admin.example.com/oauth2/default",
			Keys:   "https://my-admin.example.com/oauth2/default/v1/keys",
		},
		{
			Name:   "ID tokens of the org server",
			Config: okta.Config{Issuer: "https://northwind.okta.com", Audience: []string{"a"}, IDTokens: true},
			Issuer: "https://northwind.okta.com",
			Keys:   "https://northwind.okta.com/oauth2/v1/keys",
		},
	})
}

func TestClaims(t *testing.T) {
	claims := configtest.Claims[okta.Claims](t, "okta", "access token")
	if ok := claims.UserID == "00u5p3r8tLxQ2vNm4d7z" && claims.Subject == "rhea@northwind.example" &&
		slices.Contains(claims.Groups, "billing"); !ok {
		t.Errorf("%+v", claims)
	}
}
