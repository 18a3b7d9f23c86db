// Command echo5 guards one route of an echo v5 program with a Clerk instance:
//
//	CLERK_ISSUER_URL=https://your-app.clerk.accounts.dev go run ./examples/echo5
package main

import (
	"log"
	"net/http"
	"os"

	"github.com/labstack/echo/v5"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/guard"
	"github.com/revstackhq/auth-go/core/providers/clerk"
	"github.com/revstackhq/auth-go/echo5auth"
)

func main() {
	contract, err := clerk.NewContract(clerk.Config{IssuerURL: os.Getenv("CLERK_ISSUER_URL")})
	if err != nil {
		log.Fatal(err)
	}
	log.Fatal(routes(contract).Start("127.0.0.1:8080"))
}

func routes(contract *core.Contract) *echo.Echo {
	e := echo.New()
	e.Use(echo5auth.New(contract, guard.Messages(sentence)))
	e.GET("/api/profile", func(c *echo.Context) error {
		claims, err := echo5auth.Claims[clerk.Claims](c)
		if err != nil {
			return err
		}
		return c.JSON(http.StatusOK, map[string]string{
			"userId": echo5auth.UserID(c), "sessionId": claims.SessionID, "organizationId": claims.OrganizationID(),
		})
	})
	return e
}

// sentence returns the message for the user; "" keeps the default.
func sentence(_ guard.Request, err *core.Error) string {
	if err.Code == core.CodeTokenExpired {
		return "Session expired. Please sign in again."
	}
	return ""
}
