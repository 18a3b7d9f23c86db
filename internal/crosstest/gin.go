package crosstest

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/revstackhq/auth-go/core/adaptertest"
	"github.com/revstackhq/auth-go/core/guard"
	"github.com/revstackhq/auth-go/ginauth"
)

// startGin serves the suite's routes with gin.
func startGin(cfg adaptertest.Config) (*adaptertest.Server, error) { return serveGin(cfg, newGin()) }

// ginRouters are the settings that change which paths match.
func ginRouters() map[string]func(adaptertest.Config) (*adaptertest.Server, error) {
	with := func(options ...gin.OptionFunc) func(adaptertest.Config) (*adaptertest.Server, error) {
		return func(cfg adaptertest.Config) (*adaptertest.Server, error) { return serveGin(cfg, newGin(options...)) }
	}
	raw := func(r *gin.Engine) { r.UseRawPath = true }
	extra := func(r *gin.Engine) { r.RemoveExtraSlash = true }
	fixed := func(r *gin.Engine) { r.RedirectFixedPath = true }
	kept := func(r *gin.Engine) { r.UnescapePathValues = false }
	return map[string]func(adaptertest.Config) (*adaptertest.Server, error){
		"UseRawPath":                       with(raw),
		"UseRawPath, raw values":           with(raw, kept),
		"RemoveExtraSlash":                 with(extra),
		"RemoveExtraSlash and UseRawPath":  with(extra, raw),
		"RedirectFixedPath and UseRawPath": with(fixed, raw),
	}
}

func newGin(options ...gin.OptionFunc) *gin.Engine {
	gin.SetMode(gin.ReleaseMode)
	return gin.New(options...)
}

func serveGin(cfg adaptertest.Config, r *gin.Engine) (*adaptertest.Server, error) {
	r.Use(
		gin.CustomRecoveryWithWriter(nil, func(c *gin.Context, _ any) { c.AbortWithStatus(http.StatusInternalServerError) }),
	)
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
		c.Data(
			http.StatusOK,
			"application/json",
			cfg.Report(c.Request.Context(), c.FullPath(), ginauth.UserID(c), session, ok, claims, err),
		)
	}
	g := guard.Must("ginauth", cfg.Source, cfg.Options...)
	if path := g.MetadataPath(); path != "" {
		r.Any(path, ginauth.Metadata(g))
	}
	r.Any(adaptertest.PathPublic, report)
	r.Any(adaptertest.PathUnguarded, ginauth.Require(cfg.Policies...), report)
	private := r.Group("", ginauth.New(cfg.Source, cfg.Options...))
	private.Any(adaptertest.PathPrivate, report)
	private.Any(adaptertest.PathItem+":id", report)
	private.Any(adaptertest.PathFiles+"*path", report)
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
	return cfg.Serve(r)
}
