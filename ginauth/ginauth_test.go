package ginauth_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/core/guard"
	"github.com/revstackhq/auth-go/ginauth"
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

// TestContextFallback: a *gin.Context is a context.Context that hides the request's
// context, unless the engine's ContextWithFallback is set.
func TestContextFallback(t *testing.T) {
	issuer := authtest.NewIssuer(t)
	for _, fallback := range []bool{false, true} {
		var direct, request string
		r := gin.New()
		r.ContextWithFallback = fallback
		r.Use(ginauth.New(issuer.Contract()))
		r.GET("/", func(c *gin.Context) {
			direct, request = core.UserID(c), core.UserID(c.Request.Context())
		})
		serve(r, issuer.Token(nil))
		if want := map[bool]string{false: "", true: "user_1"}[fallback]; direct != want {
			t.Errorf("ContextWithFallback %t: core.UserID(c) is %q, want %q", fallback, direct, want)
		}
		if request != "user_1" {
			t.Errorf("ContextWithFallback %t: core.UserID(c.Request.Context()) is %q", fallback, request)
		}
	}
}

// TestRejectionIsGinsOwn: the error is in c.Errors and the chain is aborted, so
// that loggers and error middleware see the rejection.
func TestRejectionIsGinsOwn(t *testing.T) {
	issuer := authtest.NewIssuer(t)
	for name, guarded := range map[string][]gin.HandlerFunc{
		"New":     {ginauth.New(issuer.Contract())},
		"Require": {ginauth.New(issuer.Contract(), guard.Optional()), ginauth.Require()},
	} {
		var refusal *core.Error
		aborted, next := false, false
		r := gin.New()
		r.Use(func(c *gin.Context) {
			c.Next()
			aborted = c.IsAborted()
			if last := c.Errors.Last(); last != nil {
				errors.As(last, &refusal)
			}
		})
		r.Use(guarded...)
		r.Use(func(*gin.Context) { next = true })
		r.GET("/", func(*gin.Context) { next = true })
		answer := serve(r, "")
		if answer.Code != http.StatusUnauthorized || !aborted || next {
			t.Errorf("%s: status %d, aborted %t, the chain went on %t", name, answer.Code, aborted, next)
		}
		if refusal == nil || refusal.Code != core.CodeTokenMissing {
			t.Errorf("%s: c.Errors holds %v", name, refusal)
		}
	}
}

// TestDelegatedWithoutErrorMiddleware: gin has no error handler of its own, so the
// guard answers if no middleware can.
func TestDelegatedWithoutErrorMiddleware(t *testing.T) {
	issuer := authtest.NewIssuer(t)
	const want = `{"error":"Sign in to continue.","code":"TOKEN_MISSING"}` + "\n"
	quiet := func(r *gin.Engine) { r.Use(gin.LoggerWithWriter(io.Discard), gin.RecoveryWithWriter(io.Discard)) }
	own := func(r *gin.Engine) {
		r.Use(func(c *gin.Context) {
			if c.Next(); len(c.Errors) > 0 {
				c.String(c.Writer.Status(), c.Errors.Last().Error())
			}
		})
	}
	for name, tc := range map[string]struct {
		before func(*gin.Engine)
		body   string
	}{
		"nothing before":      {func(*gin.Engine) {}, want},
		"gin's own before":    {quiet, want},
		"an error middleware": {own, "Sign in to continue."},
	} {
		r := gin.New()
		tc.before(r)
		r.Use(ginauth.New(issuer.Contract(), guard.DelegateErrors()))
		r.GET("/", func(*gin.Context) { t.Error("the handler ran") })
		answer := serve(r, "")
		if answer.Code != http.StatusUnauthorized || answer.Body.String() != tc.body ||
			answer.Header().Get("WWW-Authenticate") != "Bearer" || answer.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("%s: got %d %v %q", name, answer.Code, answer.Header(), answer.Body)
		}
	}
}

// TestErrorLogger: gin.ErrorLogger writes the errors' texts to the client.
func TestErrorLogger(t *testing.T) {
	issuer := authtest.NewIssuer(t)
	for _, opts := range [][]guard.Option{nil, {guard.DelegateErrors()}} {
		r := gin.New()
		r.Use(gin.ErrorLogger(), ginauth.New(issuer.Contract(), opts...))
		r.GET("/", func(*gin.Context) { t.Error("the handler ran") })
		answer := serve(r, issuer.Token(authtest.Claims{"iss": "https://internal.example"}))
		if body := answer.Body.String(); answer.Code != http.StatusUnauthorized ||
			strings.Contains(body, "internal.example") ||
			strings.Contains(body, issuer.URL()) || body == "" {
			t.Errorf("got %d %s", answer.Code, body)
		}
	}
}

func TestKeepsTheRequestsContext(t *testing.T) {
	type key struct{}
	issuer := authtest.NewIssuer(t)
	r := gin.New()
	r.Use(func(c *gin.Context) {
		c.Request = c.Request.WithContext(context.WithValue(c.Request.Context(), key{}, "kept"))
	})
	r.Use(ginauth.New(issuer.Contract()))
	r.GET("/", func(c *gin.Context) {
		if c.Request.Context().Value(key{}) != "kept" {
			t.Error("what an earlier middleware put into the context is gone")
		}
	})
	if answer := serve(r, issuer.Token(nil)); answer.Code != http.StatusOK {
		t.Errorf("status %d", answer.Code)
	}
}

func TestMain(m *testing.M) {
	gin.SetMode(gin.ReleaseMode)
	m.Run()
}
