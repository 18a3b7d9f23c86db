package main

import (
	"net/http"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/guard"
	"github.com/revstackhq/auth-go/core/providers/clerk"
)

// netHTTPAPI needs no adapter.
func netHTTPAPI(source core.Authenticator, origins []string) server {
	messages := guard.Messages(sentence)
	optional := guard.Middleware(source, guard.Optional(), messages)
	guarded := guard.Middleware(source, messages)
	admin := guard.Require(admins()).Handler
	mux := http.NewServeMux()
	mux.Handle("GET /api/public", optional(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		writeJSON(w, welcome(core.UserID(r.Context())))
	})))
	mux.Handle("GET /api/profile", guarded(http.HandlerFunc(netHTTPProfile))) // and HEAD
	mux.Handle("GET /api/admin", guarded(admin(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		writeJSON(w, welcomeAdmin(core.UserID(r.Context())))
	}))))
	return httpServer(allowOrigins(origins, mux))
}

func netHTTPProfile(w http.ResponseWriter, r *http.Request) {
	claims, err := core.Claims[clerk.Claims](r.Context())
	if err != nil {
		http.Error(w, "the claims can't be read", http.StatusInternalServerError)
		return
	}
	writeJSON(w, profile{core.UserID(r.Context()), claims.SessionID, claims.OrganizationID()})
}
