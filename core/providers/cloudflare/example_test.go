package cloudflare_test

import (
	"fmt"

	"github.com/revstackhq/auth-go/core/providers/cloudflare"
)

func ExampleNewContract() {
	contract, err := cloudflare.NewContract(cloudflare.Config{
		TeamDomain: "northwind",
		Audience:   []string{"4d967e5e2b0a6cfb7a1de69a9f3b18c2d04c57eab3f16d829075c4be8a3f1d60"},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(contract.Issuer())
	fmt.Println(contract.Rules().JWKSURL)
	// Output:
	// https://northwind.cloudflareaccess.com
	// https://northwind.cloudflareaccess.com/cdn-cgi/access/certs
}
