package iap_test

import (
	"fmt"

	"github.com/revstackhq/auth-go/core/providers/iap"
)

func ExampleNewContract() {
	contract, err := iap.NewContract(iap.Config{
		Audience: []string{"/projects/418290573316/global/backendServices/7730192846510293847"},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(contract.Issuer())
	fmt.Println(contract.Rules().JWKSURL)
	// Output:
	// https://cloud.google.com/iap
	// https://www.gstatic.com/iap/verify/public_key-jwk
}
