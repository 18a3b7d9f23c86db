package providers_test

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/providers"
)

func ExampleBuild() {
	contract, err := providers.Build("cognito", []byte(`{"userPoolId":"eu-west-1_Qm7Tz4LxB","clientId":"4h8s2kq9v1n7x3t6b5d0mfcrjw"}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(contract.Issuer())
	// Output: https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Qm7Tz4LxB
}

func ExampleBuild_mistakes() {
	_, err := providers.Build("auth0", []byte(`{"domain":"https://northwind.eu.auth0.com/api/v2/","algorithms":["ES256"]}`))
	for _, e := range core.ConfigErrors(err) {
		fmt.Println(e.Field+":", e.Reason)
	}
	// Output:
	// domain: must be a domain without a path, such as tenant.eu.auth0.com
	// algorithms: is not an algorithm that Auth0 signs with: use RS256, PS256 or HS256
	// audience: is empty: a token for any service of this issuer would be accepted; name this service, or say insecureAnyAudience
}

func ExampleParseContract() {
	// What buildAuthContract("supabase", …) of @revstackhq/auth makes.
	contract, err := providers.ParseContract([]byte(`{"provider":"supabase","strategy":"RS256",
		"jwksUri":"https://qwertnorthwindabcxyz.supabase.co/rest/v1/auth/jwks",
		"issuer":"https://qwertnorthwindabcxyz.supabase.co/auth/v1","userIdClaim":"sub"}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	rules := contract.Rules()
	fmt.Println(rules.JWKSURL)
	fmt.Println(rules.Algorithms, rules.Audiences)
	// Output:
	// https://qwertnorthwindabcxyz.supabase.co/auth/v1/.well-known/jwks.json
	// [RS256 ES256] [authenticated]
}

func ExampleParseContracts() {
	contracts, err := providers.ParseContracts([]byte(`{"contracts": [
		{"provider": "clerk", "issuer": "https://clerk.northwind.example"},
		{"provider": "cognito", "config": {"userPoolId": "eu-west-1_Qm7Tz4LxB", "clientId": "4h8s2kq9v1"}}
	]}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	verifier, err := core.NewVerifier(contracts)
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = verifier.Verify(context.Background(), "not a token")
	fmt.Println(core.CodeOf(err), contracts[1].Issuer())
	// Output: INVALID_FORMAT https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Qm7Tz4LxB
}

func ExampleParseContracts_mistakes() {
	_, err := providers.ParseContracts([]byte(`{"contracts": [
		{"provider": "clerk", "issuer": {"env": "NORTHWIND_ISSUER"}},
		{"provider": "otka", "config": {}}
	]}`))
	fmt.Println(err)
	// Output:
	// auth: contracts[0].issuer (line 2, column 25): refers to the environment variable NORTHWIND_ISSUER, which is not set or is empty: set it
	// see https://github.com/revstackhq/auth-go/blob/main/docs/config-errors.md#missing
}

func ExampleAll() {
	for _, p := range providers.All()[:3] {
		fmt.Println(p.Slug, p.Name, p.Algorithms)
	}
	// Output:
	// auth0 Auth0 [RS256 PS256 HS256]
	// clerk Clerk [RS256]
	// supabase Supabase [ES256 RS256 EdDSA ES512 RS512 HS256]
}

func ExampleLookup() {
	p, ok := providers.Lookup("clerk")
	entry, err := json.Marshal(p)
	fmt.Println(ok, string(entry), err)
	// Output: true {"slug":"clerk","name":"Clerk","description":"Authentication and user management platform with OIDC and JWKS.","logoUrl":"https://cdn.simpleicons.org/clerk/ffffff","supportedStrategies":["RS256"],"algorithms":["RS256"]} <nil>
}

// acmeConfig is a preset of one's own.
type acmeConfig struct {
	Realm    string       `json:"realm"`
	Audience core.Strings `json:"audience"`
}

func newAcmeContract(cfg acmeConfig) (*core.Contract, error) {
	return core.NewContract(core.Rules{
		Provider: "acme", Issuer: "https://id.acme.example/" + cfg.Realm, Discovery: true, Audiences: cfg.Audience,
	})
}

func ExampleNew() {
	catalog, err := providers.New(append(providers.All(), providers.Provider{
		Slug: "acme", Name: "Acme", Algorithms: []string{"RS256"}, Build: providers.FromJSON(newAcmeContract),
	})...)
	if err != nil {
		fmt.Println(err)
		return
	}
	contract, err := catalog.Build("acme", []byte(`{"realm":"northwind","audience":"https://api.northwind.example"}`))
	fmt.Println(contract, err)

	_, err = catalog.Build("acme", []byte(`{"relm":"northwind"}`))
	fmt.Println(err)
	// Output:
	// auth contract acme "https://id.acme.example/northwind" <nil>
	// auth: acme: relm (line 1, column 2): is unknown: write realm
	// see https://github.com/revstackhq/auth-go/blob/main/docs/config-errors.md#invalid
}
