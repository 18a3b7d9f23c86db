package crosstest_test

import (
	"net"
	"net/http"

	"github.com/gin-contrib/cors"
	"github.com/gin-gonic/gin"

	"github.com/revstackhq/auth-go/core/policy"
	"github.com/revstackhq/auth-go/ginauth"
	"github.com/revstackhq/auth-go/internal/crosstest/adapters"
)

func surfaceGin(s *surface) (serve func(net.Listener) error, stop func() error) {
	gin.SetMode(gin.ReleaseMode)
	r := gin.New()
	r.Use(cors.New(cors.Config{
		AllowOrigins: []string{page}, AllowMethods: []string{http.MethodGet},
		AllowHeaders: []string{"Authorization"}, ExposeHeaders: []string{"WWW-Authenticate"},
	}))
	r.Any(s.guard.MetadataPath(), ginauth.Metadata(s.guard))
	guarded := r.Group("", ginauth.Guard(s.guard))
	guarded.GET(
		pathMCP,
		ginauth.Require(policy.Scope(scopeMCP)),
		func(c *gin.Context) { c.String(http.StatusOK, ginauth.UserID(c)) },
	)
	guarded.GET(pathSocket, gin.WrapF(socket))
	guarded.GET(pathEvents, gin.WrapF(s.events))
	return adapters.HTTP(r)
}
