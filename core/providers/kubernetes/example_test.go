package kubernetes_test

import (
	"fmt"

	"github.com/revstackhq/auth-go/core/providers/kubernetes"
)

func ExampleNewContract() {
	contract, err := kubernetes.NewContract(kubernetes.Config{
		Issuer:          "https://oidc.eks.eu-west-1.amazonaws.com/id/7F3D9A51C2E84B06",
		Audience:        []string{"https://invoices.northwind.example"},
		ServiceAccounts: []string{"billing/invoicer"},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(contract.Issuer())
	fmt.Println(contract.Rules().Discovery)
	// Output:
	// https://oidc.eks.eu-west-1.amazonaws.com/id/7F3D9A51C2E84B06
	// true
}
