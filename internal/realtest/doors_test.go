package realtest_test

import (
	"errors"
	"io"
	"net"
	"net/http"
	"testing"

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

// program is what every door serves: guarded routes, which answer with the user's id, and handlers without a guard.
type program struct {
	guarded []guardedRoute
	posted  map[string]http.Handler // by the path
}

type guardedRoute struct {
	path    string
	source  core.Authenticator
	options []guard.Option
}

// door is a framework with its adapter. serve returns when the listener is closed.
type door struct {
	name  string
	serve func(p program, l net.Listener) (serve, stop func() error)
}

// doors are the seven ways into an HTTP server.
func doors() []door {
	return []door{
		{"net/http", serveHTTP},
		{"chi", serveChi},
		{"gin", serveGin},
		{"echo", serveEcho},
		{"echo v5", serveEcho5},
		{"fiber", serveFiber},
		{"fiber v3", serveFiber3},
	}
}

// open serves p at l until the test ends.
func (d door) open(t *testing.T, p program, l net.Listener) {
	t.Helper()
	serve, stop := d.serve(p, l)
	served := make(chan error, 1)
	go func() { served <- serve() }()
	t.Cleanup(func() {
		if err := errors.Join(stop(), <-served); err != nil && !errors.Is(err, http.ErrServerClosed) {
			t.Errorf("%s: %v", d.name, err)
		}
	})
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func serverOf(h http.Handler, l net.Listener) (serve, stop func() error) {
	s := &http.Server{Handler: h}
	return func() error { return s.Serve(l) }, s.Close
}

func serveHTTP(p program, l net.Listener) (serve, stop func() error) {
	mux := http.NewServeMux()
	for _, r := range p.guarded {
		mux.Handle("GET "+r.path, guard.Middleware(r.source, r.options...)(http.HandlerFunc(
			func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, core.UserID(r.Context())) },
		)))
	}
	for path, h := range p.posted {
		mux.Handle("POST "+path, h)
	}
	return serverOf(mux, l)
}

func serveChi(p program, l net.Listener) (serve, stop func() error) {
	router := chi.NewRouter()
	for _, r := range p.guarded {
		router.With(chiauth.New(r.source, r.options...)).Get(r.path, func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.WriteString(w, chiauth.UserID(r.Context()))
		})
	}
	for path, h := range p.posted {
		router.Method(http.MethodPost, path, h)
	}
	return serverOf(router, l)
}

func serveGin(p program, l net.Listener) (serve, stop func() error) {
	gin.SetMode(gin.TestMode)
	router := gin.New()
	for _, r := range p.guarded {
		router.GET(r.path, ginauth.New(r.source, r.options...), func(c *gin.Context) { c.String(200, ginauth.UserID(c)) })
	}
	for path, h := range p.posted {
		router.POST(path, gin.WrapH(h))
	}
	return serverOf(router, l)
}

func serveEcho(p program, l net.Listener) (serve, stop func() error) {
	e := echo.New()
	for _, r := range p.guarded {
		e.GET(r.path, func(c echo.Context) error { return c.String(200, echoauth.UserID(c)) },
			echoauth.New(r.source, r.options...))
	}
	for path, h := range p.posted {
		e.POST(path, echo.WrapHandler(h))
	}
	return serverOf(e, l)
}

func serveEcho5(p program, l net.Listener) (serve, stop func() error) {
	e := echo5.New()
	for _, r := range p.guarded {
		e.GET(r.path, func(c *echo5.Context) error { return c.String(200, echo5auth.UserID(c)) },
			echo5auth.New(r.source, r.options...))
	}
	for path, h := range p.posted {
		e.POST(path, echo5.WrapHandler(h))
	}
	return serverOf(e, l)
}

func serveFiber(p program, l net.Listener) (serve, stop func() error) {
	app := fiber.New(fiber.Config{DisableStartupMessage: true})
	for _, r := range p.guarded {
		app.Get(r.path, fiberauth.New(r.source, r.options...),
			func(c *fiber.Ctx) error { return c.SendString(fiberauth.UserID(c)) })
	}
	for path, h := range p.posted {
		app.Post(path, adaptor.HTTPHandler(h))
	}
	return func() error { return app.Listener(l) }, app.Shutdown
}

func serveFiber3(p program, l net.Listener) (serve, stop func() error) {
	app := fiber3.New()
	for _, r := range p.guarded {
		app.Get(r.path, fiber3auth.New(r.source, r.options...),
			func(c fiber3.Ctx) error { return c.SendString(fiber3auth.UserID(c)) })
	}
	for path, h := range p.posted {
		app.Post(path, adaptor3.HTTPHandler(h))
	}
	return func() error {
		return app.Listener(l, fiber3.ListenConfig{DisableStartupMessage: true})
	}, app.Shutdown
}
