package crosstest_test

import (
	"net"
	"net/http"

	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"

	"github.com/revstackhq/auth-go/core/policy"
	"github.com/revstackhq/auth-go/echoauth"
	"github.com/revstackhq/auth-go/internal/crosstest/adapters"
)

func surfaceEcho(s *surface) (serve func(net.Listener) error, stop func() error) {
	e := echo.New()
	e.Use(middleware.CORSWithConfig(middleware.CORSConfig{
		AllowOrigins: []string{page}, AllowHeaders: []string{"Authorization"}, ExposeHeaders: []string{"WWW-Authenticate"},
	}))
	e.Any(s.guard.MetadataPath(), echoauth.Metadata(s.guard))
	guarded := e.Group("", echoauth.Guard(s.guard))
	guarded.GET(
		pathMCP,
		func(c echo.Context) error { return c.String(http.StatusOK, echoauth.UserID(c)) },
		echoauth.Require(policy.Scope(scopeMCP)),
	)
	guarded.GET(pathSocket, echo.WrapHandler(http.HandlerFunc(socket)))
	guarded.GET(pathEvents, echo.WrapHandler(http.HandlerFunc(s.events)))
	return adapters.HTTP(e)
}
