package crosstest

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/adaptertest"
	"github.com/revstackhq/auth-go/ginauth"
)

// startGin serves the suite's routes with gin.
func startGin(cfg adaptertest.Config) (*adaptertest.Server, error) {
	gin.SetMode(gin.ReleaseMode)
	r := gin.New()
	r.Use(gin.CustomRecoveryWithWriter(nil, func(c *gin.Context, _ any) { c.AbortWithStatus(http.StatusInternalServerError) }))
	r.Use(func(c *gin.Context) {
		c.Next()
		for _, err := range c.Errors {
			cfg.SawError(err)
		}
		if cfg.OwnErrors && len(c.Errors) > 0 {
			c.String(http.StatusTeapot, "teapot")
		}
	})
	report := func(c *gin.Context) {
		session, ok := ginauth.Session(c)
		claims, err := ginauth.Claims[adaptertest.Claims](c)
		c.Data(http.StatusOK, "application/json", cfg.Report(c.Request.Context(), c.FullPath(), ginauth.UserID(c), session, ok, claims, err))
	}
	guard := core.MustGuard("ginauth", cfg.Source, cfg.Options...)
	if path := guard.MetadataPath(); path != "" {
		r.Any(path, ginauth.Metadata(guard))
	}
	r.Any(adaptertest.PathPublic, report)
	r.Any(adaptertest.PathUnguarded, ginauth.Require(cfg.Policies...), report)
	private := r.Group("", ginauth.New(cfg.Source, cfg.Options...))
	private.Any(adaptertest.PathPrivate, report)
	private.Any(adaptertest.PathRequire, ginauth.Require(cfg.Policies...), report)
	private.Group("", ginauth.New(cfg.Source, cfg.InnerOptions...)).Any(adaptertest.PathTwice, report)
	private.Any(adaptertest.PathPanic, func(*gin.Context) { panic("the handler's own fault") })
	private.Any(adaptertest.PathStream, func(c *gin.Context) {
		cfg.Ran(adaptertest.PathStream)
		c.Header("Content-Type", "text/plain")
		for n := range 3 {
			_, _ = c.Writer.WriteString(adaptertest.StreamLine(ginauth.UserID(c), n))
			c.Writer.Flush()
		}
	})
	return adaptertest.Serve(r)
}
