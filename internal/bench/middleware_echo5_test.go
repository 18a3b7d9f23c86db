package main

import (
	"net/http"

	"github.com/labstack/echo/v5"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/providers/clerk"
	"github.com/revstackhq/auth-go/echo5auth"
)

func echo5App(read func(*echo.Context) string, guard ...echo.MiddlewareFunc) app {
	var user string
	e := echo.New()
	e.GET("/api/profile", func(c *echo.Context) error {
		user = read(c)
		return c.NoContent(http.StatusOK)
	}, guard...)
	return serveHTTP(e, &user)
}

func echo5Apps() framework {
	return framework{
		name: "echo v5",
		bare: echo5App(func(*echo.Context) string { return "" }),
		variants: guarded(func(source core.Authenticator, claims bool) app {
			read := echo5auth.UserID
			if claims {
				read = func(c *echo.Context) string { return subjectOf(echo5auth.Claims[clerk.Claims](c)) }
			}
			return echo5App(read, echo5auth.New(source))
		}),
	}
}
