package test

import (
	"context"
	"net/http"
	"net/http/httptest"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/guard"
)

// PolicyFunc is a function that implements [core.Policy].
type PolicyFunc func(s *core.Session) error

// Check calls f.
func (f PolicyFunc) Check(s *core.Session) error { return f(s) }

// Revoker returns a revoker that calls check and reports its error.
func Revoker(check func(context.Context, *core.Session) error) guard.Revoker {
	return guard.RevokerFunc(func(ctx context.Context, s *core.Session) (bool, error) { return false, check(ctx, s) })
}

// Request returns a request with header fields: a name, its value, and so on.
func Request(method, target string, fields ...string) *http.Request {
	r := httptest.NewRequest(method, target, http.NoBody)
	for i := 0; i+1 < len(fields); i += 2 {
		r.Header.Add(fields[i], fields[i+1])
	}
	return r
}

// Get returns a GET request with header fields, as a guard sees it.
func Get(fields ...string) guard.Request {
	return guard.HTTPRequest(Request(http.MethodGet, "http://api.example.com/things", fields...))
}
