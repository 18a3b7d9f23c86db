package main

import (
	"context"
	"io"
	"net"
	"net/http"
	"runtime"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/go-chi/chi/v5"
	"github.com/gofiber/fiber/v2"
	"github.com/labstack/echo/v4"

	"github.com/revstackhq/auth-go/chiauth"
	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/echoauth"
	"github.com/revstackhq/auth-go/fiberauth"
	"github.com/revstackhq/auth-go/ginauth"
)

type soakClaims struct {
	Subject string `json:"sub"`
}

// soakReport is what a handler saw of the user. Others run between the two looks: what belongs to another request by
// then shows.
func soakReport(adapter func() string, ctx context.Context) (string, error) { //nolint:revive // the adapter comes first
	first := adapter()
	runtime.Gosched()
	claims, err := core.Claims[soakClaims](ctx)
	return first + " " + claims.Subject + " " + core.UserID(ctx), err
}

func soakApps() []*soakApp {
	return []*soakApp{
		{name: "gin", serve: func(source core.Authenticator) (string, func() error, error) {
			gin.SetMode(gin.ReleaseMode)
			r := gin.New()
			r.Use(ginauth.New(source))
			r.GET("/me", func(c *gin.Context) {
				text, err := soakReport(func() string { return ginauth.UserID(c) }, c.Request.Context())
				if err != nil {
					c.Status(http.StatusInternalServerError)
					return
				}
				c.String(http.StatusOK, "%s", text)
			})
			return serveHTTP(r)
		}},
		{name: "echo", serve: func(source core.Authenticator) (string, func() error, error) {
			e := echo.New()
			e.Use(echoauth.New(source))
			e.GET("/me", func(c echo.Context) error {
				text, err := soakReport(func() string { return echoauth.UserID(c) }, c.Request().Context())
				if err != nil {
					return err
				}
				return c.String(http.StatusOK, text)
			})
			return serveHTTP(e)
		}},
		{name: "chi", serve: func(source core.Authenticator) (string, func() error, error) {
			r := chi.NewRouter()
			r.Use(chiauth.New(source))
			r.Get("/me", func(w http.ResponseWriter, r *http.Request) {
				text, err := soakReport(func() string { return chiauth.UserID(r.Context()) }, r.Context())
				if err != nil {
					w.WriteHeader(http.StatusInternalServerError)
					return
				}
				_, _ = io.WriteString(w, text)
			})
			return serveHTTP(r)
		}},
		{name: "fiber", serve: func(source core.Authenticator) (string, func() error, error) {
			app := fiber.New(fiber.Config{DisableStartupMessage: true})
			app.Use(fiberauth.New(source))
			app.Get("/me", func(c *fiber.Ctx) error {
				text, err := soakReport(func() string { return fiberauth.UserID(c) }, c.UserContext())
				if err != nil {
					return err
				}
				return c.SendString(text)
			})
			return serveOn(app.Listener, app.Shutdown)
		}},
	}
}

func serveHTTP(handler http.Handler) (addr string, stop func() error, err error) {
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	return serveOn(server.Serve, server.Close)
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
