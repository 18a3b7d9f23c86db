package okta_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/revstackhq/auth-go/core/providers/internal/configtest"
	"github.com/revstackhq/auth-go/core/providers/okta"
)

// TestNewContractFaults: every mistake is told, by the field of Config.
func TestNewContractFaults(t *testing.T) {
	cases := []struct {
		name string
		cfg  okta.Config
		want []string
	}{
		{"nothing", okta.Config{}, []string{"Audience", "Issuer"}},
		{"admin console", okta.Config{Issuer: "https://northwind-admin.okta.com/oauth2/default", Audience: []string{"a"}}, []string{"Issuer"}},
		{"admin console of the government's", okta.Config{Issuer: "https://northwind-admin.okta-gov.com/oauth2/default", Audience: []string{"a"}}, []string{"Issuer"}},
		{"admin console of the military's", okta.Config{Issuer: "https://northwind-admin.okta.mil/oauth2/default", Audience: []string{"a"}}, []string{"Issuer"}},
		{"admin console of the preview", okta.Config{Issuer: "https://northwind-admin.oktapreview.com/oauth2/default", Audience: []string{"a"}}, []string{"Issuer"}},
		{"org server's access tokens", okta.Config{Issuer: "https://northwind.okta.com", Audience: []string{"a"}}, []string{"Issuer"}},
		{"an endpoint of the org server", okta.Config{Issuer: "https://northwind.okta.com/oauth2/v1", Audience: []string{"a"}}, []string{"Issuer"}},
		{"an endpoint below the server", okta.Config{Issuer: "https://northwind.okta.com/oauth2/default/v1/keys", Audience: []string{"a"}}, []string{"Issuer"}},
		{"plain http", okta.Config{Issuer: "http://northwind.okta.com/oauth2/default", Audience: []string{"a"}}, []string{"Issuer"}},
		{"an empty client id", okta.Config{Issuer: "https://northwind.okta.com/oauth2/default", Audience: []string{"a"}, ClientIDs: []string{""}}, []string{"ClientIDs"}},
		{"an empty audience", okta.Config{Issuer: "https://northwind.okta.com/oauth2/default", Audience: []string{""}}, []string{"Audience"}},
		{"ID tokens with what access tokens have", okta.Config{Issuer: "https://northwind.okta.com", Audience: []string{"a"}, IDTokens: true, ClientIDs: []string{"c"}, AllowMachines: true}, []string{"AllowMachines", "ClientIDs"}},
		{"a groups claim that is no path", okta.Config{Issuer: "https://northwind.okta.com/oauth2/default", Audience: []string{"a"}, GroupsClaim: "a..b"}, []string{"GroupsClaim"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			contract, err := okta.NewContract(c.cfg)
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
		cfg          okta.Config
		issuer, keys string
	}{
		{"custom server", okta.Config{Issuer: "https://northwind.okta.com/oauth2/default", Audience: []string{"a"}}, "https://northwind.okta.com/oauth2/default", "https://northwind.okta.com/oauth2/default/v1/keys"},
		{"slash and case", okta.Config{Issuer: "Northwind.Okta.com/oauth2/aus1A/", Audience: []string{"a"}}, "https://northwind.okta.com/oauth2/aus1A", "https://northwind.okta.com/oauth2/aus1A/v1/keys"},
		{"custom domain that ends with admin", okta.Config{Issuer: "https://my-admin.example.com/oauth2/default", Audience: []string{"a"}}, "https://my-admin.example.com/oauth2/default", "https://my-admin.example.com/oauth2/default/v1/keys"},
		{"ID tokens of the org server", okta.Config{Issuer: "https://northwind.okta.com", Audience: []string{"a"}, IDTokens: true}, "https://northwind.okta.com", "https://northwind.okta.com/oauth2/v1/keys"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			contract, err := okta.NewContract(c.cfg)
			if err != nil {
				t.Fatal(err)
			}
			if got := contract.Issuer(); got != c.issuer {
				t.Errorf("the issuer is %q, not %q", got, c.issuer)
			}
			if got := contract.Rules().JWKSURL; got != c.keys {
				t.Errorf("the keys are at %q, not %q", got, c.keys)
			}
			if got := contract.Provider(); got != "okta" {
				t.Errorf("the provider is %q", got)
			}
		})
	}
}

func TestClaims(t *testing.T) {
	payload, err := configtest.Payload("okta", "access token")
	if err != nil {
		t.Fatal(err)
	}
	var claims okta.Claims
	if err := json.Unmarshal(payload, &claims); err != nil {
		t.Fatal(err)
	}
	if ok := claims.UserID == "00u5p3r8tLxQ2vNm4d7z" && claims.Subject == "rhea@northwind.example" && slices.Contains(claims.Groups, "billing"); !ok {
		t.Errorf("%+v", claims)
	}
}
