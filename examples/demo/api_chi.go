package main

import (
	"encoding/json"
	"net/http"

	"github.com/go-chi/chi/v5"

	"github.com/revstackhq/auth-go/chiauth"
	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/guard"
	"github.com/revstackhq/auth-go/core/providers/clerk"
)

func chiAPI(source core.Authenticator, origins []string) server {
	messages := guard.Messages(sentence)
	r := chi.NewRouter()
	r.With(chiauth.New(source, guard.Optional(), messages)).
		Get("/api/public", func(w http.ResponseWriter, r *http.Request) {
			writeJSON(w, welcome(chiauth.UserID(r.Context())))
		})
	api := r.With(chiauth.New(source, messages))
	api.Get("/api/profile", chiProfile)
	api.Head("/api/profile", chiProfile)
	api.With(chiauth.Require(admins())).Get("/api/admin", func(w http.ResponseWriter, r *http.Request) {
		writeJSON(w, welcomeAdmin(chiauth.UserID(r.Context())))
	})
	return httpServer(allowOrigins(origins, r))
}

func chiProfile(w http.ResponseWriter, r *http.Request) {
	claims, err := chiauth.Claims[clerk.Claims](r.Context())
	if err != nil {
		http.Error(w, "the claims can't be read", http.StatusInternalServerError)
		return
	}
	writeJSON(w, profile{chiauth.UserID(r.Context()), claims.SessionID, claims.OrganizationID()})
}

func writeJSON(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v) // the client is gone if this fails
}
