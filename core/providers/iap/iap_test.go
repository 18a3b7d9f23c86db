package iap_test

import (
	"strings"
	"testing"

	"github.com/revstackhq/auth-go/core/providers/iap"
	"github.com/revstackhq/auth-go/core/providers/internal/configtest"
)

// TestNewContractFaults: every mistake is reported, by the field of Config.
func TestNewContractFaults(t *testing.T) {
	configtest.Mistakes(t, iap.NewContract, []configtest.Mistake[iap.Config]{
		{Name: "nothing", Config: iap.Config{}, Fields: []string{"Audience"}},
		{
			Name:   "a URL",
			Config: iap.Config{Audience: []string{"https://app.northwind.example"}},
			Fields: []string{"Audience"},
		},
		{
			Name:   "a project's id in place of its number",
			Config: iap.Config{Audience: []string{"/projects/northwind/global/backendServices/1"}},
			Fields: []string{"Audience"},
		},
		{
			Name:   "no backend service",
			Config: iap.Config{Audience: []string{"/projects/1/global/backendServices/"}},
			Fields: []string{"Audience"},
		},
		{
			Name:   "no service of Cloud Run",
			Config: iap.Config{Audience: []string{"/projects/1/locations/europe-west1/services/"}},
			Fields: []string{"Audience"},
		},
		{
			Name:   "more than a service",
			Config: iap.Config{Audience: []string{"/projects/1/locations/europe-west1/services/a/b"}},
			Fields: []string{"Audience"},
		},
		{
			Name:   "another resource",
			Config: iap.Config{Audience: []string{"/projects/1/locations/global"}},
			Fields: []string{"Audience"},
		},
		{
			Name:   "an address as domain",
			Config: iap.Config{Audience: []string{"/projects/1/apps/a"}, HostedDomains: []string{"a@northwind.example"}},
			Fields: []string{"HostedDomains"},
		},
		{
			Name:   "an empty domain",
			Config: iap.Config{Audience: []string{"/projects/1/apps/a"}, HostedDomains: []string{""}},
			Fields: []string{"HostedDomains"},
		},
	})
}

// TestNewContractKeys: where issuer and keys are, for what users write.
func TestNewContractKeys(t *testing.T) {
	configtest.Places(t, "iap", iap.NewContract, []configtest.Place[iap.Config]{
		{
			Name:   "App Engine",
			Config: iap.Config{Audience: []string{"/projects/1/apps/a"}},
			Issuer: "https://cloud.google.com/iap",
			Keys:   "https://www.gstatic.com/iap/verify/public_key-jwk",
		},
	})
}

func TestClaims(t *testing.T) {
	claims := configtest.Claims[iap.Claims](t, "iap", "backend service")
	if ok := claims.Subject == "accounts.google.com:109482736451029384756" &&
		claims.HostedDomain == "northwind.example"; !ok {
		t.Errorf("%+v", claims)
	}
}

func TestExternalClaims(t *testing.T) {
	read := func(sample string) iap.Claims { return configtest.Claims[iap.Claims](t, "iap", sample) }
	if c := read("access levels"); c.Google == nil || len(c.Google.AccessLevels) != 1 {
		t.Errorf("%+v", c.Google)
	}
	if c := read("external identity"); c.GCIP == nil || c.GCIP.Subject != "rT7xQ2mLzV9kNbY4wPcJ8sHd5Fg1" ||
		c.GCIP.Firebase.Tenant != "eu-customers-7kq2m" || c.GCIP.Firebase.Provider != "password" || !c.GCIP.EmailVerified {
		t.Errorf("%+v", c.GCIP)
	}
	if c := read("workforce identity"); c.WorkforceIdentity == nil ||
		!strings.HasSuffix(c.WorkforceIdentity.Principal, "/rhea") ||
		c.WorkforceIdentity.Pool != "locations/global/workforcePools/northwind" {
		t.Errorf("%+v", c.WorkforceIdentity)
	}
}
