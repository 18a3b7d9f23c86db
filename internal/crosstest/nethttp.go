package crosstest

import (
	"github.com/revstackhq/auth-go/core/adaptertest"
	"github.com/revstackhq/auth-go/core/guard"
)

// startHTTP serves the suite's routes with net/http alone: guard.Middleware around
// the handlers of an http.ServeMux.
func startHTTP(cfg adaptertest.Config) (*adaptertest.Server, error) {
	g := guard.Must("guard", cfg.Source, cfg.Options...)
	return cfg.ServeMux(g, guard.Middleware(cfg.Source, cfg.Options...), guard.Middleware(cfg.Source, cfg.InnerOptions...))
}
