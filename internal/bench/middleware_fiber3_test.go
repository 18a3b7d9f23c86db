package main

import (
	"github.com/gofiber/fiber/v3"
	"github.com/valyala/fasthttp"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/providers/clerk"
	"github.com/revstackhq/auth-go/fiber3auth"
)

// fiber3App calls fasthttp's handler as its server does, which ends every request by
// removing its values.
func fiber3App(read func(fiber.Ctx) string, guard ...any) app {
	var user string
	a := fiber.New()
	handlers := append(guard, func(c fiber.Ctx) error {
		user = read(c)
		c.Status(fiber.StatusOK)
		return nil
	})
	a.Get("/api/profile", handlers[0], handlers[1:]...)
	handler := a.Handler()
	ctx := &fasthttp.RequestCtx{}
	ctx.Init(&fasthttp.Request{}, nil, nil)
	ctx.Request.Header.SetMethod(fiber.MethodGet)
	ctx.Request.SetRequestURI("/api/profile")
	return func(authorization string) (int, string) {
		user = ""
		ctx.Response.Reset()
		if authorization == "" {
			ctx.Request.Header.Del("Authorization")
		} else {
			ctx.Request.Header.Set("Authorization", authorization)
		}
		handler(ctx)
		ctx.ResetUserValues()
		return ctx.Response.StatusCode(), user
	}
}

func fiber3Apps() framework {
	return framework{
		name: "fiber v3",
		bare: fiber3App(func(fiber.Ctx) string { return "" }),
		variants: guarded(func(source core.Authenticator, claims bool) app {
			read := fiber3auth.UserID
			if claims {
				read = func(c fiber.Ctx) string { return subjectOf(fiber3auth.Claims[clerk.Claims](c)) }
			}
			return fiber3App(read, fiber3auth.New(source))
		}),
	}
}
