package authentik_test

import (
	"fmt"

	"github.com/revstackhq/auth-go/core/providers/authentik"
)

func ExampleNewContract() {
	contract, err := authentik.NewContract(authentik.Config{
		Host:        "id.northwind.example",
		Application: "invoices",
		ClientID:    []string{"kQx7vB2mZpT9sLwR4yNcJ6hDfG1aUe8oXi3PtYvK"},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(contract.Issuer())
	fmt.Println(contract.Rules().JWKSURL)
	// Output:
	// https://id.northwind.example/application/o/invoices/
	// https://id.northwind.example/application/o/invoices/jwks/
}
