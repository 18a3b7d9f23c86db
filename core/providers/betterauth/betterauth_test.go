package betterauth_test

import (
	"testing"

	"github.com/revstackhq/auth-go/core/providers/betterauth"
	"github.com/revstackhq/auth-go/core/providers/internal/configtest"
)

// TestNewContractFaults: every mistake is reported, by the field of Config.
func TestNewContractFaults(t *testing.T) {
	configtest.Mistakes(t, betterauth.NewContract, []configtest.Mistake[betterauth.Config]{
		{Name: "nothing", Config: betterauth.Config{}, Fields: []string{"BaseURL"}},
		{
			Name:   "plain http",
			Config: betterauth.Config{BaseURL: "http://app.northwind.example"},
			Fields: []string{"BaseURL"},
		},
		{
			Name:   "a path without a slash",
			Config: betterauth.Config{BaseURL: "https://app.northwind.example", JWKSPath: "auth/jwks"},
			Fields: []string{"JWKSPath"},
		},
		{
			Name:   "another host as path",
			Config: betterauth.Config{BaseURL: "https://app.northwind.example", JWKSPath: "//evil.example/jwks"},
			Fields: []string{"JWKSPath"},
		},
		{
			Name:   "an empty audience",
			Config: betterauth.Config{BaseURL: "https://app.northwind.example", Audience: []string{""}},
			Fields: []string{"Audience"},
		},
		{
			Name:   "an issuer by http",
			Config: betterauth.Config{BaseURL: "https://app.northwind.example", Issuer: "http://app.northwind.example"},
			Fields: []string{"Issuer"},
		},
		{
			Name:   "an HMAC algorithm",
			Config: betterauth.Config{BaseURL: "https://app.northwind.example", Algorithms: []string{"HS256"}},
			Fields: []string{"Algorithms"},
		},
	})
}

// TestNewContractKeys: where issuer and keys are, for what users write.
func TestNewContractKeys(t *testing.T) {
	configtest.Places(t, "better-auth", betterauth.NewContract, []configtest.Place[betterauth.Config]{
		{
			Name:   "base URL",
			Config: betterauth.Config{BaseURL: "https://app.northwind.example"},
			Issuer: "https://app.northwind.example",
			Keys:   "https://app.northwind.example/api/auth/jwks",
		},
		{
			Name: "slash in the base URL and in the issuer",
			Config: betterauth.Config{
				BaseURL:  "https://app.northwind.example/",
				Issuer:   "https://app.northwind.example/",
				JWKSPath: "/auth/keys",
			},
			Issuer: "https://app.northwind.example/",
			Keys:   "https://app.northwind.example/auth/keys",
		},
		{
			Name:   "development on loopback",
			Config: betterauth.Config{BaseURL: "http://localhost:3000"},
			Issuer: "http://localhost:3000",
			Keys:   "http://localhost:3000/api/auth/jwks",
		},
	})
}

func TestClaims(t *testing.T) {
	claims := configtest.Claims[betterauth.Claims](t, "better-auth", "token")
	if ok := claims.ID == claims.Subject && claims.EmailVerified && claims.CreatedAt.Year() == 2026; !ok {
		t.Errorf("%+v", claims)
	}
}
