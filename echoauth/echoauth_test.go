package echoauth_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/labstack/echo/v4"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/core/guard"
	"github.com/revstackhq/auth-go/echoauth"
)

func serve(r http.Handler, token string) *httptest.ResponseRecorder {
	request := httptest.NewRequest(http.MethodGet, "/", http.NoBody)
	if token != "" {
		authtest.Authorize(request, token)
	}
	answer := httptest.NewRecorder()
	r.ServeHTTP(answer, request)
	return answer
}

// TestRejectionIsEchosOwn: the program's HTTPErrorHandler gets echo's own error type
// with the reason, and may answer in any form.
func TestRejectionIsEchosOwn(t *testing.T) {
	issuer := authtest.NewIssuer(t)
	for name, guarded := range map[string][]echo.MiddlewareFunc{
		"New":     {echoauth.New(issuer.Contract())},
		"Require": {echoauth.New(issuer.Contract(), guard.Optional()), echoauth.Require()},
	} {
		var given error
		e := echo.New()
		e.HTTPErrorHandler = func(err error, c echo.Context) {
			given = err
			_ = c.String(http.StatusTeapot, "my own answer")
		}
		e.GET("/", func(echo.Context) error { t.Errorf("%s: the handler ran", name); return nil }, guarded...)
		answer := serve(e, "")
		if answer.Code != http.StatusTeapot || answer.Body.String() != "my own answer" {
			t.Errorf("%s: the handler's answer is lost: %d %s", name, answer.Code, answer.Body)
		}
		var own *echo.HTTPError
		if !errors.As(given, &own) || own.Code != http.StatusUnauthorized {
			t.Fatalf("%s: the handler got %v, no *echo.HTTPError of 401", name, given)
		}
		body, err := json.Marshal(own.Message)
		if err != nil || string(body) != `{"error":"Sign in to continue.","code":"TOKEN_MISSING"}` {
			t.Errorf("%s: the message marshals to %s, %v", name, body, err)
		}
		var rejection *guard.Rejection
		if !errors.As(given, &rejection) || rejection.Error() != "Sign in to continue." {
			t.Errorf("%s: errors.As finds no *guard.Rejection with the sentence in %v", name, given)
		}
		var refusal *core.Error
		if !errors.As(given, &refusal) || !errors.Is(given, core.CodeTokenMissing) {
			t.Errorf("%s: errors.As finds no *core.Error in %v", name, given)
		}
	}
}

// TestSwallowedRejectionIsAnswered: neither a middleware in front of the guard nor
// an error handler that does nothing can turn a rejection into an empty 200.
func TestSwallowedRejectionIsAnswered(t *testing.T) {
	issuer := authtest.NewIssuer(t)
	for name, opts := range map[string][]guard.Option{"by default": nil, "delegated": {guard.DelegateErrors()}} {
		for _, idle := range []bool{false, true} {
			e := echo.New()
			if idle {
				e.HTTPErrorHandler = func(error, echo.Context) {}
			}
			e.Use(func(next echo.HandlerFunc) echo.HandlerFunc {
				return func(c echo.Context) error {
					_ = next(c)
					return nil
				}
			})
			e.Use(echoauth.New(issuer.Contract(), opts...))
			e.GET("/", func(echo.Context) error { t.Error("the handler ran"); return nil })
			answer := serve(e, "")
			if answer.Code != http.StatusUnauthorized ||
				answer.Body.String() != `{"error":"Sign in to continue.","code":"TOKEN_MISSING"}`+"\n" ||
				answer.Header().Get("WWW-Authenticate") != "Bearer" || answer.Header().Get("Cache-Control") != "no-store" {
				t.Errorf("%s, handler idle %t: got %d %v %q", name, idle, answer.Code, answer.Header(), answer.Body)
			}
		}
	}
}

// TestResponderWithoutJSON: echo's encoder would quote a responder's text.
func TestResponderWithoutJSON(t *testing.T) {
	issuer := authtest.NewIssuer(t)
	for _, body := range []string{"<p>no</p>", "{ \"spaced\": true }\n", "", `{"no":"newline"}`} {
		e := echo.New()
		e.Use(
			echoauth.New(
				issuer.Contract(),
				guard.Responder(func(_ guard.Request, r *guard.Rejection) { r.Body = []byte(body) }),
			),
		)
		e.GET("/", func(echo.Context) error { return nil })
		if answer := serve(e, ""); answer.Body.String() != body || answer.Code != http.StatusUnauthorized {
			t.Errorf("got %d %q, want %q", answer.Code, answer.Body, body)
		}
	}
}

func TestKeepsTheRequestsContext(t *testing.T) {
	type key struct{}
	issuer := authtest.NewIssuer(t)
	e := echo.New()
	e.Use(func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			c.SetRequest(c.Request().WithContext(context.WithValue(c.Request().Context(), key{}, "kept")))
			return next(c)
		}
	})
	e.Use(echoauth.New(issuer.Contract()))
	e.GET("/", func(c echo.Context) error {
		if c.Request().Context().Value(key{}) != "kept" {
			t.Error("what an earlier middleware put into the context is gone")
		}
		return nil
	})
	if answer := serve(e, issuer.Token(nil)); answer.Code != http.StatusOK {
		t.Errorf("status %d", answer.Code)
	}
}
