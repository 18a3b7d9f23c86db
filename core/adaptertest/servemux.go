package adaptertest

import (
	"net/http"
	"net/url"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/guard"
)

// ServeMux serves the suite's routes with an [http.ServeMux] on loopback, for an adapter that is middleware of
// net/http. guarded is the middleware with c.Options, as is g, whose metadata is served; inner has c.InnerOptions.
func (c Config) ServeMux(g *guard.Guard, guarded, inner func(http.Handler) http.Handler) (*Server, error) {
	report := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		session, ok := core.FromContext(r.Context())
		claims, err := core.Claims[Claims](r.Context())
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(c.Report(r.Context(), r.Pattern, core.UserID(r.Context()), session, ok, claims, err))
	})
	required := guard.Require(c.Policies...).Handler
	mux := http.NewServeMux()
	if path := g.MetadataPath(); path != "" {
		mux.Handle((&url.URL{Path: path}).EscapedPath(), g.MetadataHandler())
	}
	mux.Handle(PathPublic, report)
	mux.Handle(PathUnguarded, required(report))
	mux.Handle(PathPrivate, guarded(report))
	mux.Handle(PathItem+"{id}", guarded(report))
	mux.Handle(PathFiles+"{path...}", guarded(report))
	mux.Handle(PathRequire, guarded(required(report)))
	mux.Handle(PathTwice, guarded(inner(report)))
	mux.Handle(PathPanic, recovered(guarded(http.HandlerFunc(
		func(http.ResponseWriter, *http.Request) { panic("the handler panics") },
	))))
	mux.Handle(PathStream, guarded(http.HandlerFunc(c.stream)))
	return c.Serve(mux)
}

// stream is the handler of PathStream.
func (c Config) stream(w http.ResponseWriter, r *http.Request) {
	c.Ran(PathStream)
	w.Header().Set("Content-Type", "text/plain")
	for n := range 3 {
		_, _ = w.Write([]byte(StreamLine(core.UserID(r.Context()), n)))
		_ = http.NewResponseController(w).Flush()
	}
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
