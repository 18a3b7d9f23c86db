package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"runtime"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/go-chi/chi/v5"
	"github.com/gofiber/fiber/v2"
	fiber3 "github.com/gofiber/fiber/v3"
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

// externalURL is the URL that proofs name, the same for all doors.
const externalURL = "https://soak.example"

// headerBytes is the room that fiber's servers have for a header: less than others by default.
const headerBytes = 64 << 10

// door is a program behind a guard, made with one framework or protocol.
type door struct {
	name, method, path string
	open               func(source core.Authenticator, opts ...guard.Option) (*server, error)

	server *server
	counts counts
}

func (d *door) start(w *world, i int) (err error) {
	d.counts = counts{}
	d.server, err = d.open(w.source, w.options(i)...)
	return err
}

// server is an open door.
type server struct {
	ask   func(ctx context.Context, header http.Header) answer
	close func() error
}

// answer is what a client got.
type answer struct {
	text string    // of the handler
	code core.Code // why the request was refused, "" if it was not
	err  error     // there was no answer, or one that no client could read
}

// claims is what the handlers read of the token.
type claims struct {
	Subject string `json:"sub"`
}

// saw is what a handler saw of the user, in each of the ways in which it can ask. Other requests run between the looks:
// what belongs to another request by then shows.
func saw(adapter func() string, ctx context.Context) (string, error) { //nolint:revive // the adapter comes first
	first := adapter()
	runtime.Gosched()
	c, err := core.Claims[claims](ctx)
	return first + " " + c.Subject + " " + core.UserID(ctx), err
}

// allDoors returns a door for each module.
func allDoors() []*door {
	doors := []*door{
		{name: "net/http", open: openHTTP},
		{name: "chi", open: openChi},
		{name: "gin", open: openGin},
		{name: "echo v4", open: openEcho},
		{name: "echo v5", open: openEcho5},
		{name: "fiber v2", open: openFiber},
		{name: "fiber v3", open: openFiber3},
	}
	for _, d := range doors {
		d.method, d.path = http.MethodGet, "/me"
	}
	return append(doors,
		&door{name: "gRPC", method: http.MethodPost, path: procedure, open: openGRPC},
		&door{name: "Connect", method: http.MethodPost, path: procedure, open: openConnect},
		&door{name: "MCP", method: http.MethodPost, path: "/mcp", open: openMCP},
	)
}

// respond is the handler of the doors of net/http.
func respond(w http.ResponseWriter, r *http.Request) {
	text, err := saw(func() string { return core.UserID(r.Context()) }, r.Context())
	if err != nil {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	_, _ = io.WriteString(w, text)
}

func openHTTP(source core.Authenticator, opts ...guard.Option) (*server, error) {
	mux := http.NewServeMux()
	mux.Handle("GET /me", guard.Middleware(source, opts...)(http.HandlerFunc(respond)))
	return serveHTTP(mux)
}

func openChi(source core.Authenticator, opts ...guard.Option) (*server, error) {
	r := chi.NewRouter()
	r.Use(chiauth.New(source, opts...))
	r.Get("/me", respond)
	return serveHTTP(r)
}

func openGin(source core.Authenticator, opts ...guard.Option) (*server, error) {
	gin.SetMode(gin.ReleaseMode)
	r := gin.New()
	r.Use(ginauth.New(source, opts...))
	r.GET("/me", func(c *gin.Context) {
		text, err := saw(func() string { return ginauth.UserID(c) }, c.Request.Context())
		if err != nil {
			c.Status(http.StatusInternalServerError)
			return
		}
		c.String(http.StatusOK, "%s", text)
	})
	return serveHTTP(r)
}

func openEcho(source core.Authenticator, opts ...guard.Option) (*server, error) {
	e := echo.New()
	e.Use(echoauth.New(source, opts...))
	e.GET("/me", func(c echo.Context) error {
		text, err := saw(func() string { return echoauth.UserID(c) }, c.Request().Context())
		if err != nil {
			return err
		}
		return c.String(http.StatusOK, text)
	})
	return serveHTTP(e)
}

func openEcho5(source core.Authenticator, opts ...guard.Option) (*server, error) {
	e := echo5.New()
	e.Logger = slog.New(slog.DiscardHandler)
	e.Use(echo5auth.New(source, opts...))
	e.GET("/me", func(c *echo5.Context) error {
		text, err := saw(func() string { return echo5auth.UserID(c) }, c.Request().Context())
		if err != nil {
			return err
		}
		return c.String(http.StatusOK, text)
	})
	return serveHTTP(e)
}

func openFiber(source core.Authenticator, opts ...guard.Option) (*server, error) {
	app := fiber.New(fiber.Config{DisableStartupMessage: true, ReadBufferSize: headerBytes})
	app.Use(fiberauth.New(source, opts...))
	app.Get("/me", func(c *fiber.Ctx) error {
		text, err := saw(func() string { return fiberauth.UserID(c) }, c.UserContext())
		if err != nil {
			return err
		}
		return c.SendString(text)
	})
	return overHTTP(app.Listener, app.Shutdown, "/me", getMe)
}

func openFiber3(source core.Authenticator, opts ...guard.Option) (*server, error) {
	app := fiber3.New(fiber3.Config{ReadBufferSize: headerBytes})
	app.Use(fiber3auth.New(source, opts...))
	app.Get("/me", func(c fiber3.Ctx) error {
		text, err := saw(func() string { return fiber3auth.UserID(c) }, c)
		if err != nil {
			return err
		}
		return c.SendString(text)
	})
	listen := func(l net.Listener) error {
		return app.Listener(l, fiber3.ListenConfig{DisableStartupMessage: true})
	}
	return overHTTP(listen, app.Shutdown, "/me", getMe)
}

func serveHTTP(handler http.Handler) (*server, error) {
	s := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	return overHTTP(s.Serve, s.Close, "/me", getMe)
}

// exchange sends the request of a door over HTTP, and reads what the handler said in a successful answer.
type exchange struct {
	method, body string
	text         func(body []byte) (string, error)
}

var getMe = exchange{http.MethodGet, "", func(body []byte) (string, error) { return string(body), nil }}

// overHTTP is a door that answers as package guard renders its rejections.
func overHTTP(serve func(net.Listener) error, shutdown func() error, path string, e exchange) (*server, error) {
	addr, stop, err := serveOn(serve, shutdown)
	if err != nil {
		return nil, err
	}
	transport := &http.Transport{MaxIdleConnsPerHost: 2 * clientsPerDoor}
	c := &http.Client{Transport: transport, Timeout: 30 * time.Second}
	ask := func(ctx context.Context, header http.Header) answer {
		req, err := http.NewRequestWithContext(ctx, e.method, "http://"+addr+path, strings.NewReader(e.body))
		if err != nil {
			return answer{err: err}
		}
		req.Header = header
		if e.body != "" {
			req.Header.Set("Content-Type", "application/json")
			req.Header.Set("Accept", "application/json, text/event-stream")
		}
		resp, err := c.Do(req)
		if err != nil {
			return answer{err: err}
		}
		defer func() { _ = resp.Body.Close() }()
		body, err := io.ReadAll(io.LimitReader(resp.Body, 1<<16))
		if err != nil {
			return answer{err: err}
		}
		return e.read(resp, body)
	}
	return &server{ask: ask, close: func() error {
		transport.CloseIdleConnections()
		return stop()
	}}, nil
}

func (e exchange) read(resp *http.Response, body []byte) answer {
	if resp.StatusCode == http.StatusOK {
		text, err := e.text(body)
		return answer{text: text, err: err}
	}
	var refused struct{ Code core.Code }
	if err := json.Unmarshal(body, &refused); err != nil || refused.Code.Status() != resp.StatusCode {
		return answer{err: fmt.Errorf("the answer is %d %.100q", resp.StatusCode, body)}
	}
	if resp.StatusCode == http.StatusServiceUnavailable && resp.Header.Get("Retry-After") == "" {
		return answer{err: errors.New("a 503 has no Retry-After")}
	}
	return answer{code: refused.Code}
}

// serveOn serves on loopback until stop is called.
func serveOn(serve func(net.Listener) error, shutdown func() error) (addr string, stop func() error, err error) {
	listener, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = serve(listener) // says only that it was stopped
	}()
	return listener.Addr().String(), func() error {
		err := shutdown()
		_ = listener.Close() // a server that was stopped before it served leaves it open
		<-done
		return err
	}, nil
}
