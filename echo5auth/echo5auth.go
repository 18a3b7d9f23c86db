// Package echo5auth guards echo v5 routes with an auth-go contract.
//
//	e.Use(echo5auth.New(contract))
//	e.GET("/api/profile", func(c *echo.Context) error { return c.String(200, echo5auth.UserID(c)) })
//
// The session is in the request's context: a service that gets
// c.Request().Context() reads it with core.UserID, core.Claims and
// core.FromContext.
//
// Everything that the package returns is safe for concurrent use. A rejected
// request reaches the program's HTTPErrorHandler, see [Guard].
package echo5auth

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v5"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/guard"
)

// New returns a middleware that authenticates every request with source, usually
// a *core.Contract or a *core.Verifier. It does no I/O. It panics on a nil or zero
// source and on an invalid option, because those are programming errors; use
// guard.New and [Guard] to get an error instead.
func New(source core.Authenticator, opts ...guard.Option) echo.MiddlewareFunc {
	return Guard(guard.Must("echo5auth", source, opts...))
}

// Guard returns the middleware of an existing guard. The HTTPErrorHandler gets a
// rejection as an error with its status: echo.StatusCode returns it, and errors.As
// finds an *echo.HTTPError, the *guard.Rejection and the *core.Error.
func Guard(g *guard.Guard) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c *echo.Context) error {
			r := c.Request()
			ctx, rejection := g.Enter(r.Context(), guard.HTTPExchange(c.Response().Header(), r))
			if rejection != nil {
				return reject(c, rejection)
			}
			c.SetRequest(r.WithContext(ctx))
			return next(c)
		}
	}
}

// Require returns a middleware that checks policies on the session, for a route or
// group behind [New]. Without policies it requires a session. It panics on a nil
// policy.
func Require(policies ...core.Policy) echo.MiddlewareFunc {
	requirement := guard.Require(policies...)
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c *echo.Context) error {
			r := guard.HTTPExchange(c.Response().Header(), c.Request())
			if rejection := requirement.Check(c.Request().Context(), r); rejection != nil {
				return reject(c, rejection)
			}
			return next(c)
		}
	}
}

// Metadata serves the guard's protected-resource metadata (RFC 9728). Mount it
// for every method: e.Any(g.MetadataPath(), echo5auth.Metadata(g)).
func Metadata(g *guard.Guard) echo.HandlerFunc { return echo.WrapHandler(g.MetadataHandler()) }

// Session returns the session of the request, and false for an anonymous one.
func Session(c *echo.Context) (*core.Session, bool) { return core.FromContext(c.Request().Context()) }

// UserID returns the user id of the request's session, or "" without a session.
func UserID(c *echo.Context) string { return core.UserID(c.Request().Context()) }

// Claims decodes the claims of the request's session into a T. It returns
// core.ErrNoSession without a session.
func Claims[T any](c *echo.Context) (T, error) { return core.Claims[T](c.Request().Context()) }

// reject calls echo's error handler immediately: if reject returned the error, a
// middleware could swallow it and turn the rejection into an empty 200.
func reject(c *echo.Context, rejection *guard.Rejection) error {
	response, err := echo.UnwrapResponse(c.Response())
	if err != nil { // a middleware's writer hides echo's, which records whether there is an answer
		response = echo.NewResponse(c.Response(), c.Logger())
		c.SetResponse(response)
	}
	head := c.Request().Method == http.MethodHead
	if rejection.Delegate || head || writes(rejection) {
		rejection.SetHeader(c.Response().Header())
	} else { // echo's error handler leaves a committed answer unchanged
		rejection.ServeHTTP(c.Response(), c.Request())
	}
	if head && !rejection.Delegate { // the same as for GET (RFC 9110 §8.6)
		c.Response().Header().Set(echo.HeaderContentLength, strconv.Itoa(len(rejection.Body)))
	}
	c.Echo().HTTPErrorHandler(c, refusal{rejection})
	if !response.Committed { // the program's error handler did not answer
		rejection.ServeHTTP(c.Response(), c.Request())
	}
	return nil
}

// writes reports whether echo's encoder writes the body unchanged: the body of a
// responder may not be JSON, or have other spaces.
func writes(rejection *guard.Rejection) bool {
	encoded, err := json.Marshal(rejection)
	return err == nil && bytes.Equal(append(encoded, '\n'), rejection.Body)
}

// refusal is a rejection with its status. Echo's default handler takes the status
// from StatusCode and the body from MarshalJSON.
type refusal struct{ *guard.Rejection }

// StatusCode implements echo.HTTPStatusCoder.
func (r refusal) StatusCode() int { return r.Status }

// Unwrap returns the *echo.HTTPError, for handlers written for echo v4, and the
// *guard.Rejection.
func (r refusal) Unwrap() []error {
	return []error{echo.NewHTTPError(r.Status, r.Error()), r.Rejection}
}
