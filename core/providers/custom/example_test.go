package custom_test

import (
	"context"
	"fmt"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/core/providers/custom"
)

func ExampleNewContract() {
	contract, err := custom.NewContract(custom.Config{
		SigningSecret: core.NewSecret("at least thirty-two bytes of chance"), // in earnest: core.NewSecret(os.Getenv("JWT_SECRET"))
		Issuer:        "my-gateway",
		Audience:      []string{"my-api"},
	})
	fmt.Println(contract, err)
	// Output: auth contract custom "my-gateway" <nil>
}

func ExampleNewContract_mistakes() {
	_, err := custom.NewContract(custom.Config{SigningSecret: core.NewSecret("guess me"), Issuer: "my-gateway"})
	fmt.Println(err)
	// Output:
	// auth: custom: SigningSecret: has 8 bytes, HS256 needs at least 32 (RFC 7518 §3.2); InsecureShortSecret accepts it nevertheless
	// auth: custom: Audience: is empty: a token for any service of this issuer would be accepted; name this service, or say InsecureAnyAudience
	// see https://github.com/revstackhq/auth-go/blob/main/docs/config-errors.md#prohibited
}

func ExampleClaims() {
	type claims struct {
		custom.Claims
		Tenant string `json:"tenant"`
	}
	ctx := authtest.Context(context.Background(), "user_1", authtest.Claims{"iss": "my-gateway", "tenant": "acme"})
	c, err := core.Claims[claims](ctx)
	fmt.Println(c.Subject, c.Issuer, c.Tenant, err)
	// Output: user_1 my-gateway acme <nil>
}
