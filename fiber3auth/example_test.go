package fiber3auth_test

import (
	"fmt"
	"log"

	"github.com/gofiber/fiber/v3"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/core/guard"
	"github.com/revstackhq/auth-go/core/policy"
	"github.com/revstackhq/auth-go/core/providers/clerk"
	"github.com/revstackhq/auth-go/core/providers/clerk/clerktest"
	"github.com/revstackhq/auth-go/fiber3auth"
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
func show(app *fiber.App, token string) {
	status, _, body := serve(app, token)
	fmt.Println(status, body)
}

func ExampleNew() {
	issuer, contract := demo()
	defer func() { _ = issuer.Close() }()

	app := fiber.New()
	app.Use(fiber3auth.New(contract))
	app.Get("/", func(c fiber.Ctx) error { return c.SendString("hello, " + fiber3auth.UserID(c)) })

	show(app, clerktest.SessionToken(issuer, clerktest.Token{AuthorizedParty: "https://app.example", UserID: "user_1"}))
	show(app, "")
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
	app := fiber.New()
	app.Use(fiber3auth.Guard(g))
	app.Get("/", func(c fiber.Ctx) error { return c.SendString(fmt.Sprintf("hello, %q", fiber3auth.UserID(c))) })
	show(app, "")
	// Output: 200 hello, ""
}

func ExampleRequire() {
	issuer, contract := demo()
	defer func() { _ = issuer.Close() }()

	app := fiber.New()
	app.Use(fiber3auth.New(contract))
	app.Get("/", fiber3auth.Require(policy.Role("org:admin")), func(c fiber.Ctx) error { return c.SendString("welcome") })

	show(app, clerktest.SessionToken(issuer, clerktest.Token{AuthorizedParty: "https://app.example", OrganizationID: "org_9", Role: "admin"}))
	show(app, clerktest.SessionToken(issuer, clerktest.Token{AuthorizedParty: "https://app.example", OrganizationID: "org_9", Role: "member"}))
	// Output:
	// 200 welcome
	// 403 {"error":"You are not allowed to do this.","code":"FORBIDDEN"}
}

func ExampleUserID() {
	app := fiber.New()
	app.Get("/", func(c fiber.Ctx) error { return c.SendString(fmt.Sprintf("%q", fiber3auth.UserID(c))) })
	show(app, "") // behind no middleware
	// Output: 200 ""
}

func ExampleSession() {
	issuer, contract := demo()
	defer func() { _ = issuer.Close() }()

	app := fiber.New()
	app.Use(fiber3auth.New(contract))
	app.Get("/", func(c fiber.Ctx) error {
		session, ok := fiber3auth.Session(c)
		return c.SendString(fmt.Sprint(ok, " ", session.Organization().ID, " ", session.Organization().Role))
	})
	show(app, clerktest.SessionToken(issuer, clerktest.Token{AuthorizedParty: "https://app.example", OrganizationID: "org_9", Role: "admin"}))
	// Output: 200 true org_9 org:admin
}

func ExampleClaims() {
	issuer, contract := demo()
	defer func() { _ = issuer.Close() }()

	app := fiber.New()
	app.Use(fiber3auth.New(contract))
	app.Get("/", func(c fiber.Ctx) error {
		claims, err := fiber3auth.Claims[clerk.Claims](c)
		if err != nil {
			return err
		}
		return c.JSON(fiber.Map{"userId": fiber3auth.UserID(c), "sessionId": claims.SessionID})
	})
	show(app, clerktest.SessionToken(issuer, clerktest.Token{AuthorizedParty: "https://app.example", UserID: "user_1", SessionID: "sess_1"}))
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
	app := fiber.New()
	app.All(g.MetadataPath(), fiber3auth.Metadata(g)) // public: not behind the guard
	app.Get("/", fiber3auth.Guard(g))
	fmt.Println(g.MetadataPath())
	_, header, _ := serve(app, "")
	fmt.Println(header.Get("WWW-Authenticate"))
	// Output:
	// /.well-known/oauth-protected-resource
	// Bearer resource_metadata="https://api.example/.well-known/oauth-protected-resource"
}
