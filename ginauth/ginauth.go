// Package ginauth guards gin routes with an auth-go contract.
//
//	r.Use(ginauth.New(contract))
//	r.GET("/api/profile", func(c *gin.Context) { c.String(200, ginauth.UserID(c)) })
//
// The session is in the request's context: a service that gets
// c.Request.Context() reads it with core.UserID, core.Claims and
// core.FromContext. Passing the *gin.Context itself works only if the engine's
// ContextWithFallback is set.
package ginauth

import (
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/guard"
)

// New returns a middleware that authenticates every request with source, usually
// a *core.Contract or a *core.Verifier. It does no I/O. It panics on a nil or zero
// source and on an invalid option, because those are programming errors; use
// guard.New and [Guard] to get an error instead.
func New(source core.Authenticator, opts ...guard.Option) gin.HandlerFunc {
	return Guard(guard.Must("ginauth", source, opts...))
}

// Guard returns the middleware of an existing guard.
func Guard(g *guard.Guard) gin.HandlerFunc {
	return func(c *gin.Context) {
		ctx, rejection := g.Enter(c.Request.Context(), guard.HTTPExchange(c.Writer.Header(), c.Request))
		if rejection != nil {
			reject(c, rejection)
			return
		}
		c.Request = c.Request.WithContext(ctx)
	}
}

// Require returns a middleware that checks policies on the session, for a route or
// group behind [New]. Without policies it requires a session. It panics on a nil
// policy.
func Require(policies ...core.Policy) gin.HandlerFunc {
	requirement := guard.Require(policies...)
	return func(c *gin.Context) {
		exchange := guard.HTTPExchange(c.Writer.Header(), c.Request)
		if rejection := requirement.Check(c.Request.Context(), exchange); rejection != nil {
			reject(c, rejection)
		}
	}
}

// Metadata serves the guard's protected-resource metadata (RFC 9728). Mount it
// for every method: r.Any(g.MetadataPath(), ginauth.Metadata(g)).
func Metadata(g *guard.Guard) gin.HandlerFunc { return gin.WrapH(g.MetadataHandler()) }

// Session returns the session of the request, and false for an anonymous one.
func Session(c *gin.Context) (*core.Session, bool) { return core.FromContext(c.Request.Context()) }

// UserID returns the user id of the request's session, or "" without a session.
func UserID(c *gin.Context) string { return core.UserID(c.Request.Context()) }

// Claims decodes the claims of the request's session into a T. It returns
// core.ErrNoSession without a session.
func Claims[T any](c *gin.Context) (T, error) { return core.Claims[T](c.Request.Context()) }

// reject aborts the chain before it writes, so that no later handler runs, and
// records the error for gin's error middleware. Its text is the public sentence,
// because gin.ErrorLogger writes it to the client.
func reject(c *gin.Context, rejection *guard.Rejection) {
	_ = c.Error(rejection)
	c.Abort()
	if rejection.Delegate && mayHaveErrorMiddleware(c) {
		rejection.SetHeader(c.Writer.Header())
		c.Status(rejection.Status)
		return
	}
	rejection.ServeHTTP(c.Writer, c.Request)
}

// mayHaveErrorMiddleware reports whether a middleware in front of the guard may
// answer after it. gin does not say what a middleware is for, so all count except
// gin's own and gin-contrib's, which would leave an empty answer.
func mayHaveErrorMiddleware(c *gin.Context) bool {
	const own = "github.com/revstackhq/auth-go/ginauth."
	before := c.HandlerNames()
	for i, name := range slices.Backward(before) {
		if strings.HasPrefix(name, own) {
			before = before[:i]
			break
		}
	}
	return slices.ContainsFunc(before, func(name string) bool {
		return strings.HasPrefix(name, "github.com/gin-gonic/gin.ErrorLogger") ||
			!strings.HasPrefix(name, "github.com/gin-gonic/gin.") &&
				!strings.HasPrefix(name, "github.com/gin-contrib/") && !strings.HasPrefix(name, own)
	})
}
