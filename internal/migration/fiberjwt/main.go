package main

import (
	"log"
	"os"

	jwtware "github.com/gofiber/contrib/jwt"
	"github.com/gofiber/fiber/v2"
	"github.com/golang-jwt/jwt/v5"
)

func main() {
	app := fiber.New()
	app.Use(jwtware.New(jwtware.Config{JWKSetURLs: []string{os.Getenv("AUTH_JWKS_URL")}}))
	app.Get("/api/profile", func(c *fiber.Ctx) error {
		token := c.Locals("user").(*jwt.Token)
		subject, err := token.Claims.GetSubject()
		if err != nil {
			return err
		}
		return c.JSON(fiber.Map{"userId": subject})
	})
	log.Fatal(app.Listen("127.0.0.1:8080"))
}
