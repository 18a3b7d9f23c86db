package kinde_test

import (
	"fmt"

	"github.com/revstackhq/auth-go/core/providers/kinde"
)

func ExampleNewContract() {
	contract, err := kinde.NewContract(kinde.Config{
		Domain:   "northwind.kinde.com",
		Audience: []string{"https://api.northwind.example"},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(contract.Issuer())
	fmt.Println(contract.Rules().JWKSURL)
	// Output:
	// https://northwind.kinde.com
	// https://northwind.kinde.com/.well-known/jwks
}
