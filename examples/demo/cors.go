package main

import (
	"net/http"
	"slices"
)

// What a page may send to the API, and read of its answers.
const (
	allowedHeaders = "Authorization"
	exposedHeaders = "WWW-Authenticate, Retry-After"
)

// allowOrigins lets pages of these origins call next. It runs before the
// guards: a preflight carries no token, and a page must be able to read a 401.
func allowOrigins(origins []string, next http.Handler) http.Handler {
	if len(origins) == 0 {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		origin := r.Header.Get("Origin")
		h := w.Header()
		h.Add("Vary", "Origin")
		if slices.Contains(origins, origin) {
			h.Set("Access-Control-Allow-Origin", origin)
			h.Set("Access-Control-Expose-Headers", exposedHeaders)
		}
		if r.Method == http.MethodOptions && r.Header.Get("Access-Control-Request-Method") != "" {
			h.Set("Access-Control-Allow-Headers", allowedHeaders)
			w.WriteHeader(http.StatusNoContent)
			return
		}
		next.ServeHTTP(w, r)
	})
}
