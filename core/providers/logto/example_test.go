package logto_test

import (
	"fmt"

	"github.com/revstackhq/auth-go/core/providers/logto"
)

func ExampleNewContract() {
	contract, err := logto.NewContract(logto.Config{
		Endpoint: "https://northwind.logto.app",
		Audience: []string{"https://api.northwind.example"},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(contract.Issuer())
	fmt.Println(contract.Rules().JWKSURL)
	// Output:
	// https://northwind.logto.app/oidc
	// https://northwind.logto.app/oidc/jwks
}
