package firebase_test

import (
	"fmt"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/providers/firebase"
)

func ExampleNewContract() {
	contract, err := firebase.NewContract(firebase.Config{ProjectID: "northwind-prod"})
	fmt.Println(contract, err)
	// Output: auth contract firebase "https://securetoken.google.com/northwind-prod" <nil>
}

// A server that takes ID tokens from apps and its own session cookies from
// browsers has a contract for each.
func ExampleNewContract_cookies() {
	tokens, err := firebase.NewContract(firebase.Config{ProjectID: "northwind-prod"})
	if err != nil {
		fmt.Println(err)
		return
	}
	cookies, err := firebase.NewContract(firebase.Config{ProjectID: "northwind-prod", Kind: firebase.SessionCookie})
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = core.NewVerifier(tokens, cookies)
	fmt.Println(cookies.Issuer(), err)
	// Output: https://session.firebase.google.com/northwind-prod <nil>
}

func ExampleNewContract_emulator() {
	contract, err := firebase.NewContract(firebase.Config{ProjectID: "demo-northwind", InsecureEmulator: true})
	fmt.Println(contract.Warnings(), err)
	// Output: [emulator: unsigned tokens are accepted, so anyone can be any user; remove InsecureEmulator] <nil>
}
