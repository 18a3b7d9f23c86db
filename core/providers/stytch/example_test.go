package stytch_test

import (
	"fmt"

	"github.com/revstackhq/auth-go/core/providers/stytch"
)

func ExampleNewContract() {
	contract, err := stytch.NewContract(stytch.Config{
		ProjectID: "project-live-0f4a5c1e-9d27-4e6b-8a13-6b2c7d90e5f8",
		Kind:      stytch.KindB2B,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(contract.Issuer())
	fmt.Println(contract.Rules().JWKSURL)
	// Output:
	// stytch.com/project-live-0f4a5c1e-9d27-4e6b-8a13-6b2c7d90e5f8
	// https://api.stytch.com/v1/b2b/sessions/jwks/project-live-0f4a5c1e-9d27-4e6b-8a13-6b2c7d90e5f8
}
