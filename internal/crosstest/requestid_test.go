package crosstest_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/gin-gonic/gin"
	"github.com/go-chi/chi/v5"
	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/requestid"
	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"

	"github.com/revstackhq/auth-go/chiauth"
	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/core/event"
	"github.com/revstackhq/auth-go/echoauth"
	"github.com/revstackhq/auth-go/fiberauth"
	"github.com/revstackhq/auth-go/ginauth"
)

// The id that a framework's middleware gives a request is in the event about its
// rejection, so that the log line can be found by the id that the client saw.
func TestRequestIDOfTheFramework(t *testing.T) {
	issuer := authtest.NewIssuer(t)
	var seen []event.TokenRejected
	verifier, err := core.NewVerifier(issuer.Contract(), core.WithObserver(func(_ context.Context, e event.Event) {
		if e, ok := e.(event.TokenRejected); ok {
			seen = append(seen, e)
		}
	}))
	if err != nil {
		t.Fatal(err)
	}
	ginEngine := gin.New()
	ginEngine.Use(func(c *gin.Context) { c.Header("X-Request-Id", "made by gin") }, ginauth.New(verifier))
	ginEngine.GET("/things", func(*gin.Context) {})

	echoServer := echo.New()
	echoServer.Use(middleware.RequestID(), echoauth.New(verifier))
	echoServer.GET("/things", func(echo.Context) error { return nil })

	router := chi.NewRouter()
	router.Use(func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("X-Request-Id", "made by chi")
			next.ServeHTTP(w, r)
		})
	}, chiauth.New(verifier))
	router.Get("/things", func(http.ResponseWriter, *http.Request) {})

	app := fiber.New()
	app.Use(requestid.New(), fiberauth.New(verifier))
	app.Get("/things", func(*fiber.Ctx) error { return nil })

	inMemory := func(h http.Handler) func(*http.Request) http.Header {
		return func(r *http.Request) http.Header {
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			return w.Header()
		}
	}
	for name, send := range map[string]func(*http.Request) http.Header{
		"gin":  inMemory(ginEngine),
		"echo": inMemory(echoServer),
		"chi":  inMemory(router),
		"fiber": func(r *http.Request) http.Header {
			answer, err := app.Test(r, -1)
			if err != nil {
				t.Fatal(err)
			}
			_ = answer.Body.Close()
			return answer.Header
		},
	} {
		seen = nil
		made := send(httptest.NewRequest(http.MethodGet, "/things", http.NoBody)).Get("X-Request-Id")
		if len(seen) != 1 || made == "" || seen[0].RequestID != made || seen[0].Path != "/things" {
			t.Errorf("%s: the answer has the id %q, the events are %+v", name, made, seen)
		}
	}
}
