package iap_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/revstackhq/auth-go/core/providers/iap"
	"github.com/revstackhq/auth-go/core/providers/internal/configtest"
)

// TestNewContractFaults: every mistake is told, by the field of Config.
func TestNewContractFaults(t *testing.T) {
	cases := []struct {
		name string
		cfg  iap.Config
		want []string
	}{
		{"nothing", iap.Config{}, []string{"Audience"}},
		{"a URL", iap.Config{Audience: []string{"https://app.northwind.example"}}, []string{"Audience"}},
		{"a project's id in place of its number", iap.Config{Audience: []string{"/projects/northwind/global/backendServices/1"}}, []string{"Audience"}},
		{"no backend service", iap.Config{Audience: []string{"/projects/1/global/backendServices/"}}, []string{"Audience"}},
		{"no service of Cloud Run", iap.Config{Audience: []string{"/projects/1/locations/europe-west1/services/"}}, []string{"Audience"}},
		{"more than a service", iap.Config{Audience: []string{"/projects/1/locations/europe-west1/services/a/b"}}, []string{"Audience"}},
		{"another resource", iap.Config{Audience: []string{"/projects/1/locations/global"}}, []string{"Audience"}},
		{"an address as domain", iap.Config{Audience: []string{"/projects/1/apps/a"}, HostedDomains: []string{"a@northwind.example"}}, []string{"HostedDomains"}},
		{"an empty domain", iap.Config{Audience: []string{"/projects/1/apps/a"}, HostedDomains: []string{""}}, []string{"HostedDomains"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			contract, err := iap.NewContract(c.cfg)
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
		cfg          iap.Config
		issuer, keys string
	}{
		{"App Engine", iap.Config{Audience: []string{"/projects/1/apps/a"}}, "https://cloud.google.com/iap", "https://www.gstatic.com/iap/verify/public_key-jwk"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			contract, err := iap.NewContract(c.cfg)
			if err != nil {
				t.Fatal(err)
			}
			if got := contract.Issuer(); got != c.issuer {
				t.Errorf("the issuer is %q, not %q", got, c.issuer)
			}
			if got := contract.Rules().JWKSURL; got != c.keys {
				t.Errorf("the keys are at %q, not %q", got, c.keys)
			}
			if got := contract.Provider(); got != "iap" {
				t.Errorf("the provider is %q", got)
			}
		})
	}
}

func TestClaims(t *testing.T) {
	payload, err := configtest.Payload("iap", "backend service")
	if err != nil {
		t.Fatal(err)
	}
	var claims iap.Claims
	if err := json.Unmarshal(payload, &claims); err != nil {
		t.Fatal(err)
	}
	if ok := claims.Subject == "accounts.google.com:109482736451029384756" && claims.HostedDomain == "northwind.example"; !ok {
		t.Errorf("%+v", claims)
	}
}

func TestExternalClaims(t *testing.T) {
	read := func(sample string) (claims iap.Claims) {
		payload, err := configtest.Payload("iap", sample)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(payload, &claims); err != nil {
			t.Fatal(err)
		}
		return claims
	}
	if c := read("access levels"); c.Google == nil || len(c.Google.AccessLevels) != 1 {
		t.Errorf("%+v", c.Google)
	}
	if c := read("external identity"); c.GCIP == nil || c.GCIP.Subject != "rT7xQ2mLzV9kNbY4wPcJ8sHd5Fg1" ||
		c.GCIP.Firebase.Tenant != "eu-customers-7kq2m" || c.GCIP.Firebase.Provider != "password" || !c.GCIP.EmailVerified {
		t.Errorf("%+v", c.GCIP)
	}
	if c := read("workforce identity"); c.WorkforceIdentity == nil || !strings.HasSuffix(c.WorkforceIdentity.Principal, "/rhea") ||
		c.WorkforceIdentity.Pool != "locations/global/workforcePools/northwind" {
		t.Errorf("%+v", c.WorkforceIdentity)
	}
}
