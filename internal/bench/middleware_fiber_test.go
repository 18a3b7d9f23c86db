package main

import (
	jwtware "github.com/gofiber/contrib/jwt"
	"github.com/gofiber/fiber/v2"
	"github.com/golang-jwt/jwt/v5"
	"github.com/valyala/fasthttp"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/providers/clerk"
	"github.com/revstackhq/auth-go/fiberauth"
)

// fiberApp calls fasthttp's handler as its server does, which resets the
// context between the requests of a connection.
func fiberApp(read func(*fiber.Ctx) string, guard ...fiber.Handler) app {
	var user string
	a := fiber.New(fiber.Config{DisableStartupMessage: true})
	a.Get("/api/profile", append(guard, func(c *fiber.Ctx) error {
		user = read(c)
		c.Status(fiber.StatusOK)
		return nil
	})...)
	handler := a.Handler()
	ctx := &fasthttp.RequestCtx{}
	ctx.Init(&fasthttp.Request{}, nil, nil)
	ctx.Request.Header.SetMethod(fiber.MethodGet)
	ctx.Request.SetRequestURI("/api/profile")
	return func(authorization string) (int, string) {
		user = ""
		ctx.ResetUserValues()
		ctx.Response.Reset()
		if authorization == "" {
			ctx.Request.Header.Del("Authorization")
		} else {
			ctx.Request.Header.Set("Authorization", authorization)
		}
		handler(ctx)
		return ctx.Response.StatusCode(), user
	}
}

func fiberApps() framework {
	return framework{
		name: "fiber",
		bare: fiberApp(func(*fiber.Ctx) string { return "" }),
		variants: append(guarded(func(source core.Authenticator, claims bool) app {
			read := fiberauth.UserID
			if claims {
				read = func(c *fiber.Ctx) string { return subjectOf(fiberauth.Claims[clerk.Claims](c)) }
			}
			return fiberApp(read, fiberauth.New(source))
		}), variant{"gofiber/contrib/jwt", func(f *fixture) app {
			return fiberApp(func(c *fiber.Ctx) string {
				return c.Locals("user").(*jwt.Token).Claims.(*handClaims).Subject
			}, jwtware.New(jwtware.Config{KeyFunc: f.pinned(), Claims: &handClaims{}}))
		}}),
	}
}
