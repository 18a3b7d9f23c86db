package main

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/guard"
	"github.com/revstackhq/auth-go/core/providers/clerk"
	"github.com/revstackhq/auth-go/ginauth"
)

func ginAPI(source core.Authenticator, origins []string) server {
	messages := guard.Messages(sentence)
	r := gin.New()
	r.GET("/api/public", ginauth.New(source, guard.Optional(), messages), func(c *gin.Context) {
		c.JSON(http.StatusOK, welcome(ginauth.UserID(c)))
	})
	api := r.Group("/api", ginauth.New(source, messages))
	api.Match([]string{http.MethodGet, http.MethodHead}, "/profile", ginProfile)
	api.GET("/admin", ginauth.Require(admins()), func(c *gin.Context) {
		c.JSON(http.StatusOK, welcomeAdmin(ginauth.UserID(c)))
	})
	return httpServer(allowOrigins(origins, r))
}

func ginProfile(c *gin.Context) {
	claims, err := ginauth.Claims[clerk.Claims](c)
	if err != nil {
		_ = c.AbortWithError(http.StatusInternalServerError, err)
		return
	}
	c.JSON(http.StatusOK, profile{ginauth.UserID(c), claims.SessionID, claims.OrganizationID()})
}
