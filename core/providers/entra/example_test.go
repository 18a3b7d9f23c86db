package entra_test

import (
	"fmt"

	"github.com/revstackhq/auth-go/core/providers/entra"
)

func ExampleNewContract() {
	contract, err := entra.NewContract(entra.Config{
		Tenants:  []string{"7f3d9a51-c2e8-4b06-95d1-8a4e6f0b2c73"},
		Audience: []string{"5b1e7c20-94d3-4f6a-8e12-0c7a9d4b3f65"},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(contract.Issuer())
	fmt.Println(contract.Rules().JWKSURL)
	// Output:
	// https://login.microsoftonline.com/7f3d9a51-c2e8-4b06-95d1-8a4e6f0b2c73/v2.0
	// https://login.microsoftonline.com/7f3d9a51-c2e8-4b06-95d1-8a4e6f0b2c73/discovery/v2.0/keys
}
