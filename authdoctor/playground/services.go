package playground

import (
	"encoding/json"
	"net/http"

	"github.com/gin-gonic/gin"
	"github.com/go-chi/chi/v5"
	"github.com/gofiber/fiber/v2"
	"github.com/labstack/echo/v4"

	"github.com/revstackhq/auth-go/chiauth"
	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/guard"
	"github.com/revstackhq/auth-go/echoauth"
	"github.com/revstackhq/auth-go/fiberauth"
	"github.com/revstackhq/auth-go/ginauth"
)

func ginService(source core.Authenticator, required, optional []guard.Option) http.Handler {
	r := gin.New()
	show := func(c *gin.Context) { c.JSON(http.StatusOK, answerOf(c.Request.Context())) }
	r.GET("/me", ginauth.New(source, required...), show)
	r.GET("/admin", ginauth.New(source, required...), ginauth.Require(admins()), show)
	r.GET("/public", ginauth.New(source, optional...), show)
	return r
}

func echoService(source core.Authenticator, required, optional []guard.Option) http.Handler {
	e := echo.New()
	show := func(c echo.Context) error { return c.JSON(http.StatusOK, answerOf(c.Request().Context())) }
	e.GET("/me", show, echoauth.New(source, required...))
	e.GET("/admin", show, echoauth.New(source, required...), echoauth.Require(admins()))
	e.GET("/public", show, echoauth.New(source, optional...))
	return e
}

func chiService(source core.Authenticator, required, optional []guard.Option) http.Handler {
	r := chi.NewRouter()
	show := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(answerOf(r.Context())) // the client is gone if this fails
	}
	r.With(chiauth.New(source, required...)).Get("/me", show)
	r.With(chiauth.New(source, required...), chiauth.Require(admins())).Get("/admin", show)
	r.With(chiauth.New(source, optional...)).Get("/public", show)
	return r
}

func fiberService(source core.Authenticator, required, optional []guard.Option) *fiber.App {
	app := fiber.New(fiber.Config{DisableStartupMessage: true})
	show := func(c *fiber.Ctx) error { return c.JSON(answerOf(c.UserContext())) }
	app.Get("/me", fiberauth.New(source, required...), show)
	app.Get("/admin", fiberauth.New(source, required...), fiberauth.Require(admins()), show)
	app.Get("/public", fiberauth.New(source, optional...), show)
	return app
}
