package chiauth_test

import (
	"fmt"
	"log"
	"net/http"

	"github.com/go-chi/chi/v5"

	"github.com/revstackhq/auth-go/chiauth"
	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/core/guard"
	"github.com/revstackhq/auth-go/core/policy"
	"github.com/revstackhq/auth-go/core/providers/clerk"
	"github.com/revstackhq/auth-go/core/providers/clerk/clerktest"
)

// demo returns an issuer for the examples and a contract that accepts its tokens.
func demo() (*authtest.Issuer, *core.Contract) {
	issuer, err := authtest.StartIssuer(authtest.Config{})
	if err != nil {
		log.Fatal(err)
	}
	contract, err := clerk.NewContract(clerk.Config{
		IssuerURL: issuer.URL(), AuthorizedParties: []string{"https://app.example"}, // in a program: os.Getenv("CLERK_ISSUER_URL")
	})
	if err != nil {
		log.Fatal(err)
	}
	return issuer, contract
}

// show sends a request and prints the answer.
func show(r http.Handler, token string) {
	answer := serve(r, token)
	fmt.Println(answer.Code, answer.Body)
}

func ExampleNew() {
	issuer, contract := demo()
	defer func() { _ = issuer.Close() }()

	r := chi.NewRouter()
	r.Use(chiauth.New(contract))
	r.Get("/", func(w http.ResponseWriter, r *http.Request) {
		_, _ = fmt.Fprint(w, "hello, ", chiauth.UserID(r.Context()))
	})

	show(r, clerktest.SessionToken(issuer, clerktest.Token{AuthorizedParty: "https://app.example", UserID: "user_1"}))
	show(r, "")
	// Output:
	// 200 hello, user_1
	// 401 {"error":"Sign in to continue.","code":"TOKEN_MISSING"}
}

func ExampleGuard() {
	issuer, contract := demo()
	defer func() { _ = issuer.Close() }()

	g, err := guard.New(contract, guard.Optional()) // an error instead of New's panic
	if err != nil {
		log.Fatal(err)
	}
	r := chi.NewRouter()
	r.Use(chiauth.Guard(g))
	r.Get("/", func(w http.ResponseWriter, r *http.Request) {
		_, _ = fmt.Fprintf(w, "hello, %q", chiauth.UserID(r.Context()))
	})
	show(r, "")
	// Output: 200 hello, ""
}

func ExampleRequire() {
	issuer, contract := demo()
	defer func() { _ = issuer.Close() }()

	r := chi.NewRouter()
	r.Use(chiauth.New(contract))
	r.With(chiauth.Require(policy.Role("org:admin"))).Get("/", func(w http.ResponseWriter, _ *http.Request) { _, _ = fmt.Fprint(w, "welcome") })

	show(r, clerktest.SessionToken(issuer, clerktest.Token{AuthorizedParty: "https://app.example", OrganizationID: "org_9", Role: "admin"}))
	show(r, clerktest.SessionToken(issuer, clerktest.Token{AuthorizedParty: "https://app.example", OrganizationID: "org_9", Role: "member"}))
	// Output:
	// 200 welcome
	// 403 {"error":"You are not allowed to do this.","code":"FORBIDDEN"}
}

func ExampleUserID() {
	r := chi.NewRouter()
	r.Get("/", func(w http.ResponseWriter, r *http.Request) { _, _ = fmt.Fprintf(w, "%q", chiauth.UserID(r.Context())) })
	show(r, "") // behind no middleware
	// Output: 200 ""
}

func ExampleSession() {
	issuer, contract := demo()
	defer func() { _ = issuer.Close() }()

	r := chi.NewRouter()
	r.Use(chiauth.New(contract))
	r.Get("/", func(w http.ResponseWriter, r *http.Request) {
		session, ok := chiauth.Session(r.Context())
		_, _ = fmt.Fprintf(w, "%t %s %s", ok, session.Organization().ID, session.Organization().Role)
	})
	show(r, clerktest.SessionToken(issuer, clerktest.Token{AuthorizedParty: "https://app.example", OrganizationID: "org_9", Role: "admin"}))
	// Output: 200 true org_9 org:admin
}

func ExampleClaims() {
	issuer, contract := demo()
	defer func() { _ = issuer.Close() }()

	r := chi.NewRouter()
	r.Use(chiauth.New(contract))
	r.Get("/", func(w http.ResponseWriter, r *http.Request) {
		claims, err := chiauth.Claims[clerk.Claims](r.Context())
		if err != nil {
			http.Error(w, "no claims", http.StatusInternalServerError)
			return
		}
		_, _ = fmt.Fprintf(w, "%s in %s", chiauth.UserID(r.Context()), claims.SessionID)
	})
	show(r, clerktest.SessionToken(issuer, clerktest.Token{AuthorizedParty: "https://app.example", UserID: "user_1", SessionID: "sess_1"}))
	// Output: 200 user_1 in sess_1
}

func ExampleMetadata() {
	_, contract := demo()
	g, err := guard.New(contract, guard.Metadata(guard.ResourceMetadata{
		Resource: "https://api.example", AuthorizationServers: []string{"https://clerk.example"},
	}))
	if err != nil {
		log.Fatal(err)
	}
	r := chi.NewRouter()
	chiauth.Metadata(r, g) // public: not behind the guard
	r.With(chiauth.Guard(g)).Get("/", func(http.ResponseWriter, *http.Request) {})
	fmt.Println(g.MetadataPath())
	fmt.Println(serve(r, "").Header().Get("WWW-Authenticate"))
	// Output:
	// /.well-known/oauth-protected-resource
	// Bearer resource_metadata="https://api.example/.well-known/oauth-protected-resource"
}
