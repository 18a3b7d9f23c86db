package betterauth_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/revstackhq/auth-go/core/providers/betterauth"
	"github.com/revstackhq/auth-go/core/providers/internal/configtest"
)

// TestNewContractFaults: every mistake is told, by the field of Config.
func TestNewContractFaults(t *testing.T) {
	cases := []struct {
		name string
		cfg  betterauth.Config
		want []string
	}{
		{"nothing", betterauth.Config{}, []string{"BaseURL"}},
		{"plain http", betterauth.Config{BaseURL: "http://app.northwind.example"}, []string{"BaseURL"}},
		{"a path without a slash", betterauth.Config{BaseURL: "https://app.northwind.example", JWKSPath: "auth/jwks"}, []string{"JWKSPath"}},
		{"another host as path", betterauth.Config{BaseURL: "https://app.northwind.example", JWKSPath: "//evil.example/jwks"}, []string{"JWKSPath"}},
		{"an empty audience", betterauth.Config{BaseURL: "https://app.northwind.example", Audience: []string{""}}, []string{"Audience"}},
		{"an issuer by http", betterauth.Config{BaseURL: "https://app.northwind.example", Issuer: "http://app.northwind.example"}, []string{"Issuer"}},
		{"an HMAC algorithm", betterauth.Config{BaseURL: "https://app.northwind.example", Algorithms: []string{"HS256"}}, []string{"Algorithms"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			contract, err := betterauth.NewContract(c.cfg)
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
		cfg          betterauth.Config
		issuer, keys string
	}{
		{"base URL", betterauth.Config{BaseURL: "https://app.northwind.example"}, "https://app.northwind.example", "https://app.northwind.example/api/auth/jwks"},
		{"slash in the base URL and in the issuer", betterauth.Config{BaseURL: "https://app.northwind.example/", Issuer: "https://app.northwind.example/", JWKSPath: "/auth/keys"}, "https://app.northwind.example/", "https://app.northwind.example/auth/keys"},
		{"development on loopback", betterauth.Config{BaseURL: "http://localhost:3000"}, "http://localhost:3000", "http://localhost:3000/api/auth/jwks"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			contract, err := betterauth.NewContract(c.cfg)
			if err != nil {
				t.Fatal(err)
			}
			if got := contract.Issuer(); got != c.issuer {
				t.Errorf("the issuer is %q, not %q", got, c.issuer)
			}
			if got := contract.Rules().JWKSURL; got != c.keys {
				t.Errorf("the keys are at %q, not %q", got, c.keys)
			}
			if got := contract.Provider(); got != "better-auth" {
				t.Errorf("the provider is %q", got)
			}
		})
	}
}

func TestClaims(t *testing.T) {
	payload, err := configtest.Payload("better-auth", "token")
	if err != nil {
		t.Fatal(err)
	}
	var claims betterauth.Claims
	if err := json.Unmarshal(payload, &claims); err != nil {
		t.Fatal(err)
	}
	if ok := claims.ID == claims.Subject && claims.EmailVerified && claims.CreatedAt.Year() == 2026; !ok {
		t.Errorf("%+v", claims)
	}
}
