package main

import (
	"context"
	"net"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/cors"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/guard"
	"github.com/revstackhq/auth-go/core/providers/clerk"
	"github.com/revstackhq/auth-go/fiberauth"
)

func fiberAPI(source core.Authenticator, origins []string) server {
	messages := guard.Messages(sentence)
	app := fiber.New(fiber.Config{DisableStartupMessage: true, ReadBufferSize: maxHeaderBytes})
	if len(origins) > 0 { // before the guards, as everywhere: a preflight carries no token
		app.Use(cors.New(cors.Config{
			AllowOrigins: strings.Join(origins, ","), AllowHeaders: allowedHeaders, ExposeHeaders: exposedHeaders,
		}))
	}
	app.Get("/api/public", fiberauth.New(source, guard.Optional(), messages), func(c *fiber.Ctx) error {
		return c.JSON(welcome(fiberauth.UserID(c)))
	})
	api := app.Group("/api", fiberauth.New(source, messages))
	api.Get("/profile", fiberProfile) // and HEAD
	api.Get("/admin", fiberauth.Require(admins()), func(c *fiber.Ctx) error {
		return c.JSON(welcomeAdmin(fiberauth.UserID(c)))
	})
	return fiberServer{app}
}

func fiberProfile(c *fiber.Ctx) error {
	claims, err := fiberauth.Claims[clerk.Claims](c)
	if err != nil {
		return err
	}
	return c.JSON(profile{fiberauth.UserID(c), claims.SessionID, claims.OrganizationID()})
}

// fiberServer serves like an http.Server.
type fiberServer struct{ app *fiber.App }

func (s fiberServer) Serve(l net.Listener) error         { return s.app.Listener(l) }
func (s fiberServer) Shutdown(ctx context.Context) error { return s.app.ShutdownWithContext(ctx) }
