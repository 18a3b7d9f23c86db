package main

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/guard"
	"github.com/revstackhq/auth-go/core/providers/clerk"
	"github.com/revstackhq/auth-go/echoauth"
)

func echoAPI(source core.Authenticator, origins []string) server {
	messages := guard.Messages(sentence)
	e := echo.New()
	e.GET("/api/public", func(c echo.Context) error {
		return c.JSON(http.StatusOK, welcome(echoauth.UserID(c)))
	}, echoauth.New(source, guard.Optional(), messages))
	api := e.Group("/api", echoauth.New(source, messages))
	api.Match([]string{http.MethodGet, http.MethodHead}, "/profile", echoProfile)
	api.GET("/admin", func(c echo.Context) error {
		return c.JSON(http.StatusOK, welcomeAdmin(echoauth.UserID(c)))
	}, echoauth.Require(admins()))
	return httpServer(allowOrigins(origins, e))
}

func echoProfile(c echo.Context) error {
	claims, err := echoauth.Claims[clerk.Claims](c)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, profile{echoauth.UserID(c), claims.SessionID, claims.OrganizationID()})
}
