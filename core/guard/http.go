package guard

import (
	"net/http"

	"github.com/revstackhq/auth-go/core"
)

// Middleware returns a middleware that guards net/http handlers, and those of
// every router that is built on net/http. It panics on a nil or zero source and
// on an invalid option; use [New] and [Guard.Handler] to get an error instead.
func Middleware(source core.Authenticator, opts ...Option) func(http.Handler) http.Handler {
	return Must("guard", source, opts...).Handler
}

// Handler returns a handler that runs next with the session in the request's
// context, or answers with the rejection.
func (g *Guard) Handler(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, rejection := g.Enter(r.Context(), HTTPExchange(w.Header(), r))
		if rejection != nil {
			rejection.ServeHTTP(w, r)
			return
		}
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// Handler returns a handler that runs next if the session meets the requirement,
// or answers with the rejection.
func (q *Requirement) Handler(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if rejection := q.Check(r.Context(), HTTPExchange(w.Header(), r)); rejection != nil {
			rejection.ServeHTTP(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}
