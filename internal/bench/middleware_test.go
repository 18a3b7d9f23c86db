package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/valyala/fasthttp"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/guard"
	"github.com/revstackhq/auth-go/core/providers/clerk"
)

// newGroup has the rows of a framework: one request of an app without a guard, and
// of the apps with our adapter and with the middleware of others. mount makes the
// app, whose handler calls read: a handler gets a C, and middleware is an M.
func newGroup[C, M any](
	name string,
	mount func(read func(C) string, guard ...M) verify,
	adapter func(core.Authenticator, ...guard.Option) M,
	userID func(C) string,
	claims func(C) (clerk.Claims, error),
	others ...library,
) group {
	subject := func(c C) string {
		all, err := claims(c)
		if err != nil {
			return ""
		}
		return all.Subject
	}
	ours := func(name string, first bool, read func(C) string) library {
		return library{name: name, make: func(f *fixture) verify {
			return mount(read, adapter(f.verifier(core.TokenCache{Disabled: first})))
		}}
	}
	libraries := append([]library{
		ours(rowFirst, true, subject),
		ours(rowFirstBare, true, userID),
		ours(rowSeen, false, subject),
		ours(rowSeenBare, false, userID),
	}, others...)
	return group{name, func(tb testing.TB) []row {
		tb.Helper()
		f := newFixture(tb, "RS256")
		token, bare := f.token(nil), mount(func(C) string { return "anyone" })
		return f.rows(row{rowBare, func() error {
			_, _, err := bare(token)
			return err
		}}, token, libraries)
	}}
}

// What every app is asked. MCP servers read the body.
const (
	path    = "/api/tools"
	message = `{"jsonrpc":"2.0","id":1,"method":"tools/list"}`
)

// recorder is a response that is thrown away, without what httptest's would add.
type recorder struct {
	header http.Header
	status int
}

func (r *recorder) Header() http.Header         { return r.header }
func (r *recorder) WriteHeader(status int)      { r.status = status }
func (r *recorder) Write(b []byte) (int, error) { return len(b), nil }

// bearer returns a function that allocates only for a token that differs from the last one.
func bearer() (authorization func(token string) string) {
	last, header := "", "Bearer "
	return func(token string) string {
		if token != last {
			last, header = token, "Bearer "+token
		}
		return header
	}
}

// serveHTTP calls a net/http handler that stores the user it sees.
func serveHTTP(handler http.Handler, user *string) verify {
	body, values, authorization := strings.NewReader(message), []string{""}, bearer()
	r := httptest.NewRequest(http.MethodPost, path, body)
	r.Header = http.Header{"Content-Type": {"application/json"}, "Authorization": values}
	w := &recorder{header: http.Header{}}
	return func(token string) (string, *clerk.Claims, error) {
		values[0] = authorization(token)
		*user, w.status = "", http.StatusOK
		clear(w.header)
		body.Reset(message)
		handler.ServeHTTP(w, r)
		if w.status != http.StatusOK || *user == "" {
			return "", nil, errRejected
		}
		return *user, nil, nil
	}
}

// serveFastHTTP calls fasthttp's handler as its server does, which ends every
// request by removing its values.
func serveFastHTTP(handler fasthttp.RequestHandler, user *string) verify {
	ctx := &fasthttp.RequestCtx{}
	ctx.Init(&fasthttp.Request{}, nil, nil)
	ctx.Request.Header.SetMethod(fasthttp.MethodPost)
	ctx.Request.SetRequestURI(path)
	authorization := bearer()
	return func(token string) (string, *clerk.Claims, error) {
		*user = ""
		ctx.Response.Reset()
		ctx.Request.Header.Set("Authorization", authorization(token))
		handler(ctx)
		ctx.ResetUserValues()
		if ctx.Response.StatusCode() != fasthttp.StatusOK || *user == "" {
			return "", nil, errRejected
		}
		return *user, nil, nil
	}
}
