// Package fiberauth guards fiber v2 routes with an auth-go contract.
//
//	app.Use(fiberauth.New(contract))
//	app.Get("/api/profile", func(c *fiber.Ctx) error { return c.SendString(fiberauth.UserID(c)) })
//
// The session is in c.UserContext(): a service that gets it reads the session
// with core.UserID, core.Claims and core.FromContext. c.Context() is
// fasthttp's own and does not have it.
package fiberauth

import (
	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/adaptor"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/guard"
)

// New returns a middleware that authenticates every request with source, usually
// a *core.Contract or a *core.Verifier. It does no I/O. It panics on a nil or zero
// source and on an invalid option, because those are programming errors; use
// guard.New and [Guard] to get an error instead.
func New(source core.Authenticator, opts ...guard.Option) fiber.Handler {
	return Guard(guard.Must("fiberauth", source, opts...))
}

// Guard returns the middleware of an existing guard.
func Guard(g *guard.Guard) fiber.Handler {
	return func(c *fiber.Ctx) error {
		ctx, rejection := g.Enter(c.UserContext(), request{c})
		if rejection != nil {
			return reject(c, rejection)
		}
		c.SetUserContext(ctx)
		return c.Next()
	}
}

// Require returns a middleware that checks policies on the session, for a route or
// group behind [New]. Without policies it requires a session. It panics on a nil
// policy.
func Require(policies ...core.Policy) fiber.Handler {
	requirement := guard.Require(policies...)
	return func(c *fiber.Ctx) error {
		if rejection := requirement.Check(c.UserContext(), request{c}); rejection != nil {
			return reject(c, rejection)
		}
		return c.Next()
	}
}

// Metadata serves the guard's protected-resource metadata (RFC 9728). Mount it
// for every method: app.All(g.MetadataPath(), fiberauth.Metadata(g)). fiber
// matches paths as they are sent: escape a path with a space.
func Metadata(g *guard.Guard) fiber.Handler { return adaptor.HTTPHandler(g.MetadataHandler()) }

// Session returns the session of the request, and false for an anonymous one.
func Session(c *fiber.Ctx) (*core.Session, bool) { return core.FromContext(c.UserContext()) }

// UserID returns the user id of the request's session, or "" without a session.
func UserID(c *fiber.Ctx) string { return core.UserID(c.UserContext()) }

// Claims decodes the claims of the request's session into a T. It returns
// core.ErrNoSession without a session.
func Claims[T any](c *fiber.Ctx) (T, error) { return core.Claims[T](c.UserContext()) }

// reject writes the answer itself, because fiber's error handler would overwrite
// it. With guard.DelegateErrors that handler gets an error instead.
func reject(c *fiber.Ctx, rejection *guard.Rejection) error {
	rejection.SetHeader(&c.Response().Header)
	c.Status(rejection.Status)
	if rejection.Delegate {
		return refusal{rejection}
	}
	return c.Send(rejection.Body)
}

// refusal is a rejection that carries its status in a *fiber.Error: without one,
// fiber answers 500.
type refusal struct{ *guard.Rejection }

// Unwrap returns the *fiber.Error and the *guard.Rejection.
func (r refusal) Unwrap() []error {
	return []error{fiber.NewError(r.Status, r.Error()), r.Rejection}
}
