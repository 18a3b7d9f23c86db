// Package chiauth guards chi v5 routes, and those of plain net/http, with an
// auth-go contract.
//
//	r.Use(chiauth.New(contract))
//	r.Get("/api/profile", func(w http.ResponseWriter, r *http.Request) {
//		fmt.Fprint(w, chiauth.UserID(r.Context()))
//	})
//
// The accessors take the request's context, so that services read the session
// in the same way.
package chiauth

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/go-chi/chi/v5"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/guard"
)

// New returns a middleware that authenticates every request with source, usually
// a *core.Contract or a *core.Verifier. It does no I/O. It panics on a nil or zero
// source and on an invalid option, because those are programming errors; use
// guard.New and [Guard] to get an error instead.
func New(source core.Authenticator, opts ...guard.Option) func(http.Handler) http.Handler {
	return Guard(guard.Must("chiauth", source, opts...))
}

// Guard returns the middleware of an existing guard.
func Guard(g *guard.Guard) func(http.Handler) http.Handler { return g.Handler }

// Require returns a middleware that checks policies on the session, for a route or
// group behind [New]. Without policies it requires a session. It panics on a nil
// policy.
func Require(policies ...core.Policy) func(http.Handler) http.Handler {
	return guard.Require(policies...).Handler
}

// Metadata mounts the guard's protected-resource metadata (RFC 9728) on r, at the
// path where clients look for it. Without guard.Metadata it mounts nothing.
func Metadata(r chi.Router, g *guard.Guard) {
	if path := g.MetadataPath(); path != "" {
		r.Handle(literalPattern(path), g.MetadataHandler())
	}
}

// literalPattern returns a chi pattern that matches only path. In a pattern, a
// space ends the method, and "{", "}" and "*" have a special meaning: a segment
// with such a character becomes a regular expression.
func literalPattern(path string) string {
	segments := strings.Split(path, "/")
	for i, segment := range segments {
		if !strings.ContainsAny(segment, " \t{}*") {
			continue
		}
		var b strings.Builder
		for _, c := range segment {
			if c < 0x80 {
				_, _ = fmt.Fprintf(&b, `\x%02x`, c)
			} else {
				b.WriteRune(c)
			}
		}
		segments[i] = fmt.Sprintf("{segment%d:^%s$}", i, b.String())
	}
	return strings.Join(segments, "/")
}

// Session returns the session of the request, and false for an anonymous one.
func Session(ctx context.Context) (*core.Session, bool) { return core.FromContext(ctx) }

// UserID returns the user id of the request's session, or "" without a session.
func UserID(ctx context.Context) string { return core.UserID(ctx) }

// Claims decodes the claims of the request's session into a T. It returns
// core.ErrNoSession without a session.
func Claims[T any](ctx context.Context) (T, error) { return core.Claims[T](ctx) }
