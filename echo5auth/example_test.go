package echo5auth_test

import (
	"fmt"
	"log"
	"net/http"

	"github.com/labstack/echo/v5"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/core/guard"
	"github.com/revstackhq/auth-go/core/policy"
	"github.com/revstackhq/auth-go/core/providers/clerk"
	"github.com/revstackhq/auth-go/core/providers/clerk/clerktest"
	"github.com/revstackhq/auth-go/echo5auth"
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

	e := echo.New()
	e.Use(echo5auth.New(contract))
	e.GET("/", func(c *echo.Context) error { return c.String(http.StatusOK, "hello, "+echo5auth.UserID(c)) })

	show(e, clerktest.SessionToken(issuer, clerktest.Token{AuthorizedParty: "https://app.example", UserID: "user_1"}))
	show(e, "")
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
	e := echo.New()
	e.Use(echo5auth.Guard(g))
	e.GET("/", func(c *echo.Context) error {
		return c.String(http.StatusOK, fmt.Sprintf("hello, %q", echo5auth.UserID(c)))
	})
	show(e, "")
	// Output: 200 hello, ""
}

func ExampleRequire() {
	issuer, contract := demo()
	defer func() { _ = issuer.Close() }()

	e := echo.New()
	e.Use(echo5auth.New(contract))
	e.GET("/", func(c *echo.Context) error { return c.String(http.StatusOK, "welcome") }, echo5auth.Require(policy.Role("org:admin")))

	show(e, clerktest.SessionToken(issuer, clerktest.Token{AuthorizedParty: "https://app.example", OrganizationID: "org_9", Role: "admin"}))
	show(e, clerktest.SessionToken(issuer, clerktest.Token{AuthorizedParty: "https://app.example", OrganizationID: "org_9", Role: "member"}))
	// Output:
	// 200 welcome
	// 403 {"error":"You are not allowed to do this.","code":"FORBIDDEN"}
}

func ExampleUserID() {
	e := echo.New()
	e.GET("/", func(c *echo.Context) error { return c.String(http.StatusOK, fmt.Sprintf("%q", echo5auth.UserID(c))) })
	show(e, "") // behind no middleware
	// Output: 200 ""
}

func ExampleSession() {
	issuer, contract := demo()
	defer func() { _ = issuer.Close() }()

	e := echo.New()
	e.Use(echo5auth.New(contract))
	e.GET("/", func(c *echo.Context) error {
		session, ok := echo5auth.Session(c)
		return c.String(http.StatusOK, fmt.Sprint(ok, " ", session.Organization().ID, " ", session.Organization().Role))
	})
	show(e, clerktest.SessionToken(issuer, clerktest.Token{AuthorizedParty: "https://app.example", OrganizationID: "org_9", Role: "admin"}))
	// Output: 200 true org_9 org:admin
}

func ExampleClaims() {
	issuer, contract := demo()
	defer func() { _ = issuer.Close() }()

	e := echo.New()
	e.Use(echo5auth.New(contract))
	e.GET("/", func(c *echo.Context) error {
		claims, err := echo5auth.Claims[clerk.Claims](c)
		if err != nil {
			return err
		}
		return c.JSON(http.StatusOK, map[string]string{"userId": echo5auth.UserID(c), "sessionId": claims.SessionID})
	})
	show(e, clerktest.SessionToken(issuer, clerktest.Token{AuthorizedParty: "https://app.example", UserID: "user_1", SessionID: "sess_1"}))
	// Output: 200 {"sessionId":"sess_1","userId":"user_1"}
}

func ExampleMetadata() {
	_, contract := demo()
	g, err := guard.New(contract, guard.Metadata(guard.ResourceMetadata{
		Resource: "https://api.example", AuthorizationServers: []string{"https://clerk.example"},
	}))
	if err != nil {
		log.Fatal(err)
	}
	e := echo.New()
	e.Any(g.MetadataPath(), echo5auth.Metadata(g)) // public: not behind the guard
	e.GET("/", func(*echo.Context) error { return nil }, echo5auth.Guard(g))
	fmt.Println(g.MetadataPath())
	fmt.Println(serve(e, "").Header().Get("WWW-Authenticate"))
	// Output:
	// /.well-known/oauth-protected-resource
	// Bearer resource_metadata="https://api.example/.well-known/oauth-protected-resource"
}
