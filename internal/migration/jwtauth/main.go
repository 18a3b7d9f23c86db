package main

import (
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"log"
	"net/http"
	"os"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/jwtauth/v5"
	"github.com/lestrrat-go/jwx/v2/jwt"
)

func main() {
	block, _ := pem.Decode([]byte(os.Getenv("AUTH_PUBLIC_KEY")))
	if block == nil {
		log.Fatal("AUTH_PUBLIC_KEY is not PEM")
	}
	key, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		log.Fatal(err)
	}
	auth := jwtauth.New("RS256", nil, key,
		jwt.WithIssuer(os.Getenv("AUTH_ISSUER")),
		jwt.WithAudience(os.Getenv("AUTH_AUDIENCE")))
	r := chi.NewRouter()
	r.Use(jwtauth.Verifier(auth))
	r.Use(jwtauth.Authenticator(auth))
	r.Get("/api/profile", func(w http.ResponseWriter, r *http.Request) {
		_, claims, _ := jwtauth.FromContext(r.Context())
		fmt.Fprintln(w, claims["sub"])
	})
	log.Fatal(http.ListenAndServe("127.0.0.1:8080", r))
}
