package crosstest

import (
	"bufio"
	"net/url"

	"github.com/gofiber/fiber/v2"
	fiberrecover "github.com/gofiber/fiber/v2/middleware/recover"

	"github.com/revstackhq/auth-go/core/adaptertest"
	"github.com/revstackhq/auth-go/core/guard"
	"github.com/revstackhq/auth-go/fiberauth"
)

// startFiber serves the suite's routes with fiber.
func startFiber(cfg adaptertest.Config) (*adaptertest.Server, error) {
	app := fiber.New(fiberConfig(cfg, fiber.Config{}))
	fiberRoutes(cfg, app)
	return cfg.ServeListener(app.Listener, app.Shutdown)
}

// fiberRouters are the settings that change which paths match and how headers
// are read.
func fiberRouters() map[string]func(adaptertest.Config) (*adaptertest.Server, error) {
	with := func(config fiber.Config, mounted bool) func(adaptertest.Config) (*adaptertest.Server, error) {
		return func(cfg adaptertest.Config) (*adaptertest.Server, error) {
			app := fiber.New(fiberConfig(cfg, config))
			inner := app
			if mounted {
				inner = fiber.New(fiberConfig(cfg, config))
			}
			fiberRoutes(cfg, inner)
			if mounted {
				app.Mount("/", inner)
			}
			return cfg.ServeListener(app.Listener, app.Shutdown)
		}
	}
	return map[string]func(adaptertest.Config) (*adaptertest.Server, error){
		"mounted":                  with(fiber.Config{}, true),
		"UnescapePath":             with(fiber.Config{UnescapePath: true}, false),
		"UnescapePath, mounted":    with(fiber.Config{UnescapePath: true}, true),
		"StrictRouting":            with(fiber.Config{StrictRouting: true, CaseSensitive: true}, false),
		"DisableHeaderNormalizing": with(fiber.Config{DisableHeaderNormalizing: true}, false),
	}
}

func fiberConfig(cfg adaptertest.Config, config fiber.Config) fiber.Config {
	config.DisableStartupMessage, config.ReadBufferSize = true, 64<<10
	config.ErrorHandler = func(c *fiber.Ctx, err error) error {
		cfg.SawError(err)
		if cfg.OwnErrors {
			return c.Status(fiber.StatusTeapot).SendString("teapot")
		}
		return fiber.DefaultErrorHandler(c, err)
	}
	return config
}

func fiberRoutes(cfg adaptertest.Config, app *fiber.App) {
	app.Use(fiberrecover.New())
	report := func(c *fiber.Ctx) error {
		session, ok := fiberauth.Session(c)
		claims, err := fiberauth.Claims[adaptertest.Claims](c)
		c.Set("Content-Type", "application/json")
		return c.Send(cfg.Report(c.UserContext(), c.Route().Path, fiberauth.UserID(c), session, ok, claims, err))
	}
	g := guard.Must("fiberauth", cfg.Source, cfg.Options...)
	if path := g.MetadataPath(); path != "" {
		// fiber matches paths as they are sent
		app.All((&url.URL{Path: path}).EscapedPath(), fiberauth.Metadata(g))
	}
	app.All(adaptertest.PathPublic, report)
	app.All(adaptertest.PathUnguarded, fiberauth.Require(cfg.Policies...), report)
	private := app.Group("", fiberauth.New(cfg.Source, cfg.Options...))
	private.All(adaptertest.PathPrivate, report)
	private.All(adaptertest.PathItem+":id", report)
	private.All(adaptertest.PathFiles+"*", report)
	private.All(adaptertest.PathRequire, fiberauth.Require(cfg.Policies...), report)
	private.Group("", fiberauth.New(cfg.Source, cfg.InnerOptions...)).All(adaptertest.PathTwice, report)
	private.All(adaptertest.PathPanic, func(*fiber.Ctx) error { panic("the handler's own fault") })
	private.All(adaptertest.PathStream, func(c *fiber.Ctx) error {
		cfg.Ran(adaptertest.PathStream)
		c.Set("Content-Type", "text/plain")
		user := fiberauth.UserID(c) // c is gone when the stream is written
		c.Context().SetBodyStreamWriter(func(w *bufio.Writer) {
			for n := range 3 {
				_, _ = w.WriteString(adaptertest.StreamLine(user, n))
				_ = w.Flush()
			}
		})
		return nil
	})
}
