// Command gin guards one route of a gin program with a Clerk instance:
//
//	CLERK_ISSUER_URL=https://your-app.clerk.accounts.dev go run ./examples/gin
package main

import (
	"log"
	"net/http"
	"os"

	"github.com/gin-gonic/gin"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/guard"
	"github.com/revstackhq/auth-go/core/providers/clerk"
	"github.com/revstackhq/auth-go/ginauth"
)

func main() {
	contract, err := clerk.NewContract(clerk.Config{IssuerURL: os.Getenv("CLERK_ISSUER_URL")})
	if err != nil {
		log.Fatal(err)
	}
	log.Fatal(routes(contract).Run("127.0.0.1:8080"))
}

func routes(contract *core.Contract) *gin.Engine {
	r := gin.Default()
	r.Use(ginauth.New(contract, guard.Messages(sentence)))
	r.GET("/api/profile", func(c *gin.Context) {
		claims, err := ginauth.Claims[clerk.Claims](c)
		if err != nil {
			_ = c.AbortWithError(http.StatusInternalServerError, err)
			return
		}
		c.JSON(http.StatusOK, gin.H{
			"userId": ginauth.UserID(c), "sessionId": claims.SessionID, "organizationId": claims.OrganizationID(),
		})
	})
	return r
}

// sentence returns the message for the user; "" keeps the default.
func sentence(_ guard.Request, err *core.Error) string {
	if err.Code == core.CodeTokenExpired {
		return "Session expired. Please sign in again."
	}
	return ""
}
