package crosstest

import (
	"bufio"
	"net"
	"net/url"

	"github.com/gofiber/fiber/v3"
	fiberrecover "github.com/gofiber/fiber/v3/middleware/recover"

	"github.com/revstackhq/auth-go/core/adaptertest"
	"github.com/revstackhq/auth-go/core/guard"
	"github.com/revstackhq/auth-go/fiber3auth"
)

// startFiber3 serves the suite's routes with fiber v3.
func startFiber3(cfg adaptertest.Config) (*adaptertest.Server, error) {
	app := fiber.New(fiber3Config(cfg, fiber.Config{}))
	fiber3Routes(cfg, app)
	return serveFiber3(cfg, app)
}

// fiber3Routers are the settings that change which paths match and how headers
// are read.
func fiber3Routers() map[string]func(adaptertest.Config) (*adaptertest.Server, error) {
	with := func(config fiber.Config, mounted bool) func(adaptertest.Config) (*adaptertest.Server, error) {
		return func(cfg adaptertest.Config) (*adaptertest.Server, error) {
			app := fiber.New(fiber3Config(cfg, config))
			inner := app
			if mounted {
				inner = fiber.New(fiber3Config(cfg, config))
			}
			fiber3Routes(cfg, inner)
			if mounted {
				app.Use("/", inner)
			}
			return serveFiber3(cfg, app)
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

func serveFiber3(cfg adaptertest.Config, app *fiber.App) (*adaptertest.Server, error) {
	return cfg.ServeListener(func(l net.Listener) error {
		return app.Listener(l, fiber.ListenConfig{DisableStartupMessage: true})
	}, app.Shutdown)
}

func fiber3Config(cfg adaptertest.Config, config fiber.Config) fiber.Config {
	config.ReadBufferSize = 64 << 10
	config.ErrorHandler = func(c fiber.Ctx, err error) error {
		cfg.SawError(err)
		if cfg.OwnErrors {
			return c.Status(fiber.StatusTeapot).SendString("teapot")
		}
		return fiber.DefaultErrorHandler(c, err)
	}
	return config
}

func fiber3Routes(cfg adaptertest.Config, app *fiber.App) {
	app.Use(fiberrecover.New())
	report := func(c fiber.Ctx) error {
		session, ok := fiber3auth.Session(c)
		claims, err := fiber3auth.Claims[adaptertest.Claims](c)
		c.Set("Content-Type", "application/json")
		return c.Send(cfg.Report(c, c.Route().Path, fiber3auth.UserID(c), session, ok, claims, err))
	}
	g := guard.Must("fiber3auth", cfg.Source, cfg.Options...)
	if path := g.MetadataPath(); path != "" {
		// fiber matches paths as they are sent
		app.All((&url.URL{Path: path}).EscapedPath(), fiber3auth.Metadata(g))
	}
	app.All(adaptertest.PathPublic, report)
	app.All(adaptertest.PathUnguarded, fiber3auth.Require(cfg.Policies...), report)
	private := app.Group("", fiber3auth.New(cfg.Source, cfg.Options...))
	private.All(adaptertest.PathPrivate, report)
	private.All(adaptertest.PathItem+":id", report)
	private.All(adaptertest.PathFiles+"*", report)
	private.All(adaptertest.PathRequire, fiber3auth.Require(cfg.Policies...), report)
	private.Group("", fiber3auth.New(cfg.Source, cfg.InnerOptions...)).All(adaptertest.PathTwice, report)
	private.All(adaptertest.PathPanic, func(fiber.Ctx) error { panic("the handler's own fault") })
	private.All(adaptertest.PathStream, func(c fiber.Ctx) error {
		cfg.Ran(adaptertest.PathStream)
		c.Set("Content-Type", "text/plain")
		user := fiber3auth.UserID(c) // c is gone when the stream is written
		return c.SendStreamWriter(func(w *bufio.Writer) {
			for n := range 3 {
				_, _ = w.WriteString(adaptertest.StreamLine(user, n))
				_ = w.Flush()
			}
		})
	})
}
