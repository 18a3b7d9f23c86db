package main

import (
	"context"
	"log"
	"net/http"
	"os"

	"github.com/MicahParks/keyfunc/v3"
	"github.com/golang-jwt/jwt/v5"
	echojwt "github.com/labstack/echo-jwt/v4"
	"github.com/labstack/echo/v4"
)

func main() {
	keys, err := keyfunc.NewDefaultCtx(context.Background(), []string{os.Getenv("AUTH_JWKS_URL")})
	if err != nil {
		log.Fatal(err)
	}
	e := echo.New()
	e.Use(echojwt.WithConfig(echojwt.Config{KeyFunc: keys.Keyfunc}))
	e.GET("/api/profile", func(c echo.Context) error {
		token := c.Get("user").(*jwt.Token)
		subject, err := token.Claims.GetSubject()
		if err != nil {
			return err
		}
		return c.JSON(http.StatusOK, echo.Map{"userId": subject})
	})
	log.Fatal(e.Start("127.0.0.1:8080"))
}
