package fiberauth_test

import (
	"context"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/gofiber/fiber/v2"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/core/guard"
	"github.com/revstackhq/auth-go/fiberauth"
)

func serve(app *fiber.App, token string) (status int, header http.Header, body string) {
	request := httptest.NewRequest(http.MethodGet, "/", http.NoBody)
	if token != "" {
		authtest.Authorize(request, token)
	}
	answer, err := app.Test(request, -1)
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	data, err := io.ReadAll(answer.Body)
	if err != nil {
		log.Fatal(err)
	}
	return answer.StatusCode, answer.Header, string(data)
}

// TestErrorHandler: fiber's own error handler is called only with the option,
// because fiber's default handler would replace the answer with a line of text.
func TestErrorHandler(t *testing.T) {
	issuer := authtest.NewIssuer(t)
	for _, delegate := range []bool{false, true} {
		opts := []guard.Option{}
		if delegate {
			opts = append(opts, guard.DelegateErrors())
		}
		var given error
		app := fiber.New(fiber.Config{ErrorHandler: func(c *fiber.Ctx, err error) error {
			given = err
			return c.Status(fiber.StatusTeapot).SendString("my own answer")
		}})
		app.Use(fiberauth.New(issuer.Contract(), opts...))
		app.Get("/", func(*fiber.Ctx) error { t.Error("the handler ran"); return nil })
		status, _, body := serve(app, "")
		if !delegate {
			if status != fiber.StatusUnauthorized || given != nil {
				t.Errorf("without the option: got %d %s, the handler got %v", status, body, given)
			}
			continue
		}
		if status != fiber.StatusTeapot || body != "my own answer" {
			t.Errorf("with it: got %d %s", status, body)
		}
		var refusal *core.Error
		var rejection *guard.Rejection
		if !errors.As(given, &refusal) || !errors.Is(given, core.CodeTokenMissing) || !errors.As(given, &rejection) ||
			rejection.Status != fiber.StatusUnauthorized {
			t.Errorf("with it: the handler got %v", given)
		}
	}
}

// TestDefaultErrorHandler: fiber's own handler finds the status and writes the
// error's text.
func TestDefaultErrorHandler(t *testing.T) {
	issuer := authtest.NewIssuer(t)
	app := fiber.New()
	app.Use(fiberauth.New(issuer.Contract(), guard.DelegateErrors()))
	status, header, body := serve(app, issuer.Token(authtest.Claims{"iss": "https://internal.example"}))
	if status != fiber.StatusUnauthorized || body != "The token was issued by an issuer this service does not trust." ||
		header.Get("WWW-Authenticate") != `Bearer error="invalid_token"` || header.Get("Cache-Control") != "no-store" {
		t.Errorf("got %d %v %s", status, header, body)
	}
}

// TestLocalsAreTheProgramsOwn: the session is in the user context, and the adapter
// sets no locals.
func TestLocalsAreTheProgramsOwn(t *testing.T) {
	type key struct{}
	issuer := authtest.NewIssuer(t)
	app := fiber.New()
	app.Use(func(c *fiber.Ctx) error {
		c.Locals("user", "another value")
		c.SetUserContext(context.WithValue(c.UserContext(), key{}, "kept"))
		return c.Next()
	})
	app.Use(fiberauth.New(issuer.Contract()))
	app.Get("/", func(c *fiber.Ctx) error {
		if c.Locals("user") != "another value" || c.UserContext().Value(key{}) != "kept" {
			t.Error("what an earlier middleware left is gone")
		}
		if core.UserID(c.UserContext()) != "user_1" {
			t.Error("the session is not in the user context")
		}
		if core.UserID(c.Context()) != "" {
			t.Error("fasthttp's own context carries a session: the package's doc says otherwise")
		}
		return nil
	})
	if status, _, body := serve(app, issuer.Token(nil)); status != fiber.StatusOK {
		t.Errorf("got %d %s", status, body)
	}
}

// TestKeepsEarlierHeaders: the answer's fields replace those of the same name, and
// other fields are kept.
func TestKeepsEarlierHeaders(t *testing.T) {
	issuer := authtest.NewIssuer(t)
	app := fiber.New()
	app.Use(func(c *fiber.Ctx) error {
		c.Set("X-Request-Id", "r1")
		c.Set("Cache-Control", "public")
		c.Set("Content-Type", "text/html")
		return c.Next()
	})
	app.Use(fiberauth.New(issuer.Contract()))
	_, header, _ := serve(app, "")
	if header.Get("X-Request-Id") != "r1" || header.Get("Content-Type") != "application/json" ||
		header.Get("Cache-Control") != "no-store" {
		t.Errorf("got %v", header)
	}
}
