package github_test

import (
	"fmt"

	"github.com/revstackhq/auth-go/core/providers/github"
)

func ExampleNewContract() {
	contract, err := github.NewContract(github.Config{
		Audience:      []string{"https://deploy.northwind.example"},
		RepositoryIDs: []string{"778899001"},
		Refs:          []string{"refs/heads/main"},
		Environments:  []string{"production"},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(contract.Issuer())
	fmt.Println(contract.Rules().Discovery)
	// Output:
	// https://token.actions.githubusercontent.com
	// true
}
