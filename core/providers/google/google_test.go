package google_test

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core/providers/google"
	"github.com/revstackhq/auth-go/core/providers/internal/configtest"
)

// TestNewContractFaults: every mistake is told, by the field of Config.
func TestNewContractFaults(t *testing.T) {
	cases := []struct {
		name string
		cfg  google.Config
		want []string
	}{
		{"nothing", google.Config{}, []string{"ClientIDs"}},
		{"a URL as client id", google.Config{ClientIDs: []string{"https://app.northwind.example"}}, []string{"ClientIDs"}},
		{"an empty client id", google.Config{ClientIDs: []string{""}}, []string{"ClientIDs"}},
		{"an address as domain", google.Config{ClientIDs: []string{"c"}, HostedDomains: []string{"a@northwind.example"}}, []string{"HostedDomains"}},
		{"an empty domain", google.Config{ClientIDs: []string{"c"}, HostedDomains: []string{""}}, []string{"HostedDomains"}},
		{"an empty party", google.Config{ClientIDs: []string{"c"}, AuthorizedParties: []string{""}}, []string{"AuthorizedParties"}},
		{"an audience and nobody who may ask for it", google.Config{Audience: []string{"https://a.run.app"}}, []string{"ServiceAccounts"}},
		{"a person's address as service account", google.Config{Audience: []string{"a"}, ServiceAccounts: []string{"a@northwind.example"}}, []string{"ServiceAccounts"}},
		{"an account's name alone", google.Config{Audience: []string{"a"}, ServiceAccounts: []string{"northwind.iam.gserviceaccount.com"}}, []string{"ServiceAccounts"}},
		{"an empty service account", google.Config{Audience: []string{"a"}, ServiceAccounts: []string{""}}, []string{"ServiceAccounts"}},
		{"some service accounts and all", google.Config{Audience: []string{"a"}, ServiceAccounts: []string{"a@p.iam.gserviceaccount.com"}, AllowServiceAccounts: true}, []string{"AllowServiceAccounts"}},
		{"a client id as audience too", google.Config{ClientIDs: []string{"c"}, Audience: []string{"c"}, AllowServiceAccounts: true}, []string{"Audience"}},
		{"too long a leeway", google.Config{ClientIDs: []string{"c"}, Leeway: time.Hour}, []string{"Leeway"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			contract, err := google.NewContract(c.cfg)
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
		cfg          google.Config
		issuer, keys string
	}{
		{"client", google.Config{ClientIDs: []string{"c"}}, "https://accounts.google.com", "https://www.googleapis.com/oauth2/v3/certs"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			contract, err := google.NewContract(c.cfg)
			if err != nil {
				t.Fatal(err)
			}
			if got := contract.Issuer(); got != c.issuer {
				t.Errorf("the issuer is %q, not %q", got, c.issuer)
			}
			if got := contract.Rules().JWKSURL; got != c.keys {
				t.Errorf("the keys are at %q, not %q", got, c.keys)
			}
			if got := contract.Provider(); got != "google" {
				t.Errorf("the provider is %q", got)
			}
		})
	}
}

func TestClaims(t *testing.T) {
	payload, err := configtest.Payload("google", "ID token")
	if err != nil {
		t.Fatal(err)
	}
	var claims google.Claims
	if err := json.Unmarshal(payload, &claims); err != nil {
		t.Fatal(err)
	}
	if ok := claims.HostedDomain == "northwind.example" && claims.EmailVerified && claims.Subject == "109482736451029384756"; !ok {
		t.Errorf("%+v", claims)
	}
}

// TestWarnings: everybody's service accounts are not accepted silently.
func TestWarnings(t *testing.T) {
	for _, c := range []struct {
		cfg  google.Config
		want int
	}{
		{google.Config{ClientIDs: []string{"c"}}, 0},
		{google.Config{ClientIDs: []string{"c"}, AllowServiceAccounts: true}, 1},
		{google.Config{Audience: []string{"https://a.run.app"}, ServiceAccounts: []string{"a@p.iam.gserviceaccount.com"}}, 0},
	} {
		contract, err := google.NewContract(c.cfg)
		if err != nil {
			t.Fatal(err)
		}
		if got := contract.Warnings(); len(got) != c.want {
			t.Errorf("%+v: %q", c.cfg, got)
		}
	}
}

func TestInstanceClaims(t *testing.T) {
	payload, err := configtest.Payload("google", "virtual machine, format full")
	if err != nil {
		t.Fatal(err)
	}
	var claims google.Claims
	if err := json.Unmarshal(payload, &claims); err != nil {
		t.Fatal(err)
	}
	if claims.Google == nil || claims.Google.ComputeEngine.InstanceID != "4821905736128406957" ||
		claims.Google.ComputeEngine.ProjectNumber != 418290573316 || claims.Google.ComputeEngine.CreatedAt != 1787200000 {
		t.Errorf("%+v", claims.Google)
	}
}
