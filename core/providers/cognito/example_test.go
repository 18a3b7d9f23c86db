package cognito_test

import (
	"encoding/json"
	"fmt"

	"github.com/revstackhq/auth-go/core/providers/cognito"
)

func ExampleNewContract() {
	contract, err := cognito.NewContract(cognito.Config{
		UserPoolID: "eu-west-1_Qm7Tz4LxB",
		ClientID:   []string{"4h8s2kq9v1n7x3t6b5d0mfcrjw"},
	})
	fmt.Println(contract, err)

	_, err = cognito.NewContract(cognito.Config{UserPoolID: "eu-west-1_Qm7Tz4LxB"})
	fmt.Println(err)
	// Output:
	// auth contract cognito "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Qm7Tz4LxB" <nil>
	// auth: cognito: ClientID: is required: copy it from the pool's page App clients, or say InsecureAnyClient to accept all of them
	// see https://github.com/revstackhq/auth-go/blob/main/docs/config-errors.md#missing
}

func ExampleClaims_Username() {
	fmt.Println(cognito.Claims{AccessUsername: "rhea"}.Username(), cognito.Claims{IDUsername: "rhea"}.Username())
	// Output: rhea rhea
}

func ExampleBool() {
	var claims cognito.Claims
	err := json.Unmarshal([]byte(`{"email_verified":"true","phone_number_verified":true}`), &claims)
	fmt.Println(claims.EmailVerified, claims.PhoneVerified, err)

	err = json.Unmarshal([]byte(`{"email_verified":"yes"}`), &claims)
	fmt.Println(err)
	// Output:
	// true true <nil>
	// cognito: "yes" is neither true nor false
}
