// Command nethttp guards one route of a program on plain net/http with a Clerk
// instance. It needs no adapter:
//
//	CLERK_ISSUER_URL=https://your-app.clerk.accounts.dev go run ./examples/nethttp
package main

import (
	"encoding/json"
	"log"
	"net/http"
	"os"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/guard"
	"github.com/revstackhq/auth-go/core/providers/clerk"
)

func main() {
	contract, err := clerk.NewContract(clerk.Config{IssuerURL: os.Getenv("CLERK_ISSUER_URL")})
	if err != nil {
		log.Fatal(err)
	}
	server := &http.Server{Addr: "127.0.0.1:8080", Handler: routes(contract), ReadHeaderTimeout: 10 * time.Second}
	log.Fatal(server.ListenAndServe())
}

func routes(contract *core.Contract) http.Handler {
	guarded := guard.Middleware(contract, guard.Messages(sentence))
	mux := http.NewServeMux()
	mux.Handle("GET /api/profile", guarded(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		claims, err := core.Claims[clerk.Claims](r.Context())
		if err != nil {
			http.Error(w, "the claims can't be read", http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(map[string]string{ // the client is gone if this fails
			"userId": core.UserID(r.Context()), "sessionId": claims.SessionID, "organizationId": claims.OrganizationID(),
		})
	})))
	return mux
}

// sentence returns the message for the user; "" keeps the default.
func sentence(_ guard.Request, err *core.Error) string {
	if err.Code == core.CodeTokenExpired {
		return "Session expired. Please sign in again."
	}
	return ""
}
