package okta_test

import (
	"fmt"

	"github.com/revstackhq/auth-go/core/providers/okta"
)

func ExampleNewContract() {
	contract, err := okta.NewContract(okta.Config{
		Issuer:    "https://northwind.okta.com/oauth2/default",
		Audience:  []string{"api://default"},
		ClientIDs: []string{"0oa7k2m9xQ4tVbN3w5d8"},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(contract.Issuer())
	fmt.Println(contract.Rules().JWKSURL)
	// Output:
	// https://northwind.okta.com/oauth2/default
	// https://northwind.okta.com/oauth2/default/v1/keys
}
