package authtest_test

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/core/guard"
	"github.com/revstackhq/auth-go/core/providers/clerk"
	"github.com/revstackhq/auth-go/core/providers/clerk/clerktest"
)

// A service that reads the session from its context can be tested without a token.
func ExampleContext() {
	greet := func(ctx context.Context) string {
		session, ok := core.FromContext(ctx)
		if !ok {
			return "hello, stranger"
		}
		return "hello, " + session.UserID() + " of " + session.Organization().ID
	}

	ctx := authtest.Context(context.Background(), "user_1", authtest.Claims{"org_id": "org_9"})
	fmt.Println(greet(ctx))
	fmt.Println(greet(context.Background()))
	// Output:
	// hello, user_1 of org_9
	// hello, stranger
}

func ExampleSession() {
	session := authtest.Session("user_1", authtest.Claims{
		"org_id": "org_9", "org_role": "admin", "permissions": []string{"invoices:read"},
	})
	fmt.Println(session.UserID(), session.Organization().Role, session.HasPermission("invoices:read"))
	// Output: user_1 admin true
}

// A program, such as a demonstration, starts an issuer without a test.
func ExampleStartIssuer() {
	issuer, err := authtest.StartIssuer(authtest.Config{})
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = issuer.Close() }()

	contract, err := clerk.NewContract(clerk.Config{IssuerURL: issuer.URL()})
	if err != nil {
		log.Fatal(err)
	}
	handler := guard.Middleware(contract)(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = fmt.Fprintln(w, core.UserID(r.Context()))
	}))

	request := httptest.NewRequest(http.MethodGet, "/", http.NoBody)
	authtest.Authorize(request, clerktest.SessionToken(issuer, clerktest.Token{UserID: "user_1"}))
	answer := httptest.NewRecorder()
	handler.ServeHTTP(answer, request)
	fmt.Print(answer.Code, " ", answer.Body)
	// Output: 200 user_1
}

// Every token in the list must be rejected with the code next to it.
func ExampleIssuer_Bad() {
	issuer, err := authtest.StartIssuer(authtest.Config{})
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = issuer.Close() }()
	contract := issuer.Contract()
	verifier, err := core.NewVerifier(contract)
	if err != nil {
		log.Fatal(err)
	}
	wrong := 0
	for _, bad := range issuer.Bad(contract, issuer.Token(nil)) {
		if _, err := verifier.Verify(context.Background(), bad.Token); core.CodeOf(err) != bad.Code {
			wrong++
		}
	}
	fmt.Println("answered otherwise:", wrong)
	// Output: answered otherwise: 0
}

// A contract with a provider's real URLs, verified on loopback.
func ExampleIssuer_HTTPClient() {
	const frontendAPI = "https://clerk.northwind.example"
	issuer, err := authtest.StartIssuer(authtest.Config{IssuerURL: frontendAPI})
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = issuer.Close() }()
	contract, err := clerk.NewContract(clerk.Config{IssuerURL: frontendAPI})
	if err != nil {
		log.Fatal(err)
	}
	verifier, err := core.NewVerifier(contract, core.WithHTTPClient(issuer.HTTPClient()))
	if err != nil {
		log.Fatal(err)
	}
	session, err := verifier.Verify(context.Background(), clerktest.SessionToken(issuer, clerktest.Token{UserID: "user_1"}))
	fmt.Println(session.UserID(), err, issuer.Fetches())
	// Output: user_1 <nil> 1
}

func ExampleClock() {
	clock := authtest.NewClock(time.Time{})
	issuer, err := authtest.StartIssuer(authtest.Config{Clock: clock})
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = issuer.Close() }()
	verifier, err := core.NewVerifier(issuer.Contract(), core.WithClock(clock))
	if err != nil {
		log.Fatal(err)
	}
	token := issuer.Token(nil, authtest.ExpiresIn(time.Minute))
	_, err = verifier.Verify(context.Background(), token)
	fmt.Println(core.CodeOf(err))
	clock.Advance(2 * time.Minute)
	_, err = verifier.Verify(context.Background(), token)
	fmt.Println(core.CodeOf(err))
	// Output:
	//
	// TOKEN_EXPIRED
}

func ExampleAuthorize() {
	request := httptest.NewRequest(http.MethodGet, "/api/profile", http.NoBody)
	authtest.Authorize(request, "eyJ…")
	fmt.Println(request.Header.Get("Authorization"))
	// Output: Bearer eyJ…
}
