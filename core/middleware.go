package core

import "net/http"

// Middleware guards net/http handlers, and those of every router that is built
// on them. It panics on a nil or zero contract and on an invalid option; use
// [NewGuard] and [Guard.Handler] to get an error instead.
func Middleware(source Source, opts ...Option) func(http.Handler) http.Handler {
	return MustGuard("core", source, opts...).Handler
}

// Handler runs next with the session in its request's context, or answers with
// the rejection.
func (g *Guard) Handler(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, rejection := g.Enter(r.Context(), HTTPRequest(r))
		if rejection != nil {
			rejection.ServeHTTP(w, r)
			return
		}
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// Handler runs next if the session meets the requirement.
func (q *Requirement) Handler(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if rejection := q.Check(r.Context(), HTTPRequest(r)); rejection != nil {
			rejection.ServeHTTP(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}
