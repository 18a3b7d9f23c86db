package main

import (
	"fmt"
	"log"
	"net/http"
	"net/url"
	"os"
	"time"

	jwtmiddleware "github.com/auth0/go-jwt-middleware/v3"
	"github.com/auth0/go-jwt-middleware/v3/jwks"
	"github.com/auth0/go-jwt-middleware/v3/validator"
)

func main() {
	issuer, err := url.Parse("https://" + os.Getenv("AUTH0_DOMAIN") + "/")
	if err != nil {
		log.Fatal(err)
	}
	keys, err := jwks.NewCachingProvider(jwks.WithIssuerURL(issuer), jwks.WithCacheTTL(5*time.Minute))
	if err != nil {
		log.Fatal(err)
	}
	tokens, err := validator.New(
		validator.WithKeyFunc(keys.KeyFunc),
		validator.WithAlgorithm(validator.RS256),
		validator.WithIssuer(issuer.String()),
		validator.WithAudience(os.Getenv("AUTH0_AUDIENCE")))
	if err != nil {
		log.Fatal(err)
	}
	auth, err := jwtmiddleware.New(jwtmiddleware.WithValidator(tokens))
	if err != nil {
		log.Fatal(err)
	}
	http.Handle("GET /api/profile", auth.CheckJWT(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		claims, err := jwtmiddleware.GetClaims[*validator.ValidatedClaims](r.Context())
		if err != nil {
			http.Error(w, "unauthorized", http.StatusUnauthorized)
			return
		}
		fmt.Fprintln(w, claims.RegisteredClaims.Subject)
	})))
	log.Fatal(http.ListenAndServe("127.0.0.1:8080", nil))
}
