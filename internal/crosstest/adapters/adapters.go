package adapters

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"

	"github.com/gin-gonic/gin"
	"github.com/go-chi/chi/v5"
	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/adaptor"
	fiber3 "github.com/gofiber/fiber/v3"
	adaptor3 "github.com/gofiber/fiber/v3/middleware/adaptor"
	"github.com/labstack/echo/v4"
	echo5 "github.com/labstack/echo/v5"

	"github.com/revstackhq/auth-go/chiauth"
	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/guard"
	"github.com/revstackhq/auth-go/echo5auth"
	"github.com/revstackhq/auth-go/echoauth"
	"github.com/revstackhq/auth-go/fiber3auth"
	"github.com/revstackhq/auth-go/fiberauth"
	"github.com/revstackhq/auth-go/ginauth"
)

// Program is what every framework serves.
type Program struct {
	Guarded []Route                 // GET
	Posted  map[string]http.Handler // POST, by the path, without a guard
}

// Route is a path behind a guard.
type Route struct {
	Path    string
	Source  core.Authenticator
	Options []guard.Option
	// Answer returns the body of the answer; an error is answered with 500. user reads the user's id as the adapter's
	// users do. Without Answer, the body is that id.
	Answer func(ctx context.Context, user func() string) (string, error)
}

func (r *Route) answer(ctx context.Context, user func() string) (string, error) {
	if r.Answer == nil {
		return user(), nil
	}
	return r.Answer(ctx, user)
}

// Adapter serves programs with one framework and auth-go's module for it.
type Adapter struct {
	Name string
	// Build returns what serves a program, and what stops that.
	Build func(p Program) (serve func(net.Listener) error, shutdown func() error)
}

// All returns the adapter of every framework, net/http first.
func All() []Adapter {
	return []Adapter{
		{"net/http", buildHTTP},
		{"chi", buildChi},
		{"gin", buildGin},
		{"echo", buildEcho},
		{"echo v5", buildEcho5},
		{"fiber", buildFiber},
		{"fiber v3", buildFiber3},
	}
}

// headerBytes is the room that fiber's servers have for a header: less than others by default.
const headerBytes = 64 << 10

// handler answers a guarded route of net/http.
func (r *Route) handler(user func(context.Context) string) http.HandlerFunc {
	return func(w http.ResponseWriter, req *http.Request) {
		text, err := r.answer(req.Context(), func() string { return user(req.Context()) })
		if err != nil {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		_, _ = io.WriteString(w, text)
	}
}

func buildHTTP(p Program) (func(net.Listener) error, func() error) {
	mux := http.NewServeMux()
	for _, r := range p.Guarded {
		mux.Handle("GET "+r.Path, guard.Middleware(r.Source, r.Options...)(r.handler(core.UserID)))
	}
	for path, h := range p.Posted {
		mux.Handle("POST "+path, h)
	}
	return HTTP(mux)
}

func buildChi(p Program) (func(net.Listener) error, func() error) {
	router := chi.NewRouter()
	for _, r := range p.Guarded {
		router.With(chiauth.New(r.Source, r.Options...)).Get(r.Path, r.handler(chiauth.UserID))
	}
	for path, h := range p.Posted {
		router.Method(http.MethodPost, path, h)
	}
	return HTTP(router)
}

func buildGin(p Program) (func(net.Listener) error, func() error) {
	gin.SetMode(gin.ReleaseMode)
	router := gin.New()
	for _, r := range p.Guarded {
		router.GET(r.Path, ginauth.New(r.Source, r.Options...), func(c *gin.Context) {
			text, err := r.answer(c.Request.Context(), func() string { return ginauth.UserID(c) })
			if err != nil {
				c.Status(http.StatusInternalServerError)
				return
			}
			c.String(http.StatusOK, "%s", text)
		})
	}
	for path, h := range p.Posted {
		router.POST(path, gin.WrapH(h))
	}
	return HTTP(router)
}

func buildEcho(p Program) (func(net.Listener) error, func() error) {
	e := echo.New()
	for _, r := range p.Guarded {
		e.GET(r.Path, func(c echo.Context) error {
			text, err := r.answer(c.Request().Context(), func() string { return echoauth.UserID(c) })
			if err != nil {
				return err
			}
			return c.String(http.StatusOK, text)
		}, echoauth.New(r.Source, r.Options...))
	}
	for path, h := range p.Posted {
		e.POST(path, echo.WrapHandler(h))
	}
	return HTTP(e)
}

func buildEcho5(p Program) (func(net.Listener) error, func() error) {
	e := echo5.New()
	e.Logger = slog.New(slog.DiscardHandler)
	for _, r := range p.Guarded {
		e.GET(r.Path, func(c *echo5.Context) error {
			text, err := r.answer(c.Request().Context(), func() string { return echo5auth.UserID(c) })
			if err != nil {
				return err
			}
			return c.String(http.StatusOK, text)
		}, echo5auth.New(r.Source, r.Options...))
	}
	for path, h := range p.Posted {
		e.POST(path, echo5.WrapHandler(h))
	}
	return HTTP(e)
}

func buildFiber(p Program) (func(net.Listener) error, func() error) {
	app := fiber.New(fiber.Config{DisableStartupMessage: true, ReadBufferSize: headerBytes})
	for _, r := range p.Guarded {
		app.Get(r.Path, fiberauth.New(r.Source, r.Options...), func(c *fiber.Ctx) error {
			text, err := r.answer(c.UserContext(), func() string { return fiberauth.UserID(c) })
			if err != nil {
				return err
			}
			return c.SendString(text)
		})
	}
	for path, h := range p.Posted {
		app.Post(path, adaptor.HTTPHandler(h))
	}
	return app.Listener, app.Shutdown
}

func buildFiber3(p Program) (func(net.Listener) error, func() error) {
	app := fiber3.New(fiber3.Config{ReadBufferSize: headerBytes})
	for _, r := range p.Guarded {
		app.Get(r.Path, fiber3auth.New(r.Source, r.Options...), func(c fiber3.Ctx) error {
			text, err := r.answer(c, func() string { return fiber3auth.UserID(c) })
			if err != nil {
				return err
			}
			return c.SendString(text)
		})
	}
	for path, h := range p.Posted {
		app.Post(path, adaptor3.HTTPHandler(h))
	}
	return func(l net.Listener) error {
		return app.Listener(l, fiber3.ListenConfig{DisableStartupMessage: true})
	}, app.Shutdown
}
