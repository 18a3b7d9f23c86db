package supabase_test

import (
	"encoding/json"
	"fmt"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/providers/supabase"
)

func ExampleNewContract() {
	contract, err := supabase.NewContract(supabase.Config{ProjectURL: "https://qwertnorthwindabcxyz.supabase.co"})
	if err != nil {
		fmt.Println(err)
		return
	}
	rules := contract.Rules()
	fmt.Println(rules.Issuer, rules.Algorithms)
	fmt.Println(rules.JWKSURL)
	// Output:
	// https://qwertnorthwindabcxyz.supabase.co/auth/v1 [ES256 RS256]
	// https://qwertnorthwindabcxyz.supabase.co/auth/v1/.well-known/jwks.json
}

// While a project changes from the legacy secret to signing keys, tokens of
// both are about.
func ExampleNewContract_migrating() {
	contract, err := supabase.NewContract(supabase.Config{
		ProjectURL:    "https://qwertnorthwindabcxyz.supabase.co",
		SigningSecret: core.NewSecret("super-secret-jwt-token-with-at-least-32-characters-long"),
		Migrating:     true,
	})
	fmt.Println(contract.Rules().Algorithms, err)
	// Output: [ES256 RS256 HS256] <nil>
}

func ExampleMethod() {
	var claims supabase.Claims
	err := json.Unmarshal([]byte(`{"amr":[{"method":"password","timestamp":1787296300},"totp"]}`), &claims)
	fmt.Printf("%+v %v\n", claims.AMR, err)
	// Output: [{Method:password Timestamp:1787296300 Provider:} {Method:totp Timestamp:0 Provider:}] <nil>
}
