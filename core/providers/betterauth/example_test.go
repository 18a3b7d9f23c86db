package betterauth_test

import (
	"fmt"

	"github.com/revstackhq/auth-go/core/providers/betterauth"
)

func ExampleNewContract() {
	contract, err := betterauth.NewContract(betterauth.Config{
		BaseURL: "https://app.northwind.example",
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(contract.Issuer())
	fmt.Println(contract.Rules().JWKSURL)
	// Output:
	// https://app.northwind.example
	// https://app.northwind.example/api/auth/jwks
}
