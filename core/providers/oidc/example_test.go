package oidc_test

import (
	"context"
	"fmt"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/core/providers/oidc"
)

func ExampleNewContract() {
	contract, err := oidc.NewContract(oidc.Config{
		Issuer:   "https://id.example.com",
		Audience: []string{"https://api.example.com"},
	})
	fmt.Println(contract, err)
	// Output: auth contract oidc "https://id.example.com" <nil>
}

func ExampleNewContract_mistakes() {
	_, err := oidc.NewContract(oidc.Config{Issuer: "id.example.com"})
	fmt.Println(err)
	// Output:
	// auth: oidc: Issuer "id.example.com": is not a URL, and so has no discovery document: write https://… as in the tokens' iss, or set JWKSURL
	// auth: oidc: Audience: is empty: a token for any service of this issuer would be accepted; name this service, or say InsecureAnyAudience
	// see https://github.com/revstackhq/auth-go/blob/main/docs/config-errors.md#invalid
}

func ExampleClaims() {
	ctx := authtest.Context(context.Background(), "user_1", authtest.Claims{"scope": "openid read", "email": "a@example.com"})
	c, err := core.Claims[oidc.Claims](ctx)
	fmt.Println(c.Subject, c.Scope, c.Email, err)
	// Output: user_1 openid read a@example.com <nil>
}
