package entra_test

import (
	"strings"
	"testing"

	"github.com/revstackhq/auth-go/core/providers/entra"
	"github.com/revstackhq/auth-go/core/providers/internal/configtest"
)

// TestNewContractFaults: every mistake is reported, by the field of Config.
func TestNewContractFaults(t *testing.T) {
	configtest.Mistakes(t, entra.NewContract, []configtest.Mistake[entra.Config]{
		{Name: "nothing", Config: entra.Config{}, Fields: []string{"Audience", "Tenants"}},
		{
			Name:   "common is no tenant",
			Config: entra.Config{Tenants: []string{"common"}, Audience: []string{"5b1e7c20-94d3-4f6a-8e12-0c7a9d4b3f65"}},
			Fields: []string{"Tenants"},
		},
		{
			Name: "a domain is no tenant id",
			Config: entra.Config{
				Tenants:  []string{"northwind.onmicrosoft.com"},
				Audience: []string{"5b1e7c20-94d3-4f6a-8e12-0c7a9d4b3f65"},
			},
			Fields: []string{"Tenants"},
		},
		{
			Name: "any tenant and one",
			Config: entra.Config{
				Tenants:           []string{"7f3d9a51-c2e8-4b06-95d1-8a4e6f0b2c73"},
				InsecureAnyTenant: true,
				Audience:          []string{"5b1e7c20-94d3-4f6a-8e12-0c7a9d4b3f65"},
			},
			Fields: []string{"InsecureAnyTenant"},
		},
		{
			Name: "an application URI in version 2",
			Config: entra.Config{
				Tenants:  []string{"7f3d9a51-c2e8-4b06-95d1-8a4e6f0b2c73"},
				Audience: []string{"api://northwind"},
			},
			Fields: []string{"Audience"},
		},
		{
			Name:   "an empty audience",
			Config: entra.Config{Tenants: []string{"7f3d9a51-c2e8-4b06-95d1-8a4e6f0b2c73"}, Audience: []string{""}},
			Fields: []string{"Audience"},
		},
		{
			Name: "unknown version",
			Config: entra.Config{
				Tenants:  []string{"7f3d9a51-c2e8-4b06-95d1-8a4e6f0b2c73"},
				Audience: []string{"5b1e7c20-94d3-4f6a-8e12-0c7a9d4b3f65"},
				Version:  "2",
			},
			Fields: []string{"Version"},
		},
		{
			Name: "a URL as cloud",
			Config: entra.Config{
				Tenants:   []string{"7f3d9a51-c2e8-4b06-95d1-8a4e6f0b2c73"},
				Audience:  []string{"5b1e7c20-94d3-4f6a-8e12-0c7a9d4b3f65"},
				CloudHost: "https://login.microsoftonline.us",
			},
			Fields: []string{"CloudHost"},
		},
		{
			Name: "version 1 in a national cloud",
			Config: entra.Config{
				Tenants:   []string{"7f3d9a51-c2e8-4b06-95d1-8a4e6f0b2c73"},
				Audience:  []string{"5b1e7c20-94d3-4f6a-8e12-0c7a9d4b3f65"},
				Version:   entra.V1,
				CloudHost: "login.microsoftonline.us",
			},
			Fields: []string{"STSHost"},
		},
		{
			Name: "an empty client id",
			Config: entra.Config{
				Tenants:   []string{"7f3d9a51-c2e8-4b06-95d1-8a4e6f0b2c73"},
				Audience:  []string{"5b1e7c20-94d3-4f6a-8e12-0c7a9d4b3f65"},
				ClientIDs: []string{""},
			},
			Fields: []string{"ClientIDs"},
		},
	})
}

// TestNewContractKeys: where issuer and keys are, for what users write.
func TestNewContractKeys(t *testing.T) {
	configtest.Places(t, "entra", entra.NewContract, []configtest.Place[entra.Config]{
		{
			Name: "one tenant",
			Config: entra.Config{
				Tenants:  []string{"7f3d9a51-c2e8-4b06-95d1-8a4e6f0b2c73"},
				Audience: []string{"5b1e7c20-94d3-4f6a-8e12-0c7a9d4b3f65"},
			},
			Issuer: "https://login.microsoftonline.com/7f3d9a51-c2e8-4b06-95d1-8a4e6f0b2c73/v2.0",
			Keys:   "https://login.microsoftonline.com/7f3d9a51-c2e8-4b06-95d1-8a4e6f0b2c73/discovery/v2.0/keys",
		},
		{
			Name: "one tenant, twice and in capitals",
			Config: entra.Config{
				Tenants:  []string{"7f3d9a51-c2e8-4b06-95d1-8a4e6f0b2c73", "7F3D9A51-C2E8-4B06-95D1-8A4E6F0B2C73"},
				Audience: []string{"5b1e7c20-94d3-4f6a-8e12-0c7a9d4b3f65"},
			},
			Issuer: "https://login.microsoftonline.com/7f3d9a51-c2e8-4b06-95d1-8a4e6f0b2c73/v2.0",
			Keys:   "https://login.microsoftonline.com/7f3d9a51-c2e8-4b06-95d1-8a4e6f0b2c73/discovery/v2.0/keys",
		},
		{
			Name: "version 1",
			Config: entra.Config{
				Tenants:  []string{"7f3d9a51-c2e8-4b06-95d1-8a4e6f0b2c73"},
				Audience: []string{"5b1e7c20-94d3-4f6a-8e12-0c7a9d4b3f65"},
				Version:  entra.V1,
			},
			Issuer: "https://sts.windows.net/7f3d9a51-c2e8-4b06-95d1-8a4e6f0b2c73/",
			Keys:   "https://login.microsoftonline.com/7f3d9a51-c2e8-4b06-95d1-8a4e6f0b2c73/discovery/keys",
		},
		{
			Name: "several tenants",
			Config: entra.Config{
				Tenants:  []string{"7f3d9a51-c2e8-4b06-95d1-8a4e6f0b2c73", "2c9e4f70-81a3-4d5b-b6c2-0f7e1d8a9364"},
				Audience: []string{"5b1e7c20-94d3-4f6a-8e12-0c7a9d4b3f65"},
			},
			Issuer: "https://login.microsoftonline.com/{tid}/v2.0",
			Keys:   "https://login.microsoftonline.com/common/discovery/v2.0/keys",
		},
		{
			Name: "any tenant, version 1",
			Config: entra.Config{
				InsecureAnyTenant: true,
				Version:           entra.V1,
				Audience:          []string{"5b1e7c20-94d3-4f6a-8e12-0c7a9d4b3f65"},
			},
			Issuer: "https://sts.windows.net/{tid}/",
			Keys:   "https://login.microsoftonline.com/common/discovery/keys",
		},
		{
			Name: "national cloud, version 1",
			Config: entra.Config{
				Tenants:   []string{"7f3d9a51-c2e8-4b06-95d1-8a4e6f0b2c73"},
				Audience:  []string{"5b1e7c20-94d3-4f6a-8e12-0c7a9d4b3f65"},
				Version:   entra.V1,
				CloudHost: "login.partner.microsoftonline.cn",
				STSHost:   "sts.chinacloudapi.cn",
			},
			Issuer: "https://sts.chinacloudapi.cn/7f3d9a51-c2e8-4b06-95d1-8a4e6f0b2c73/",
			Keys:   "https://login.partner.microsoftonline.cn/7f3d9a51-c2e8-4b06-95d1-8a4e6f0b2c73/discovery/keys",
		},
		{
			Name: "signing keys of its own",
			Config: entra.Config{
				Tenants:         []string{"7f3d9a51-c2e8-4b06-95d1-8a4e6f0b2c73"},
				Audience:        []string{"5b1e7c20-94d3-4f6a-8e12-0c7a9d4b3f65"},
				SigningKeyAppID: "5b1e7c20-94d3-4f6a-8e12-0c7a9d4b3f65",
			},
			Issuer: "https://login.microsoftonline.com/7f3d9a51-c2e8-4b06-95d1-8a4e6f0b2c73/v2.0",
			Keys:   "https://login.microsoftonline.com/7f3d9a51-c2e8-4b06-95d1-8a4e6f0b2c73/discovery/v2.0/keys?appid=5b1e7c20-94d3-4f6a-8e12-0c7a9d4b3f65",
		},
	})
}

func TestClaims(t *testing.T) {
	claims := configtest.Claims[entra.Claims](t, "entra", "v1 token")
	if ok := claims.Client() == "c8a2f7d1-3e60-4b95-a417-6d9e0b52c8f4" && claims.UPN == "rhea@northwind.example" &&
		!claims.GroupsLeftOut(); !ok {
		t.Errorf("%+v", claims)
	}
}

func TestClaimsGroupsLeftOut(t *testing.T) {
	claims := configtest.Claims[entra.Claims](t, "entra", "groups left out")
	if !claims.GroupsLeftOut() || claims.Client() != "c8a2f7d1-3e60-4b95-a417-6d9e0b52c8f4" {
		t.Errorf("%+v", claims)
	}
	if hybrid := (entra.Claims{HasGroups: true}); !hybrid.GroupsLeftOut() {
		t.Error("hasgroups says that groups are left out")
	}
}

// TestWarnings: a contract open to every tenant says so, a list of them does not.
func TestWarnings(t *testing.T) {
	every, err := entra.NewContract(entra.Config{
		InsecureAnyTenant: true,
		Audience:          []string{"5b1e7c20-94d3-4f6a-8e12-0c7a9d4b3f65"},
	})
	if err != nil {
		t.Fatal(err)
	}
	if w := every.Warnings(); len(w) != 1 || !strings.Contains(w[0], "any tenant") {
		t.Errorf("%q", w)
	}
	several, err := entra.NewContract(entra.Config{
		Tenants: []string{
			"7f3d9a51-c2e8-4b06-95d1-8a4e6f0b2c73", "2c9e4f70-81a3-4d5b-b6c2-0f7e1d8a9364",
		}, Audience: []string{"5b1e7c20-94d3-4f6a-8e12-0c7a9d4b3f65"},
	})
	if err != nil {
		t.Fatal(err)
	}
	if w := several.Warnings(); len(w) != 0 {
		t.Errorf("%q", w)
	}
}
