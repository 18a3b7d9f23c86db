package crosstest_test

import (
	"net"
	"net/http"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/cors"

	"github.com/revstackhq/auth-go/chiauth"
	"github.com/revstackhq/auth-go/core/policy"
	"github.com/revstackhq/auth-go/internal/crosstest/adapters"
)

func surfaceChi(s *surface) (serve func(net.Listener) error, stop func() error) {
	r := chi.NewRouter()
	r.Use(cors.Handler(cors.Options{
		AllowedOrigins: []string{page},
		AllowedHeaders: []string{"Authorization"},
		ExposedHeaders: []string{"WWW-Authenticate"},
	}))
	chiauth.Metadata(r, s.guard)
	r.Group(func(r chi.Router) {
		r.Use(chiauth.Guard(s.guard))
		r.With(chiauth.Require(policy.Scope(scopeMCP))).Get(pathMCP, func(w http.ResponseWriter, r *http.Request) {
			_, _ = w.Write([]byte(chiauth.UserID(r.Context())))
		})
		r.Get(pathSocket, socket)
		r.Get(pathEvents, s.events)
	})
	return adapters.HTTP(r)
}
