package crosstest

import (
	"bufio"

	"github.com/gofiber/fiber/v2"
	fiberrecover "github.com/gofiber/fiber/v2/middleware/recover"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/adaptertest"
	"github.com/revstackhq/auth-go/fiberauth"
)

// startFiber serves the suite's routes with fiber.
func startFiber(cfg adaptertest.Config) (*adaptertest.Server, error) {
	app := fiber.New(fiber.Config{
		DisableStartupMessage: true, ReadBufferSize: 64 << 10,
		ErrorHandler: func(c *fiber.Ctx, err error) error {
			cfg.SawError(err)
			if cfg.OwnErrors {
				return c.Status(fiber.StatusTeapot).SendString("teapot")
			}
			return fiber.DefaultErrorHandler(c, err)
		},
	})
	app.Use(fiberrecover.New())
	report := func(c *fiber.Ctx) error {
		session, ok := fiberauth.Session(c)
		claims, err := fiberauth.Claims[adaptertest.Claims](c)
		c.Set("Content-Type", "application/json")
		return c.Send(cfg.Report(c.UserContext(), c.Route().Path, fiberauth.UserID(c), session, ok, claims, err))
	}
	guard := core.MustGuard("fiberauth", cfg.Source, cfg.Options...)
	if path := guard.MetadataPath(); path != "" {
		app.All(path, fiberauth.Metadata(guard))
	}
	app.All(adaptertest.PathPublic, report)
	app.All(adaptertest.PathUnguarded, fiberauth.Require(cfg.Policies...), report)
	private := app.Group("", fiberauth.New(cfg.Source, cfg.Options...))
	private.All(adaptertest.PathPrivate, report)
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
	return adaptertest.ServeListener(app.Listener, app.Shutdown)
}
