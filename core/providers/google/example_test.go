package google_test

import (
	"fmt"

	"github.com/revstackhq/auth-go/core/providers/google"
)

func ExampleNewContract() {
	contract, err := google.NewContract(google.Config{
		ClientIDs:     []string{"418290573316-q7v2m9xk4t8n1b5c.apps.googleusercontent.com"},
		HostedDomains: []string{"northwind.example"},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(contract.Issuer())
	fmt.Println(contract.Rules().JWKSURL)
	// Output:
	// https://accounts.google.com
	// https://www.googleapis.com/oauth2/v3/certs
}
