package crosstest

import (
	"net/http"
	"net/url"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/adaptertest"
	"github.com/revstackhq/auth-go/core/guard"
)

// startHTTP serves the suite's routes with net/http alone: guard.Middleware around
// the handlers of an http.ServeMux.
func startHTTP(cfg adaptertest.Config) (*adaptertest.Server, error) {
	report := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		session, ok := core.FromContext(r.Context())
		claims, err := core.Claims[adaptertest.Claims](r.Context())
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(cfg.Report(r.Context(), r.Pattern, core.UserID(r.Context()), session, ok, claims, err))
	})
	g := guard.Must("guard", cfg.Source, cfg.Options...)
	guarded := guard.Middleware(cfg.Source, cfg.Options...)
	inner := guard.Middleware(cfg.Source, cfg.InnerOptions...)
	required := guard.Require(cfg.Policies...).Handler

	mux := http.NewServeMux()
	if path := g.MetadataPath(); path != "" {
		mux.Handle((&url.URL{Path: path}).EscapedPath(), g.MetadataHandler())
	}
	mux.Handle(adaptertest.PathPublic, report)
	mux.Handle(adaptertest.PathUnguarded, required(report))
	mux.Handle(adaptertest.PathPrivate, guarded(report))
	mux.Handle(adaptertest.PathItem+"{id}", guarded(report))
	mux.Handle(adaptertest.PathFiles+"{path...}", guarded(report))
	mux.Handle(adaptertest.PathRequire, guarded(required(report)))
	mux.Handle(adaptertest.PathTwice, guarded(inner(report)))
	mux.Handle(adaptertest.PathPanic, recovered(guarded(http.HandlerFunc(
		func(http.ResponseWriter, *http.Request) { panic("the handler panics") },
	))))
	mux.Handle(adaptertest.PathStream, guarded(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		cfg.Ran(adaptertest.PathStream)
		w.Header().Set("Content-Type", "text/plain")
		for n := range 3 {
			_, _ = w.Write([]byte(adaptertest.StreamLine(core.UserID(r.Context()), n)))
			_ = http.NewResponseController(w).Flush()
		}
	})))
	return cfg.Serve(mux)
}

// recovered answers 500 after a panic, as a program's own middleware does.
func recovered(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			if recover() != nil {
				w.WriteHeader(http.StatusInternalServerError)
			}
		}()
		next.ServeHTTP(w, r)
	})
}
