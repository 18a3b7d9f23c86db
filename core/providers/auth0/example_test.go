package auth0_test

import (
	"fmt"

	"github.com/revstackhq/auth-go/core/providers/auth0"
)

func ExampleNewContract() {
	contract, err := auth0.NewContract(auth0.Config{
		Domain:        "northwind.eu.auth0.com",
		CustomDomains: []string{"login.northwind.example"},
		Audience:      []string{"https://api.northwind.example"},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	rules := contract.Rules()
	fmt.Println(rules.Issuer, rules.Issuers)
	fmt.Println(rules.JWKSURL)
	// Output:
	// https://northwind.eu.auth0.com/ [https://login.northwind.example/]
	// https://northwind.eu.auth0.com/.well-known/jwks.json
}

func ExampleClaims_Client() {
	fmt.Println(auth0.Claims{AuthorizedParty: "pQ7rT2vXzL9kMnB4"}.Client()) // Auth0 profile
	fmt.Println(auth0.Claims{ClientID: "pQ7rT2vXzL9kMnB4"}.Client())        // RFC 9068 profile
	// Output:
	// pQ7rT2vXzL9kMnB4
	// pQ7rT2vXzL9kMnB4
}

func ExampleClaims_Machine() {
	fmt.Println(auth0.Claims{Subject: "m8Kd2VbXq7TnLw5R@clients"}.Machine())
	fmt.Println(auth0.Claims{Subject: "m8Kd2VbXq7TnLw5R", GrantType: []string{"client-credentials"}}.Machine())
	fmt.Println(auth0.Claims{Subject: "auth0|66b1f0c2d9e4a7138f5c6b20"}.Machine(), auth0.Claims{Subject: "@clients"}.Machine())
	// Output:
	// true
	// true
	// false false
}
