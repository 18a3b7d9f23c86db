package main

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"os"
	"strings"

	"github.com/MicahParks/keyfunc/v3"
	"github.com/golang-jwt/jwt/v5"
)

func main() {
	keys, err := keyfunc.NewDefaultCtx(context.Background(), []string{os.Getenv("AUTH_JWKS_URL")})
	if err != nil {
		log.Fatal(err)
	}
	http.HandleFunc("GET /api/profile", func(w http.ResponseWriter, r *http.Request) {
		raw := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
		var claims jwt.RegisteredClaims
		_, err := jwt.ParseWithClaims(raw, &claims, keys.Keyfunc,
			jwt.WithValidMethods([]string{"RS256"}),
			jwt.WithIssuer(os.Getenv("AUTH_ISSUER")),
			jwt.WithAudience(os.Getenv("AUTH_AUDIENCE")),
			jwt.WithExpirationRequired())
		if err != nil {
			http.Error(w, "unauthorized", http.StatusUnauthorized)
			return
		}
		fmt.Fprintln(w, claims.Subject)
	})
	log.Fatal(http.ListenAndServe("127.0.0.1:8080", nil))
}
