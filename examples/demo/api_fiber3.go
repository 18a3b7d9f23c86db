package main

import (
	"context"
	"net"
	"strings"

	"github.com/gofiber/fiber/v3"
	"github.com/gofiber/fiber/v3/middleware/cors"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/guard"
	"github.com/revstackhq/auth-go/core/providers/clerk"
	"github.com/revstackhq/auth-go/fiber3auth"
)

func fiber3API(source core.Authenticator, origins []string) server {
	messages := guard.Messages(sentence)
	app := fiber.New(fiber.Config{ReadBufferSize: maxHeaderBytes})
	if len(origins) > 0 { // before the guards, as everywhere: a preflight carries no token
		app.Use(cors.New(cors.Config{
			AllowOrigins: origins, AllowHeaders: []string{allowedHeaders}, ExposeHeaders: strings.Split(exposedHeaders, ", "),
		}))
	}
	app.Get("/api/public", fiber3auth.New(source, guard.Optional(), messages), func(c fiber.Ctx) error {
		return c.JSON(welcome(fiber3auth.UserID(c)))
	})
	api := app.Group("/api", fiber3auth.New(source, messages))
	api.Get("/profile", fiber3Profile) // and HEAD
	api.Get("/admin", fiber3auth.Require(admins()), func(c fiber.Ctx) error {
		return c.JSON(welcomeAdmin(fiber3auth.UserID(c)))
	})
	return fiber3Server{app}
}

func fiber3Profile(c fiber.Ctx) error {
	claims, err := fiber3auth.Claims[clerk.Claims](c)
	if err != nil {
		return err
	}
	return c.JSON(profile{fiber3auth.UserID(c), claims.SessionID, claims.OrganizationID()})
}

// fiber3Server serves like an http.Server.
type fiber3Server struct{ app *fiber.App }

func (s fiber3Server) Serve(l net.Listener) error {
	return s.app.Listener(l, fiber.ListenConfig{DisableStartupMessage: true})
}

func (s fiber3Server) Shutdown(ctx context.Context) error { return s.app.ShutdownWithContext(ctx) }
