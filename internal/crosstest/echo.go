package crosstest

import (
	"net/http"

	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"
	"github.com/labstack/gommon/log"

	"github.com/revstackhq/auth-go/core/adaptertest"
	"github.com/revstackhq/auth-go/core/guard"
	"github.com/revstackhq/auth-go/echoauth"
)

// startEcho serves the suite's routes with echo.
func startEcho(cfg adaptertest.Config) (*adaptertest.Server, error) {
	return serveEcho(cfg, echo.New())
}

// echoRouters are the settings that change which paths match.
func echoRouters() map[string]func(adaptertest.Config) (*adaptertest.Server, error) {
	return map[string]func(adaptertest.Config) (*adaptertest.Server, error){
		"RemoveTrailingSlash": func(cfg adaptertest.Config) (*adaptertest.Server, error) {
			e := echo.New()
			e.Pre(middleware.RemoveTrailingSlash())
			return serveEcho(cfg, e)
		},
	}
}

func serveEcho(cfg adaptertest.Config, e *echo.Echo) (*adaptertest.Server, error) {
	e.Logger.SetLevel(log.OFF)
	e.Use(middleware.Recover())
	e.HTTPErrorHandler = func(err error, c echo.Context) {
		cfg.SawError(err)
		if cfg.OwnErrors {
			_ = c.String(http.StatusTeapot, "teapot")
			return
		}
		e.DefaultHTTPErrorHandler(err, c)
	}
	report := func(c echo.Context) error {
		session, ok := echoauth.Session(c)
		claims, err := echoauth.Claims[adaptertest.Claims](c)
		return c.Blob(
			http.StatusOK,
			"application/json",
			cfg.Report(c.Request().Context(), c.Path(), echoauth.UserID(c), session, ok, claims, err),
		)
	}
	g := guard.Must("echoauth", cfg.Source, cfg.Options...)
	if path := g.MetadataPath(); path != "" {
		e.Any(path, echoauth.Metadata(g))
	}
	e.Any(adaptertest.PathPublic, report)
	e.Any(adaptertest.PathUnguarded, report, echoauth.Require(cfg.Policies...))
	guarded := echoauth.New(cfg.Source, cfg.Options...)
	e.Any(adaptertest.PathPrivate, report, guarded)
	e.Any(adaptertest.PathItem+":id", report, guarded)
	e.Any(adaptertest.PathFiles+"*", report, guarded)
	e.Any(adaptertest.PathRequire, report, guarded, echoauth.Require(cfg.Policies...))
	e.Any(adaptertest.PathTwice, report, guarded, echoauth.New(cfg.Source, cfg.InnerOptions...))
	e.Any(adaptertest.PathPanic, func(echo.Context) error { panic("the handler's own fault") }, guarded)
	e.Any(adaptertest.PathStream, func(c echo.Context) error {
		cfg.Ran(adaptertest.PathStream)
		c.Response().Header().Set("Content-Type", "text/plain")
		for n := range 3 {
			if _, err := c.Response().Write([]byte(adaptertest.StreamLine(echoauth.UserID(c), n))); err != nil {
				return err
			}
			c.Response().Flush()
		}
		return nil
	}, guarded)
	return cfg.Serve(e)
}
