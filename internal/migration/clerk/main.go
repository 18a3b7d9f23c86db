package main

import (
	"fmt"
	"log"
	"net/http"
	"os"

	"github.com/clerk/clerk-sdk-go/v2"
	clerkhttp "github.com/clerk/clerk-sdk-go/v2/http"
)

func main() {
	clerk.SetKey(os.Getenv("CLERK_SECRET_KEY"))
	profile := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		claims, ok := clerk.SessionClaimsFromContext(r.Context())
		if !ok {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		fmt.Fprintln(w, claims.Subject, claims.HasRole("org:admin"))
	})
	http.Handle("GET /api/profile", clerkhttp.RequireHeaderAuthorization(
		clerkhttp.AuthorizedPartyMatches("https://app.example.com"))(profile))
	log.Fatal(http.ListenAndServe("127.0.0.1:8080", nil))
}
