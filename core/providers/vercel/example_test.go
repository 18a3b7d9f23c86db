package vercel_test

import (
	"fmt"

	"github.com/revstackhq/auth-go/core/providers/vercel"
)

func ExampleNewContract() {
	contract, err := vercel.NewContract(vercel.Config{
		Team:         "northwind",
		ProjectIDs:   []string{"prj_7Gw5ZMBpQA8h9GF832KGp7nwbuh3"},
		Environments: []string{"production"},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(contract.Issuer())
	fmt.Println(contract.Rules().Audiences)
	// Output:
	// https://oidc.vercel.com/northwind
	// [https://vercel.com/northwind]
}
