package keycloak_test

import (
	"fmt"

	"github.com/revstackhq/auth-go/core/providers/keycloak"
)

func ExampleNewContract() {
	contract, err := keycloak.NewContract(keycloak.Config{
		Issuer:   "https://id.northwind.example/realms/main",
		Audience: []string{"invoices-api"},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(contract.Issuer())
	fmt.Println(contract.Rules().JWKSURL)
	// Output:
	// https://id.northwind.example/realms/main
	// https://id.northwind.example/realms/main/protocol/openid-connect/certs
}
