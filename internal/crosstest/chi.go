package crosstest

import (
	"net/http"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"

	"github.com/revstackhq/auth-go/chiauth"
	"github.com/revstackhq/auth-go/core/adaptertest"
	"github.com/revstackhq/auth-go/core/guard"
)

// startChi serves the suite's routes with chi.
func startChi(cfg adaptertest.Config) (*adaptertest.Server, error) {
	return serveChi(cfg, chi.NewRouter())
}

// chiRouters are the settings that change which paths match.
func chiRouters() map[string]func(adaptertest.Config) (*adaptertest.Server, error) {
	with := func(middlewares ...func(http.Handler) http.Handler) func(adaptertest.Config) (*adaptertest.Server, error) {
		return func(cfg adaptertest.Config) (*adaptertest.Server, error) {
			r := chi.NewRouter()
			r.Use(middlewares...)
			return serveChi(cfg, r)
		}
	}
	return map[string]func(adaptertest.Config) (*adaptertest.Server, error){
		"CleanPath":    with(middleware.CleanPath),
		"StripSlashes": with(middleware.StripSlashes),
	}
}

func serveChi(cfg adaptertest.Config, r chi.Router) (*adaptertest.Server, error) {
	r.Use(func(next http.Handler) http.Handler { // chi's Recoverer, without its log
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			defer func() {
				if recover() != nil {
					w.WriteHeader(http.StatusInternalServerError)
				}
			}()
			next.ServeHTTP(w, r)
		})
	})
	report := func(w http.ResponseWriter, r *http.Request) {
		session, ok := chiauth.Session(r.Context())
		claims, err := chiauth.Claims[adaptertest.Claims](r.Context())
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(cfg.Report(r.Context(), r.URL.Path, chiauth.UserID(r.Context()), session, ok, claims, err))
	}
	g := guard.Must("chiauth", cfg.Source, cfg.Options...)
	if g.MetadataPath() != "" {
		chiauth.Metadata(r, g)
	}
	r.HandleFunc(adaptertest.PathPublic, report)
	r.With(chiauth.Require(cfg.Policies...)).HandleFunc(adaptertest.PathUnguarded, report)
	r.Group(func(r chi.Router) {
		r.Use(chiauth.New(cfg.Source, cfg.Options...))
		r.HandleFunc(adaptertest.PathPrivate, report)
		r.HandleFunc(adaptertest.PathItem+"{id}", report)
		r.HandleFunc(adaptertest.PathFiles+"*", report)
		r.With(chiauth.Require(cfg.Policies...)).HandleFunc(adaptertest.PathRequire, report)
		r.With(chiauth.New(cfg.Source, cfg.InnerOptions...)).HandleFunc(adaptertest.PathTwice, report)
		r.HandleFunc(adaptertest.PathPanic, func(http.ResponseWriter, *http.Request) { panic("the handler's own fault") })
		r.HandleFunc(adaptertest.PathStream, func(w http.ResponseWriter, r *http.Request) {
			cfg.Ran(adaptertest.PathStream)
			w.Header().Set("Content-Type", "text/plain")
			for n := range 3 {
				_, _ = w.Write([]byte(adaptertest.StreamLine(chiauth.UserID(r.Context()), n)))
				_ = http.NewResponseController(w).Flush()
			}
		})
	})
	return cfg.Serve(r)
}
