// Command huma serves an API whose OpenAPI document and guard use the same policies: an
// operation can't document one scope and enforce another.
//
//	API_ISSUER=https://login.example.com API_AUDIENCE=https://api.example.com go run ./examples/huma
//
// The document is at http://127.0.0.1:8080/openapi.json.
package main

import (
	"context"
	"log"
	"net/http"
	"os"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/policy"
	"github.com/revstackhq/auth-go/core/providers/oidc"
)

func main() {
	issuer := os.Getenv("API_ISSUER")
	contract, err := oidc.NewContract(oidc.Config{Issuer: issuer, Audience: core.Strings{os.Getenv("API_AUDIENCE")}})
	if err != nil {
		log.Fatal(err)
	}
	handler, err := routes(contract, issuer)
	if err != nil {
		log.Fatal(err)
	}
	server := &http.Server{Addr: "127.0.0.1:8080", Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	log.Fatal(server.ListenAndServe())
}

type note struct {
	Body struct {
		User string `json:"user"`
		ID   string `json:"id,omitempty"`
	}
}

type byID struct {
	ID string `path:"id"`
}

func routes(contract *core.Contract, issuer string) (http.Handler, error) {
	mux := http.NewServeMux()
	api := humago.New(mux, huma.DefaultConfig("Notes", "1.0.0"))
	secured, err := secure(api, contract, issuer)
	if err != nil {
		return nil, err
	}
	huma.Register(api, secured.operation("list-notes", http.MethodGet, "/notes", policy.Scope("notes:read")),
		func(ctx context.Context, _ *struct{}) (*note, error) { return noteOf(ctx, ""), nil })
	huma.Register(api, secured.operation("edit-note", http.MethodPut, "/notes/{id}",
		policy.All(policy.Scope("notes:read"), policy.AnyScope("notes:write", "notes:admin"))),
		func(ctx context.Context, in *byID) (*note, error) { return noteOf(ctx, in.ID), nil })
	huma.Register(api, secured.operation("delete-note", http.MethodDelete, "/notes/{id}",
		policy.All(policy.Scope("notes:admin"), policy.Role("editor"), policy.FreshWithin(time.Hour))),
		func(ctx context.Context, in *byID) (*note, error) { return noteOf(ctx, in.ID), nil })
	return mux, nil
}

func noteOf(ctx context.Context, id string) *note {
	var n note
	n.Body.User, n.Body.ID = core.UserID(ctx), id
	return &n
}
