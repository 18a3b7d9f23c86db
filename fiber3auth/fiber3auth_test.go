package fiber3auth_test

import (
	"context"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/gofiber/fiber/v3"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/core/guard"
	"github.com/revstackhq/auth-go/fiber3auth"
)

func serve(app *fiber.App, token string) (status int, header http.Header, body string) {
	request := httptest.NewRequest(http.MethodGet, "/", http.NoBody)
	if token != "" {
		authtest.Authorize(request, token)
	}
	answer, err := app.Test(request, fiber.TestConfig{})
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
		app := fiber.New(fiber.Config{ErrorHandler: func(c fiber.Ctx, err error) error {
			given = err
			return c.Status(fiber.StatusTeapot).SendString("my own answer")
		}})
		app.Use(fiber3auth.New(issuer.Contract(), opts...))
		app.Get("/", func(fiber.Ctx) error { t.Error("the handler ran"); return nil })
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
	app.Use(fiber3auth.New(issuer.Contract(), guard.DelegateErrors()))
	status, header, body := serve(app, issuer.Token(authtest.Claims{"iss": "https://internal.example"}))
	if status != fiber.StatusUnauthorized || body != "The token was issued by an issuer this service does not trust." ||
		header.Get("WWW-Authenticate") != `Bearer error="invalid_token"` || header.Get("Cache-Control") != "no-store" {
		t.Errorf("got %d %v %s", status, header, body)
	}
}

// TestContext: the session is in c.Context() and in c itself, and what an earlier
// middleware put into either is still there.
func TestContext(t *testing.T) {
	type key struct{}
	issuer := authtest.NewIssuer(t)
	app := fiber.New()
	app.Use(func(c fiber.Ctx) error {
		c.Locals("user", "another value")
		c.SetContext(context.WithValue(c.Context(), key{}, "kept"))
		return c.Next()
	})
	g, err := guard.New(issuer.Contract())
	if err != nil {
		t.Fatal(err)
	}
	app.Use(fiber3auth.Guard(g))
	app.Get("/", func(c fiber.Ctx) error {
		if c.Locals("user") != "another value" || c.Context().Value(key{}) != "kept" {
			t.Error("what an earlier middleware left is gone")
		}
		derived, cancel := context.WithCancel(c)
		defer cancel()
		for name, ctx := range map[string]context.Context{"c": c, "c.Context()": c.Context(), "derived from c": derived} {
			session, ok := core.FromContext(ctx)
			claims, err := core.Claims[struct {
				Subject string `json:"sub"`
			}](ctx)
			if core.UserID(ctx) != "user_1" || !ok || session.UserID() != "user_1" || err != nil || claims.Subject != "user_1" {
				t.Errorf("%s: user %q, session %v, claims %+v, %v", name, core.UserID(ctx), session, claims, err)
			}
			if err := guard.Recheck(ctx); err != nil {
				t.Errorf("%s: Recheck: %v", name, err)
			}
		}
		return nil
	})
	if status, _, body := serve(app, issuer.Token(nil)); status != fiber.StatusOK {
		t.Errorf("got %d %s", status, body)
	}
}

// TestInnerGuard: an inner guard that skips a request makes it anonymous for c, too.
func TestInnerGuard(t *testing.T) {
	issuer := authtest.NewIssuer(t)
	app := fiber.New()
	app.Use(fiber3auth.New(issuer.Contract()))
	app.Use(fiber3auth.New(issuer.Contract(), guard.Skip(func(guard.Request) bool { return true })))
	app.Get("/", func(c fiber.Ctx) error {
		if core.UserID(c) != "" || fiber3auth.UserID(c) != "" {
			t.Errorf("users %q and %q", core.UserID(c), fiber3auth.UserID(c))
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
	app.Use(func(c fiber.Ctx) error {
		c.Set("X-Request-Id", "r1")
		c.Set("Cache-Control", "public")
		c.Set("Content-Type", "text/html")
		return c.Next()
	})
	app.Use(fiber3auth.New(issuer.Contract()))
	_, header, _ := serve(app, "")
	if header.Get("X-Request-Id") != "r1" || header.Get("Content-Type") != "application/json" ||
		header.Get("Cache-Control") != "no-store" {
		t.Errorf("got %v", header)
	}
}
