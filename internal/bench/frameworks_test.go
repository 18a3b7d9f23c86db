package main

import (
	"context"
	"net/http"

	"github.com/gin-gonic/gin"
	"github.com/go-chi/chi/v5"
	"github.com/gofiber/fiber/v2"
	fiber3 "github.com/gofiber/fiber/v3"
	"github.com/labstack/echo/v4"
	echo5 "github.com/labstack/echo/v5"
	"github.com/modelcontextprotocol/go-sdk/auth"
	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/tap"

	"github.com/revstackhq/auth-go/chiauth"
	"github.com/revstackhq/auth-go/connectauth"
	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/guard"
	"github.com/revstackhq/auth-go/core/providers/clerk"
	"github.com/revstackhq/auth-go/echo5auth"
	"github.com/revstackhq/auth-go/echoauth"
	"github.com/revstackhq/auth-go/fiber3auth"
	"github.com/revstackhq/auth-go/fiberauth"
	"github.com/revstackhq/auth-go/ginauth"
	"github.com/revstackhq/auth-go/grpcauth"
	"github.com/revstackhq/auth-go/mcpauth"
)

func middlewareGroups() []group {
	return []group{
		newGroup("gin", ginApp, ginauth.New, ginauth.UserID, ginauth.Claims[clerk.Claims]),
		newGroup("echo", echoApp, echoauth.New, echoauth.UserID, echoauth.Claims[clerk.Claims], echoJWT),
		newGroup("echo v5", echo5App, echo5auth.New, echo5auth.UserID, echo5auth.Claims[clerk.Claims]),
		newGroup("chi", chiApp, chiauth.New, chiauth.UserID, chiauth.Claims[clerk.Claims], chiJWTAuth, chiClerk),
		newGroup("fiber", fiberApp, fiberauth.New, fiberauth.UserID, fiberauth.Claims[clerk.Claims], fiberJWT),
		newGroup("fiber v3", fiber3App, fiber3auth.New, fiber3auth.UserID, fiber3auth.Claims[clerk.Claims]),
		newGroup("gRPC", grpcApp, grpcGuard, grpcauth.UserID, grpcauth.Claims[clerk.Claims]),
		newGroup("Connect", chiApp, connectauth.New, connectauth.UserID, connectauth.Claims[clerk.Claims]),
		newGroup("MCP", chiApp, mcpGuard, mcpUserID, mcpClaims),
	}
}

func ginApp(read func(*gin.Context) string, guard ...gin.HandlerFunc) verify {
	gin.SetMode(gin.ReleaseMode)
	var user string
	e := gin.New()
	e.POST(path, append(guard, func(c *gin.Context) {
		user = read(c)
		c.Status(http.StatusOK)
	})...)
	return serveHTTP(e, &user)
}

func echoApp(read func(echo.Context) string, guard ...echo.MiddlewareFunc) verify {
	var user string
	e := echo.New()
	e.POST(path, func(c echo.Context) error {
		user = read(c)
		return c.NoContent(http.StatusOK)
	}, guard...)
	return serveHTTP(e, &user)
}

func echo5App(read func(*echo5.Context) string, guard ...echo5.MiddlewareFunc) verify {
	var user string
	e := echo5.New()
	e.POST(path, func(c *echo5.Context) error {
		user = read(c)
		return c.NoContent(http.StatusOK)
	}, guard...)
	return serveHTTP(e, &user)
}

// chiApp mounts handlers of Connect and MCP, too.
func chiApp(read func(context.Context) string, guard ...func(http.Handler) http.Handler) verify {
	var user string
	r := chi.NewRouter()
	r.With(guard...).Post(path, func(w http.ResponseWriter, r *http.Request) { user = read(r.Context()) })
	return serveHTTP(r, &user)
}

func fiberApp(read func(*fiber.Ctx) string, guard ...fiber.Handler) verify {
	var user string
	a := fiber.New(fiber.Config{DisableStartupMessage: true})
	a.Post(path, append(guard, func(c *fiber.Ctx) error {
		user = read(c)
		return nil
	})...)
	return serveFastHTTP(a.Handler(), &user)
}

func fiber3App(read func(fiber3.Ctx) string, guard ...fiber3.Handler) verify {
	var user string
	a := fiber3.New()
	handler := func(c fiber3.Ctx) error {
		user = read(c)
		return nil
	}
	if len(guard) == 0 {
		a.Post(path, handler)
	} else {
		a.Post(path, guard[0], handler)
	}
	return serveFastHTTP(a.Handler(), &user)
}

// grpcApp calls what grpcauth.New gives to a server, as it does for a unary call.
func grpcApp(read func(context.Context) string, guards ...*guard.Guard) verify {
	const method = "/orders.v1.Orders/Get"
	arriving, info := &tap.Info{FullMethodName: method}, &grpc.UnaryServerInfo{FullMethod: method}
	admit := func(ctx context.Context, _ *tap.Info) (context.Context, error) { return ctx, nil }
	intercept := func(ctx context.Context, r any, _ *grpc.UnaryServerInfo, next grpc.UnaryHandler) (any, error) {
		return next(ctx, r)
	}
	for _, g := range guards {
		admit, intercept = grpcauth.Tap(g), grpcauth.Unary(g)
	}
	user, values, authorization := "", []string{""}, bearer()
	handler := func(ctx context.Context, _ any) (any, error) {
		user = read(ctx)
		return user, nil
	}
	call := metadata.NewIncomingContext(context.Background(), metadata.MD{"authorization": values})
	return func(token string) (string, *clerk.Claims, error) {
		values[0] = authorization(token)
		ctx, err := admit(call, arriving)
		if err == nil {
			_, err = intercept(ctx, nil, info, handler)
		}
		return user, nil, err
	}
}

func grpcGuard(source core.Authenticator, opts ...guard.Option) *guard.Guard {
	return guard.Must("grpcauth", source, opts...)
}

func mcpGuard(source core.Authenticator, opts ...guard.Option) func(http.Handler) http.Handler {
	return mcpauth.New(source, mcpauth.Config{}, opts...)
}

func mcpUserID(ctx context.Context) string { return mcpauth.UserID(auth.TokenInfoFromContext(ctx)) }

func mcpClaims(ctx context.Context) (clerk.Claims, error) {
	return mcpauth.Claims[clerk.Claims](auth.TokenInfoFromContext(ctx))
}
