package core_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/golang-jwt/jwt/v5"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/event"
	"github.com/revstackhq/auth-go/core/guard"
)

// exampleSecret would come from the environment.
const exampleSecret = "0123456789abcdef0123456789abcdef"

// exampleToken is what the sign-in would have issued.
func exampleToken(issuer, user string) string {
	token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{
		"iss": issuer, "aud": "my-api", "sub": user, "role": "admin", "exp": time.Now().Add(time.Hour).Unix(),
	}).SignedString([]byte(exampleSecret))
	if err != nil {
		log.Fatal(err)
	}
	return token
}

// exampleContract accepts it.
func exampleContract(issuer string) *core.Contract {
	contract, err := core.NewContract(core.Rules{Issuer: issuer, Audiences: []string{"my-api"}, Secret: core.NewSecret(exampleSecret)})
	if err != nil {
		log.Fatal(err)
	}
	return contract
}

// exampleCall sends a request with the token to h and prints the answer.
func exampleCall(h http.Handler, token string) {
	r := httptest.NewRequest(http.MethodGet, "/", http.NoBody)
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	fmt.Print(w.Code, " ", w.Body)
}

func ExampleNewContract() {
	contract, err := core.NewContract(core.Rules{
		Issuer:    "https://id.example.com",
		JWKSURL:   "https://id.example.com/.well-known/jwks.json",
		Audiences: []string{"my-api"},
	})
	fmt.Println(contract, err)

	_, err = core.NewContract(core.Rules{Issuer: "http://id.example.com", Algorithms: []string{"HS256"}, JWKSURL: "https://id.example.com/jwks"})
	for _, fault := range core.ConfigErrors(err) {
		fmt.Println(fault.Field)
	}
	// Output:
	// auth contract custom "https://id.example.com" <nil>
	// Issuer
	// Algorithms
	// Algorithms
	// Audiences
}

func ExampleParseContract() {
	// The wire form of the TypeScript package @revstackhq/auth.
	contract, err := core.ParseContract([]byte(`{
		"provider": "auth0", "strategy": "RS256", "issuer": "https://acme.eu.auth0.com/", "audience": "https://api.acme.dev",
		"jwksUri": "https://acme.eu.auth0.com/.well-known/jwks.json", "userIdClaim": "sub"
	}`))
	fmt.Println(contract, err)

	_, err = core.ParseContract([]byte(`{"issuer": "https://id.example.com", "audiance": "my-api"}`))
	fmt.Println(err)
	// Output:
	// auth contract auth0 "https://acme.eu.auth0.com/" <nil>
	// auth: audiance (line 1, column 38): is unknown: write audience
	// see https://github.com/revstackhq/auth-go/blob/main/docs/config-errors.md#invalid
}

func ExampleContract_Warnings() {
	contract, err := core.NewContract(core.Rules{
		Issuer: "https://id.example.com", JWKSURL: "https://id.example.com/jwks", InsecureAnyAudience: true,
	})
	if err != nil {
		log.Fatal(err)
	}
	for _, warning := range contract.Warnings() {
		fmt.Println(warning)
	}
	// Output: no audience: a token this issuer made for any other service is accepted; set Audiences, or AuthorizedParties
}

func ExampleNewVerifier() {
	verifier, err := core.NewVerifier(exampleContract("my-gateway"), core.TokenCache{MaxEntries: 1000})
	if err != nil {
		log.Fatal(err)
	}
	for range 2 {
		if _, err := verifier.Verify(context.Background(), exampleToken("my-gateway", "user_123")); err != nil {
			log.Fatal(err)
		}
	}
	fmt.Println(verifier.Stats().Entries > 0)
	// Output: true
}

func ExampleVerifier_Verify() {
	verifier, err := core.NewVerifier(exampleContract("my-gateway"))
	if err != nil {
		log.Fatal(err)
	}
	session, err := verifier.Verify(context.Background(), exampleToken("my-gateway", "user_123"))
	fmt.Println(session.UserID(), err)

	_, err = verifier.Verify(context.Background(), exampleToken("another-gateway", "user_123"))
	var refused *core.Error
	if errors.As(err, &refused) {
		fmt.Println(refused.Code, "/", refused.Message())
	}
	fmt.Println(errors.Is(err, core.CodeIssuerMismatch))
	// Output:
	// user_123 <nil>
	// ISSUER_MISMATCH / The token was issued by an issuer this service does not trust.
	// true
}

func ExampleVerifier_VerifyHeader() {
	verifier, err := core.NewVerifier(exampleContract("my-gateway"))
	if err != nil {
		log.Fatal(err)
	}
	session, err := verifier.VerifyHeader(context.Background(), "Bearer "+exampleToken("my-gateway", "user_123"))
	fmt.Println(session.UserID(), err)
	_, err = verifier.VerifyHeader(context.Background(), "Basic dXNlcjpwdw==")
	fmt.Println(core.CodeOf(err))
	// Output:
	// user_123 <nil>
	// TOKEN_MISSING
}

func ExampleVerifier_Ready() {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		log.Fatal(err)
	}
	issuer := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: &key.PublicKey, KeyID: "k1", Use: "sig"}}})
	}))
	defer issuer.Close()
	contract, err := core.NewContract(core.Rules{
		Issuer: issuer.URL, JWKSURL: issuer.URL + "/jwks", Algorithms: []string{"ES256"}, Audiences: []string{"my-api"},
	})
	if err != nil {
		log.Fatal(err)
	}
	verifier, err := core.NewVerifier(contract)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(verifier.KeyHealth()[0].State)
	fmt.Println(verifier.Ready(context.Background())) // warm up before the first request
	fmt.Println(verifier.KeyHealth()[0].State)
	// Output:
	// empty
	// <nil>
	// fresh
}

// profile is a service function that knows nothing of HTTP.
func profile(ctx context.Context) {
	claims, err := core.Claims[struct {
		Role string `json:"role"`
	}](ctx)
	fmt.Println(claims.Role, err)
}

func ExampleClaims() {
	protect := guard.Middleware(exampleContract("my-gateway"))
	exampleCall(protect(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		profile(r.Context())
		fmt.Fprintln(w, "done")
	})), exampleToken("my-gateway", "user_123"))
	profile(context.Background())
	// Output:
	// admin <nil>
	// 200 done
	//  auth: no session in the context: is the handler behind the middleware?
}

func ExampleFromContext() {
	verifier, err := core.NewVerifier(exampleContract("my-gateway"))
	if err != nil {
		log.Fatal(err)
	}
	session, err := verifier.Verify(context.Background(), exampleToken("my-gateway", "user_123"))
	if err != nil {
		log.Fatal(err)
	}
	ctx := core.NewContext(context.Background(), session) // a guard does this for you
	if s, ok := core.FromContext(ctx); ok {
		fmt.Println(s.UserID(), s.Issuer(), s.Kind())
	}
	_, ok := core.FromContext(context.Background())
	fmt.Println(ok)
	// Output:
	// user_123 my-gateway session
	// false
}

func ExampleUserID() {
	fmt.Printf("%q\n", core.UserID(context.Background())) // behind no guard
	// Output: ""
}

func ExampleNewVerifier_severalContracts() {
	verifier, err := core.NewVerifier(exampleContract("my-gateway"), exampleContract("partner"), core.TokenCache{MaxEntries: 1000})
	if err != nil {
		log.Fatal(err)
	}
	for _, issuer := range []string{"my-gateway", "partner", "stranger"} {
		_, err := verifier.Verify(context.Background(), exampleToken(issuer, "user_123"))
		fmt.Printf("%s %q\n", issuer, core.CodeOf(err))
	}
	// Output:
	// my-gateway ""
	// partner ""
	// stranger "ISSUER_MISMATCH"
}

func ExampleVerifier_Explain() {
	verifier, err := core.NewVerifier(exampleContract("https://id.example.com"))
	if err != nil {
		log.Fatal(err)
	}
	report := verifier.Explain(context.Background(), exampleToken("https://id.example.com/", "user_123"))
	fmt.Println(report.Code, report.Status)
	fmt.Println(report.Hints[0])
	for _, step := range report.Steps[:6] {
		fmt.Println(step.Name, step.Result)
	}
	// Output:
	// ISSUER_MISMATCH 401
	// iss "https://id.example.com/" differs from the accepted "https://id.example.com" only by a trailing slash
	// size pass
	// format pass
	// algorithm pass
	// issuer fail
	// contract pass
	// key not reached
}

func ExampleResolver() {
	tenants := map[string]*core.Contract{"https://one.tenants.example": exampleContract("https://one.tenants.example")} // a table of the database
	verifier, err := core.NewVerifier(exampleContract("my-gateway"), core.Resolver{
		Resolve: func(_ context.Context, issuer string) (*core.Contract, error) {
			return tenants[issuer], nil
		},
		Issuers: []string{"https://*.tenants.example"},
	})
	if err != nil {
		log.Fatal(err)
	}
	for _, issuer := range []string{"https://one.tenants.example", "https://two.tenants.example", "https://stranger.example"} {
		_, err := verifier.Verify(context.Background(), exampleToken(issuer, "user_123"))
		fmt.Printf("%s %q\n", issuer, core.CodeOf(err))
	}
	// Output:
	// https://one.tenants.example ""
	// https://two.tenants.example "ISSUER_MISMATCH"
	// https://stranger.example "ISSUER_MISMATCH"
}

func ExampleWithObserver() {
	verifier, err := core.NewVerifier(exampleContract("my-gateway"), core.WithObserver(func(_ context.Context, e event.Event) {
		switch e := e.(type) {
		case event.TokenVerified:
			fmt.Fprintln(os.Stdout, "verified by", e.Provider)
		case event.TokenRejected:
			fmt.Fprintln(os.Stdout, "rejected with", e.Code)
		}
	}))
	if err != nil {
		log.Fatal(err)
	}
	_, _ = verifier.Verify(context.Background(), exampleToken("my-gateway", "user_123"))
	_, _ = verifier.Verify(context.Background(), "no token")
	// Output:
	// verified by custom
	// rejected with INVALID_FORMAT
}

func ExampleParseContracts() {
	_ = os.Setenv("CLERK_ISSUER_URL", "https://your-app.clerk.accounts.dev")
	contracts, err := core.ParseContracts([]byte(`{"contracts": [
		{"issuer": {"env": "CLERK_ISSUER_URL"}, "discovery": true, "audience": "api"},
		{"issuer": {"env": "STAFF_ISSUER_URL"}, "discovery": true, "audience": "api"}
	]}`))
	fmt.Println(len(contracts), err)
	// Output:
	// 0 auth: contracts[1].issuer (line 3, column 4): refers to the environment variable STAFF_ISSUER_URL, which is not set or is empty: set it
	// see https://github.com/revstackhq/auth-go/blob/main/docs/config-errors.md#missing
}
