package supertokens_test

import (
	"fmt"

	"github.com/revstackhq/auth-go/core/providers/supertokens"
)

func ExampleNewContract() {
	contract, err := supertokens.NewContract(supertokens.Config{
		APIDomain:            "https://api.northwind.example",
		RequireEmailVerified: true,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(contract.Issuer())
	fmt.Println(contract.Rules().JWKSURL)
	// Output:
	// https://api.northwind.example/auth
	// https://api.northwind.example/auth/jwt/jwks.json
}
