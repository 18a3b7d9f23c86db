package ginauth_test

import (
	"fmt"
	"log"
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/core/guard"
	"github.com/revstackhq/auth-go/core/policy"
	"github.com/revstackhq/auth-go/core/providers/clerk"
	"github.com/revstackhq/auth-go/core/providers/clerk/clerktest"
	"github.com/revstackhq/auth-go/ginauth"
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

	r := gin.New()
	r.Use(ginauth.New(contract))
	r.GET("/", func(c *gin.Context) { c.String(http.StatusOK, "hello, "+ginauth.UserID(c)) })

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
	r := gin.New()
	r.Use(ginauth.Guard(g))
	r.GET("/", func(c *gin.Context) { c.String(http.StatusOK, "hello, %q", ginauth.UserID(c)) })
	show(r, "")
	// Output: 200 hello, ""
}

func ExampleRequire() {
	issuer, contract := demo()
	defer func() { _ = issuer.Close() }()

	r := gin.New()
	r.Use(ginauth.New(contract))
	r.GET("/", ginauth.Require(policy.Role("org:admin")), func(c *gin.Context) { c.String(http.StatusOK, "welcome") })

	show(r, clerktest.SessionToken(issuer, clerktest.Token{AuthorizedParty: "https://app.example", OrganizationID: "org_9", Role: "admin"}))
	show(r, clerktest.SessionToken(issuer, clerktest.Token{AuthorizedParty: "https://app.example", OrganizationID: "org_9", Role: "member"}))
	// Output:
	// 200 welcome
	// 403 {"error":"You are not allowed to do this.","code":"FORBIDDEN"}
}

func ExampleUserID() {
	r := gin.New()
	r.GET("/", func(c *gin.Context) { c.String(http.StatusOK, "%q", ginauth.UserID(c)) })
	show(r, "") // behind no middleware
	// Output: 200 ""
}

func ExampleSession() {
	issuer, contract := demo()
	defer func() { _ = issuer.Close() }()

	r := gin.New()
	r.Use(ginauth.New(contract))
	r.GET("/", func(c *gin.Context) {
		session, ok := ginauth.Session(c)
		c.String(http.StatusOK, "%t %s %s", ok, session.Organization().ID, session.Organization().Role)
	})
	show(r, clerktest.SessionToken(issuer, clerktest.Token{AuthorizedParty: "https://app.example", OrganizationID: "org_9", Role: "admin"}))
	// Output: 200 true org_9 org:admin
}

func ExampleClaims() {
	issuer, contract := demo()
	defer func() { _ = issuer.Close() }()

	r := gin.New()
	r.Use(ginauth.New(contract))
	r.GET("/", func(c *gin.Context) {
		claims, err := ginauth.Claims[clerk.Claims](c)
		if err != nil {
			c.AbortWithStatus(http.StatusInternalServerError)
			return
		}
		c.JSON(http.StatusOK, gin.H{"userId": ginauth.UserID(c), "sessionId": claims.SessionID})
	})
	show(r, clerktest.SessionToken(issuer, clerktest.Token{AuthorizedParty: "https://app.example", UserID: "user_1", SessionID: "sess_1"}))
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
	r := gin.New()
	r.Any(g.MetadataPath(), ginauth.Metadata(g)) // public: not behind the guard
	r.GET("/", ginauth.Guard(g))
	fmt.Println(g.MetadataPath())
	fmt.Println(serve(r, "").Header().Get("WWW-Authenticate"))
	// Output:
	// /.well-known/oauth-protected-resource
	// Bearer resource_metadata="https://api.example/.well-known/oauth-protected-resource"
}
