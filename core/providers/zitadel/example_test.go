package zitadel_test

import (
	"fmt"

	"github.com/revstackhq/auth-go/core/providers/zitadel"
)

func ExampleNewContract() {
	contract, err := zitadel.NewContract(zitadel.Config{
		Domain:   "northwind-q7v2mx.zitadel.cloud",
		Audience: []string{"318402957716470000"},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(contract.Issuer())
	fmt.Println(contract.Rules().JWKSURL)
	// Output:
	// https://northwind-q7v2mx.zitadel.cloud
	// https://northwind-q7v2mx.zitadel.cloud/oauth/v2/keys
}
