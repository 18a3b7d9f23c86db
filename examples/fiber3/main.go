// Command fiber3 guards one route of a fiber v3 program with a Clerk instance:
//
//	CLERK_ISSUER_URL=https://your-app.clerk.accounts.dev go run ./examples/fiber3
package main

import (
	"log"
	"os"

	"github.com/gofiber/fiber/v3"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/guard"
	"github.com/revstackhq/auth-go/core/providers/clerk"
	"github.com/revstackhq/auth-go/fiber3auth"
)

func main() {
	contract, err := clerk.NewContract(clerk.Config{IssuerURL: os.Getenv("CLERK_ISSUER_URL")})
	if err != nil {
		log.Fatal(err)
	}
	log.Fatal(routes(contract).Listen("127.0.0.1:8080"))
}

func routes(contract *core.Contract) *fiber.App {
	// fiber reads 4 KiB of headers by default; Clerk's cookies and a token with
	// custom claims together can be longer, and fiber would answer 431.
	app := fiber.New(fiber.Config{ReadBufferSize: 32 << 10})
	app.Use(fiber3auth.New(contract, guard.Messages(sentence)))
	app.Get("/api/profile", func(c fiber.Ctx) error {
		claims, err := fiber3auth.Claims[clerk.Claims](c)
		if err != nil {
			return err
		}
		return c.JSON(fiber.Map{
			"userId": fiber3auth.UserID(c), "sessionId": claims.SessionID, "organizationId": claims.OrganizationID(),
		})
	})
	return app
}

// sentence returns the message for the user; "" keeps the default.
func sentence(_ guard.Request, err *core.Error) string {
	if err.Code == core.CodeTokenExpired {
		return "Session expired. Please sign in again."
	}
	return ""
}
