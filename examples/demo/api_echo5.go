package main

import (
	"net/http"

	"github.com/labstack/echo/v5"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/guard"
	"github.com/revstackhq/auth-go/core/providers/clerk"
	"github.com/revstackhq/auth-go/echo5auth"
)

func echo5API(source core.Authenticator, origins []string) server {
	messages := guard.Messages(sentence)
	e := echo.New()
	e.GET("/api/public", func(c *echo.Context) error {
		return c.JSON(http.StatusOK, welcome(echo5auth.UserID(c)))
	}, echo5auth.New(source, guard.Optional(), messages))
	api := e.Group("/api", echo5auth.New(source, messages))
	api.Match([]string{http.MethodGet, http.MethodHead}, "/profile", echo5Profile)
	api.GET("/admin", func(c *echo.Context) error {
		return c.JSON(http.StatusOK, welcomeAdmin(echo5auth.UserID(c)))
	}, echo5auth.Require(admins()))
	return httpServer(allowOrigins(origins, e))
}

func echo5Profile(c *echo.Context) error {
	claims, err := echo5auth.Claims[clerk.Claims](c)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, profile{echo5auth.UserID(c), claims.SessionID, claims.OrganizationID()})
}
