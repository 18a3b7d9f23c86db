package gitlab_test

import (
	"fmt"

	"github.com/revstackhq/auth-go/core/providers/gitlab"
)

func ExampleNewContract() {
	contract, err := gitlab.NewContract(gitlab.Config{
		Audience:      []string{"https://deploy.northwind.example"},
		ProjectIDs:    []string{"56004559"},
		Refs:          []string{"refs/heads/main"},
		ProtectedRefs: true,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(contract.Issuer())
	fmt.Println(contract.Rules().JWKSURL)
	// Output:
	// https://gitlab.com
	// https://gitlab.com/oauth/discovery/keys
}
