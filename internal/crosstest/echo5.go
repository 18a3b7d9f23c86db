package crosstest

import (
	"log/slog"
	"net/http"

	"github.com/labstack/echo/v5"
	"github.com/labstack/echo/v5/middleware"

	"github.com/revstackhq/auth-go/core/adaptertest"
	"github.com/revstackhq/auth-go/core/guard"
	"github.com/revstackhq/auth-go/echo5auth"
)

// startEcho5 serves the suite's routes with echo v5.
func startEcho5(cfg adaptertest.Config) (*adaptertest.Server, error) {
	return serveEcho5(cfg, echo.New())
}

// echo5Routers are the settings that change which paths match.
func echo5Routers() map[string]func(adaptertest.Config) (*adaptertest.Server, error) {
	return map[string]func(adaptertest.Config) (*adaptertest.Server, error){
		"RemoveTrailingSlash": func(cfg adaptertest.Config) (*adaptertest.Server, error) {
			e := echo.New()
			e.Pre(middleware.RemoveTrailingSlash())
			return serveEcho5(cfg, e)
		},
	}
}

func serveEcho5(cfg adaptertest.Config, e *echo.Echo) (*adaptertest.Server, error) {
	e.Logger = slog.New(slog.DiscardHandler)
	e.Use(middleware.Recover())
	answer := echo.DefaultHTTPErrorHandler(false)
	e.HTTPErrorHandler = func(c *echo.Context, err error) {
		cfg.SawError(err)
		if cfg.OwnErrors {
			_ = c.String(http.StatusTeapot, "teapot")
			return
		}
		answer(c, err)
	}
	report := func(c *echo.Context) error {
		session, ok := echo5auth.Session(c)
		claims, err := echo5auth.Claims[adaptertest.Claims](c)
		return c.Blob(
			http.StatusOK,
			"application/json",
			cfg.Report(c.Request().Context(), c.Path(), echo5auth.UserID(c), session, ok, claims, err),
		)
	}
	g := guard.Must("echo5auth", cfg.Source, cfg.Options...)
	if path := g.MetadataPath(); path != "" {
		e.Any(path, echo5auth.Metadata(g))
	}
	e.Any(adaptertest.PathPublic, report)
	e.Any(adaptertest.PathUnguarded, report, echo5auth.Require(cfg.Policies...))
	guarded := echo5auth.New(cfg.Source, cfg.Options...)
	e.Any(adaptertest.PathPrivate, report, guarded)
	e.Any(adaptertest.PathItem+":id", report, guarded)
	e.Any(adaptertest.PathFiles+"*", report, guarded)
	e.Any(adaptertest.PathRequire, report, guarded, echo5auth.Require(cfg.Policies...))
	e.Any(adaptertest.PathTwice, report, guarded, echo5auth.New(cfg.Source, cfg.InnerOptions...))
	e.Any(adaptertest.PathPanic, func(*echo.Context) error { panic("the handler's own fault") }, guarded)
	e.Any(adaptertest.PathStream, func(c *echo.Context) error {
		cfg.Ran(adaptertest.PathStream)
		c.Response().Header().Set("Content-Type", "text/plain")
		for n := range 3 {
			if _, err := c.Response().Write([]byte(adaptertest.StreamLine(echo5auth.UserID(c), n))); err != nil {
				return err
			}
			_ = http.NewResponseController(c.Response()).Flush()
		}
		return nil
	}, guarded)
	return cfg.Serve(e)
}
