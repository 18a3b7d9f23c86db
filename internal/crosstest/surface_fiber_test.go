package crosstest_test

import (
	"bufio"
	"net"

	"github.com/gofiber/contrib/websocket"
	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/cors"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/policy"
	"github.com/revstackhq/auth-go/fiberauth"
)

func surfaceFiber(s *surface) (serve func(net.Listener) error, stop func() error) {
	app := fiber.New(fiber.Config{DisableStartupMessage: true})
	app.Use(cors.New(cors.Config{AllowOrigins: page, AllowHeaders: "Authorization", ExposeHeaders: "WWW-Authenticate"}))
	app.All(s.guard.MetadataPath(), fiberauth.Metadata(s.guard))
	guarded := app.Group("", fiberauth.Guard(s.guard))
	guarded.Get(
		pathMCP,
		fiberauth.Require(policy.Scope(scopeMCP)),
		func(c *fiber.Ctx) error { return c.SendString(fiberauth.UserID(c)) },
	)
	guarded.Get(pathSocket, func(c *fiber.Ctx) error {
		ctx := c.UserContext() // c is gone when the socket is open; the session's context is not
		return websocket.New(func(conn *websocket.Conn) {
			for {
				kind, message, err := conn.ReadMessage()
				if err != nil {
					return
				}
				if err := conn.WriteMessage(kind, []byte(greeting(ctx, string(message)))); err != nil {
					return
				}
			}
		}, websocket.Config{Subprotocols: subprotocols()})(c)
	})
	guarded.Get(pathEvents, func(c *fiber.Ctx) error {
		ctx := c.UserContext()
		c.Set("Content-Type", "text/event-stream")
		c.Context().SetBodyStreamWriter(func(w *bufio.Writer) {
			_, _ = w.WriteString("data: hello, " + core.UserID(ctx) + "\n")
			_ = w.Flush()
			<-s.gate
			_, _ = w.WriteString("data: still there, " + core.UserID(ctx) + "\n")
		})
		return nil
	})
	return app.Listener, app.Shutdown
}
