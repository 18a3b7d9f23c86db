package awsalb_test

import (
	"fmt"

	"github.com/revstackhq/auth-go/core/providers/awsalb"
)

func ExampleNewContract() {
	contract, err := awsalb.NewContract(awsalb.Config{
		LoadBalancers: []string{"arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/app/northwind/50dc6c495c0c9188"},
		Issuer:        "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Qm7Tz4LxB",
		ClientIDs:     []string{"4h8s2kq9v1n7x3t6b5d0mfcrjw"},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(contract.Issuer())
	fmt.Println(contract.Rules().KeyURLTemplate)
	// Output:
	// https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Qm7Tz4LxB
	// https://public-keys.auth.elb.eu-west-1.amazonaws.com/{kid}
}
