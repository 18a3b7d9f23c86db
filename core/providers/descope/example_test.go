package descope_test

import (
	"fmt"

	"github.com/revstackhq/auth-go/core/providers/descope"
)

func ExampleNewContract() {
	contract, err := descope.NewContract(descope.Config{
		ProjectID: "P2YuRTmSv8PdoKq7xB3vN6zWtLhA",
		Tenant:    "T2acme",
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(contract.Issuer())
	fmt.Println(contract.Rules().JWKSURL)
	// Output:
	// P2YuRTmSv8PdoKq7xB3vN6zWtLhA
	// https://api.descope.com/v2/keys/P2YuRTmSv8PdoKq7xB3vN6zWtLhA
}
