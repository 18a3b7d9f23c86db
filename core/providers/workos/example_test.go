package workos_test

import (
	"fmt"

	"github.com/revstackhq/auth-go/core/providers/workos"
)

func ExampleNewContract() {
	contract, err := workos.NewContract(workos.Config{
		ClientID: "client_01K1ZP8RT4VXN6QM3WYB9LDCJH",
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(contract.Issuer())
	fmt.Println(contract.Rules().JWKSURL)
	// Output:
	// https://api.workos.com
	// https://api.workos.com/sso/jwks/client_01K1ZP8RT4VXN6QM3WYB9LDCJH
}
