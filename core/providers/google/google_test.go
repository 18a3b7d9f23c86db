package google_test

import (
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core/providers/google"
	"github.com/revstackhq/auth-go/core/providers/internal/configtest"
)

// TestNewContractFaults: every mistake is reported, by the field of Config.
func TestNewContractFaults(t *testing.T) {
	configtest.Mistakes(t, google.NewContract, []configtest.Mistake[google.Config]{
		{Name: "nothing", Config: google.Config{}, Fields: []string{"ClientIDs"}},
		{
			Name:   "a URL as client id",
			Config: google.Config{ClientIDs: []string{"https://app.northwind.example"}},
			Fields: []string{"ClientIDs"},
		},
		{
			Name:   "an empty client id",
			Config: google.Config{ClientIDs: []string{""}},
			Fields: []string{"ClientIDs"},
		},
		{
			Name:   "an address as domain",
			Config: google.Config{ClientIDs: []string{"c"}, HostedDomains: []string{"a@northwind.example"}},
			Fields: []string{"HostedDomains"},
		},
		{
			Name:   "an empty domain",
			Config: google.Config{ClientIDs: []string{"c"}, HostedDomains: []string{""}},
			Fields: []string{"HostedDomains"},
		},
		{
			Name:   "an empty party",
			Config: google.Config{ClientIDs: []string{"c"}, AuthorizedParties: []string{""}},
			Fields: []string{"AuthorizedParties"},
		},
		{
			Name:   "an audience and nobody who may ask for it",
			Config: google.Config{Audience: []string{"https://a.run.app"}},
			Fields: []string{"ServiceAccounts"},
		},
		{
			Name:   "a person's address as service account",
			Config: google.Config{Audience: []string{"a"}, ServiceAccounts: []string{"a@northwind.example"}},
			Fields: []string{"ServiceAccounts"},
		},
		{
			Name:   "an account's name alone",
			Config: google.Config{Audience: []string{"a"}, ServiceAccounts: []string{"northwind.iam.gserviceaccount.com"}},
			Fields: []string{"ServiceAccounts"},
		},
		{
			Name:   "an empty service account",
			Config: google.Config{Audience: []string{"a"}, ServiceAccounts: []string{""}},
			Fields: []string{"ServiceAccounts"},
		},
		{
			Name: "some service accounts and all",
			Config: google.Config{
				Audience:             []string{"a"},
				ServiceAccounts:      []string{"a@p.iam.gserviceaccount.com"},
				AllowServiceAccounts: true,
			},
			Fields: []string{"AllowServiceAccounts"},
		},
		{
			Name:   "a client id as audience too",
			Config: google.Config{ClientIDs: []string{"c"}, Audience: []string{"c"}, AllowServiceAccounts: true},
			Fields: []string{"Audience"},
		},
		{
			Name:   "too long a leeway",
			Config: google.Config{ClientIDs: []string{"c"}, Leeway: time.Hour},
			Fields: []string{"Leeway"},
		},
	})
}

// TestNewContractKeys: where issuer and keys are, for what users write.
func TestNewContractKeys(t *testing.T) {
	configtest.Places(t, "google", google.NewContract, []configtest.Place[google.Config]{
		{
			Name:   "client",
			Config: google.Config{ClientIDs: []string{"c"}},
			Issuer: "https://accounts.google.com",
			Keys:   "https://www.googleapis.com/oauth2/v3/certs",
		},
	})
}

func TestClaims(t *testing.T) {
	claims := configtest.Claims[google.Claims](t, "google", "ID token")
	if ok := claims.HostedDomain == "northwind.example" && claims.EmailVerified &&
		claims.Subject == "109482736451029384756"; !ok {
		t.Errorf("%+v", claims)
	}
}

// TestWarnings: everyone's service accounts are not accepted silently.
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
	claims := configtest.Claims[google.Claims](t, "google", "virtual machine, format full")
	if claims.Google == nil || claims.Google.ComputeEngine.InstanceID != "4821905736128406957" ||
		claims.Google.ComputeEngine.ProjectNumber != 418290573316 || claims.Google.ComputeEngine.CreatedAt != 1787200000 {
		t.Errorf("%+v", claims.Google)
	}
}
