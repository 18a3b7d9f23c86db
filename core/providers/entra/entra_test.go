package entra_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/revstackhq/auth-go/core/providers/entra"
	"github.com/revstackhq/auth-go/core/providers/internal/configtest"
)

// TestNewContractFaults: every mistake is told, by the field of Config.
func TestNewContractFaults(t *testing.T) {
	cases := []struct {
		name string
		cfg  entra.Config
		want []string
	}{
		{"nothing", entra.Config{}, []string{"Audience", "Tenants"}},
		{"common is no tenant", entra.Config{Tenants: []string{"common"}, Audience: []string{"5b1e7c20-94d3-4f6a-8e12-0c7a9d4b3f65"}}, []string{"Tenants"}},
		{"a domain is no tenant id", entra.Config{Tenants: []string{"northwind.onmicrosoft.com"}, Audience: []string{"5b1e7c20-94d3-4f6a-8e12-0c7a9d4b3f65"}}, []string{"Tenants"}},
		{"any tenant and one", entra.Config{Tenants: []string{"7f3d9a51-c2e8-4b06-95d1-8a4e6f0b2c73"}, InsecureAnyTenant: true, Audience: []string{"5b1e7c20-94d3-4f6a-8e12-0c7a9d4b3f65"}}, []string{"InsecureAnyTenant"}},
		{"an application URI in version 2", entra.Config{Tenants: []string{"7f3d9a51-c2e8-4b06-95d1-8a4e6f0b2c73"}, Audience: []string{"api://northwind"}}, []string{"Audience"}},
		{"an empty audience", entra.Config{Tenants: []string{"7f3d9a51-c2e8-4b06-95d1-8a4e6f0b2c73"}, Audience: []string{""}}, []string{"Audience"}},
		{"unknown version", entra.Config{Tenants: []string{"7f3d9a51-c2e8-4b06-95d1-8a4e6f0b2c73"}, Audience: []string{"5b1e7c20-94d3-4f6a-8e12-0c7a9d4b3f65"}, Version: "2"}, []string{"Version"}},
		{"a URL as cloud", entra.Config{Tenants: []string{"7f3d9a51-c2e8-4b06-95d1-8a4e6f0b2c73"}, Audience: []string{"5b1e7c20-94d3-4f6a-8e12-0c7a9d4b3f65"}, CloudHost: "https://login.microsoftonline.us"}, []string{"CloudHost"}},
		{"version 1 in a national cloud", entra.Config{Tenants: []string{"7f3d9a51-c2e8-4b06-95d1-8a4e6f0b2c73"}, Audience: []string{"5b1e7c20-94d3-4f6a-8e12-0c7a9d4b3f65"}, Version: entra.V1, CloudHost: "login.microsoftonline.us"}, []string{"STSHost"}},
		{"an empty client id", entra.Config{Tenants: []string{"7f3d9a51-c2e8-4b06-95d1-8a4e6f0b2c73"}, Audience: []string{"5b1e7c20-94d3-4f6a-8e12-0c7a9d4b3f65"}, ClientIDs: []string{""}}, []string{"ClientIDs"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			contract, err := entra.NewContract(c.cfg)
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
		cfg          entra.Config
		issuer, keys string
	}{
		{"one tenant", entra.Config{Tenants: []string{"7f3d9a51-c2e8-4b06-95d1-8a4e6f0b2c73"}, Audience: []string{"5b1e7c20-94d3-4f6a-8e12-0c7a9d4b3f65"}}, "https://login.microsoftonline.com/7f3d9a51-c2e8-4b06-95d1-8a4e6f0b2c73/v2.0", "https://login.microsoftonline.com/7f3d9a51-c2e8-4b06-95d1-8a4e6f0b2c73/discovery/v2.0/keys"},
		{"one tenant, twice and in capitals", entra.Config{Tenants: []string{"7f3d9a51-c2e8-4b06-95d1-8a4e6f0b2c73", "7F3D9A51-C2E8-4B06-95D1-8A4E6F0B2C73"}, Audience: []string{"5b1e7c20-94d3-4f6a-8e12-0c7a9d4b3f65"}}, "https://login.microsoftonline.com/7f3d9a51-c2e8-4b06-95d1-8a4e6f0b2c73/v2.0", "https://login.microsoftonline.com/7f3d9a51-c2e8-4b06-95d1-8a4e6f0b2c73/discovery/v2.0/keys"},
		{"version 1", entra.Config{Tenants: []string{"7f3d9a51-c2e8-4b06-95d1-8a4e6f0b2c73"}, Audience: []string{"5b1e7c20-94d3-4f6a-8e12-0c7a9d4b3f65"}, Version: entra.V1}, "https://sts.windows.net/7f3d9a51-c2e8-4b06-95d1-8a4e6f0b2c73/", "https://login.microsoftonline.com/7f3d9a51-c2e8-4b06-95d1-8a4e6f0b2c73/discovery/keys"},
		{"several tenants", entra.Config{Tenants: []string{"7f3d9a51-c2e8-4b06-95d1-8a4e6f0b2c73", "2c9e4f70-81a3-4d5b-b6c2-0f7e1d8a9364"}, Audience: []string{"5b1e7c20-94d3-4f6a-8e12-0c7a9d4b3f65"}}, "https://login.microsoftonline.com/{tid}/v2.0", "https://login.microsoftonline.com/common/discovery/v2.0/keys"},
		{"any tenant, version 1", entra.Config{InsecureAnyTenant: true, Version: entra.V1, Audience: []string{"5b1e7c20-94d3-4f6a-8e12-0c7a9d4b3f65"}}, "https://sts.windows.net/{tid}/", "https://login.microsoftonline.com/common/discovery/keys"},
		{"national cloud, version 1", entra.Config{Tenants: []string{"7f3d9a51-c2e8-4b06-95d1-8a4e6f0b2c73"}, Audience: []string{"5b1e7c20-94d3-4f6a-8e12-0c7a9d4b3f65"}, Version: entra.V1, CloudHost: "login.partner.microsoftonline.cn", STSHost: "sts.chinacloudapi.cn"}, "https://sts.chinacloudapi.cn/7f3d9a51-c2e8-4b06-95d1-8a4e6f0b2c73/", "https://login.partner.microsoftonline.cn/7f3d9a51-c2e8-4b06-95d1-8a4e6f0b2c73/discovery/keys"},
		{"signing keys of its own", entra.Config{Tenants: []string{"7f3d9a51-c2e8-4b06-95d1-8a4e6f0b2c73"}, Audience: []string{"5b1e7c20-94d3-4f6a-8e12-0c7a9d4b3f65"}, SigningKeyAppID: "5b1e7c20-94d3-4f6a-8e12-0c7a9d4b3f65"}, "https://login.microsoftonline.com/7f3d9a51-c2e8-4b06-95d1-8a4e6f0b2c73/v2.0", "https://login.microsoftonline.com/7f3d9a51-c2e8-4b06-95d1-8a4e6f0b2c73/discovery/v2.0/keys?appid=5b1e7c20-94d3-4f6a-8e12-0c7a9d4b3f65"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			contract, err := entra.NewContract(c.cfg)
			if err != nil {
				t.Fatal(err)
			}
			if got := contract.Issuer(); got != c.issuer {
				t.Errorf("the issuer is %q, not %q", got, c.issuer)
			}
			if got := contract.Rules().JWKSURL; got != c.keys {
				t.Errorf("the keys are at %q, not %q", got, c.keys)
			}
			if got := contract.Provider(); got != "entra" {
				t.Errorf("the provider is %q", got)
			}
		})
	}
}

func TestClaims(t *testing.T) {
	payload, err := configtest.Payload("entra", "v1 token")
	if err != nil {
		t.Fatal(err)
	}
	var claims entra.Claims
	if err := json.Unmarshal(payload, &claims); err != nil {
		t.Fatal(err)
	}
	if ok := claims.Client() == "c8a2f7d1-3e60-4b95-a417-6d9e0b52c8f4" && claims.UPN == "rhea@northwind.example" && !claims.GroupsLeftOut(); !ok {
		t.Errorf("%+v", claims)
	}
}

func TestClaimsGroupsLeftOut(t *testing.T) {
	payload, err := configtest.Payload("entra", "groups left out")
	if err != nil {
		t.Fatal(err)
	}
	var claims entra.Claims
	if err := json.Unmarshal(payload, &claims); err != nil {
		t.Fatal(err)
	}
	if !claims.GroupsLeftOut() || claims.Client() != "c8a2f7d1-3e60-4b95-a417-6d9e0b52c8f4" {
		t.Errorf("%+v", claims)
	}
	if hybrid := (entra.Claims{HasGroups: true}); !hybrid.GroupsLeftOut() {
		t.Error("hasgroups says that groups are left out")
	}
}

// TestWarnings: a contract open to every tenant says so, a list of them does not.
func TestWarnings(t *testing.T) {
	every, err := entra.NewContract(entra.Config{InsecureAnyTenant: true, Audience: []string{"5b1e7c20-94d3-4f6a-8e12-0c7a9d4b3f65"}})
	if err != nil {
		t.Fatal(err)
	}
	if w := every.Warnings(); len(w) != 1 || !strings.Contains(w[0], "any tenant") {
		t.Errorf("%q", w)
	}
	several, err := entra.NewContract(entra.Config{
		Tenants: []string{"7f3d9a51-c2e8-4b06-95d1-8a4e6f0b2c73", "2c9e4f70-81a3-4d5b-b6c2-0f7e1d8a9364"}, Audience: []string{"5b1e7c20-94d3-4f6a-8e12-0c7a9d4b3f65"},
	})
	if err != nil {
		t.Fatal(err)
	}
	if w := several.Warnings(); len(w) != 0 {
		t.Errorf("%q", w)
	}
}
