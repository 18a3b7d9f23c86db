package main

import (
	"context"
	"log"
	"net/http"
	"os"

	"github.com/MicahParks/keyfunc/v3"
	ginjwt "github.com/appleboy/gin-jwt/v3"
	"github.com/gin-gonic/gin"
	"github.com/golang-jwt/jwt/v5"
)

func main() {
	keys, err := keyfunc.NewDefaultCtx(context.Background(), []string{os.Getenv("AUTH_JWKS_URL")})
	if err != nil {
		log.Fatal(err)
	}
	auth, err := ginjwt.New(&ginjwt.GinJWTMiddleware{
		Realm:       "api",
		KeyFunc:     keys.Keyfunc,
		IdentityKey: "sub",
		ParseOptions: []jwt.ParserOption{
			jwt.WithIssuer(os.Getenv("AUTH_ISSUER")),
			jwt.WithAudience(os.Getenv("AUTH_AUDIENCE")),
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	r := gin.Default()
	r.Use(auth.MiddlewareFunc())
	r.GET("/api/profile", func(c *gin.Context) {
		claims := ginjwt.ExtractClaims(c)
		c.JSON(http.StatusOK, gin.H{"userId": claims["sub"]})
	})
	log.Fatal(r.Run("127.0.0.1:8080"))
}
