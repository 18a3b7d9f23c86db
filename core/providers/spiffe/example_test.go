package spiffe_test

import (
	"fmt"

	"github.com/revstackhq/auth-go/core/providers/spiffe"
)

func ExampleNewContract() {
	contract, err := spiffe.NewContract(spiffe.Config{
		TrustDomain:  "prod.northwind.example",
		Audience:     []string{"spiffe://prod.northwind.example/invoices"},
		PathPrefixes: []string{"/ns/billing"},
		JWKSURL:      "https://spire.northwind.example/bundle",
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(contract.Rules().JWKSURL)
	fmt.Println(contract.Rules().KeyUses)
	// Output:
	// https://spire.northwind.example/bundle
	// [jwt-svid sig]
}
