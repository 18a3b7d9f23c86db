package ory_test

import (
	"fmt"

	"github.com/revstackhq/auth-go/core/providers/ory"
)

func ExampleNewContract() {
	contract, err := ory.NewContract(ory.Config{
		Issuer:   "https://quirky-northwind-7x2kq9.projects.oryapis.com",
		Audience: []string{"https://api.northwind.example"},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(contract.Issuer())
	fmt.Println(contract.Rules().JWKSURL)
	// Output:
	// https://quirky-northwind-7x2kq9.projects.oryapis.com
	// https://quirky-northwind-7x2kq9.projects.oryapis.com/.well-known/jwks.json
}
