package clerk_test

import (
	"context"
	"fmt"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/providers/clerk"
	"github.com/revstackhq/auth-go/core/providers/clerk/clerktest"
)

func ExampleNewContract() {
	contract, err := clerk.NewContract(clerk.Config{
		IssuerURL:         "https://clerk.your-domain.com",
		AuthorizedParties: []string{"https://app.your-domain.com"},
	})
	fmt.Println(contract, err)
	fmt.Println(contract.Rules().JWKSURL)
	// Output:
	// auth contract clerk "https://clerk.your-domain.com" <nil>
	// https://clerk.your-domain.com/.well-known/jwks.json
}

// Every mistake is returned, at once.
func ExampleNewContract_mistakes() {
	_, err := clerk.NewContract(clerk.Config{
		IssuerURL: "http://clerk.your-domain.com", AuthorizedParties: []string{"app.your-domain.com"},
	})
	fmt.Println(err)
	// Output:
	// auth: clerk: AuthorizedParties "app.your-domain.com": is not an origin: write https://host, without path and without a slash at the end
	// auth: clerk: IssuerURL "http://clerk.your-domain.com": must be https: plain http is for loopback only
	// see https://github.com/revstackhq/auth-go/blob/main/docs/config-errors.md#invalid
}

// A handler's code, with a session as the middleware would leave it.
func ExampleClaims() {
	ctx := clerktest.Context(context.Background(), clerktest.Token{
		UserID:         "user_2xMPL1f2Q3Z4z5R6W7S8T9",
		SessionID:      "sess_2xMPL1f2Q3Z4z5R6W7S8T9",
		OrganizationID: "org_2xMPL1f2Q3Z4z5R6W7S8T9",
		Role:           "admin",
	})

	claims, err := core.Claims[clerk.Claims](ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(core.UserID(ctx), claims.SessionID, claims.OrganizationID())
	// Output: user_2xMPL1f2Q3Z4z5R6W7S8T9 sess_2xMPL1f2Q3Z4z5R6W7S8T9 org_2xMPL1f2Q3Z4z5R6W7S8T9
}

func ExampleHas() {
	session := clerktest.Session(clerktest.Token{
		UserID:         "user_1",
		OrganizationID: "org_1",
		Role:           "admin",
		Permissions:    []string{"org:invoices:read"},
		FactorAges:     []int{25, -1},
	})

	read := clerk.Has(clerk.Check{Role: "org:admin", Permission: "org:invoices:read"})
	erase := clerk.Has(clerk.Check{Role: "org:admin", Reverification: clerk.Strict()})
	fmt.Println(read.Check(session))
	fmt.Println(core.CodeOf(erase.Check(session)))
	// Output:
	// <nil>
	// REAUTHENTICATION_REQUIRED
}
