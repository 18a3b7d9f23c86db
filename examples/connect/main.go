// Command connect guards Connect handlers with a Clerk instance, for clients of the
// Connect, gRPC and gRPC-Web protocols:
//
//	CLERK_ISSUER_URL=https://your-app.clerk.accounts.dev go run ./examples/connect
//
// Its handlers are made on well-known messages; a program mounts those that
// protoc-gen-connect-go generates in the same way.
package main

import (
	"context"
	"log"
	"net/http"
	"os"
	"time"

	"connectrpc.com/connect"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/revstackhq/auth-go/connectauth"
	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/guard"
	"github.com/revstackhq/auth-go/core/policy"
	"github.com/revstackhq/auth-go/core/providers/clerk"
)

// The procedures of the service.
const (
	get   = "/profile.v1.Profile/Get"
	erase = "/profile.v1.Profile/Delete"
)

func main() {
	contract, err := clerk.NewContract(clerk.Config{IssuerURL: os.Getenv("CLERK_ISSUER_URL")})
	if err != nil {
		log.Fatal(err)
	}
	log.Fatal(newServer("127.0.0.1:8080", contract).ListenAndServe())
}

func newServer(address string, contract *core.Contract) *http.Server {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	protocols.SetUnencryptedHTTP2(true) // gRPC needs HTTP/2
	return &http.Server{
		Addr:              address,
		Handler:           handlers(contract),
		Protocols:         protocols,
		ReadHeaderTimeout: 10 * time.Second,
	}
}

func handlers(contract *core.Contract) http.Handler {
	mux := http.NewServeMux()
	streams := connect.WithInterceptors(connectauth.EndStreams())
	mux.Handle(get, connect.NewUnaryHandler(get, profile, streams))
	mux.Handle(erase, connect.NewUnaryHandler(erase, deleteProfile, streams))
	return connectauth.New(contract, guard.Procedure(erase, policy.Role("org:admin")))(mux)
}

// profile is a handler: the context has the session.
func profile(ctx context.Context, _ *connect.Request[emptypb.Empty]) (*connect.Response[structpb.Struct], error) {
	claims, err := connectauth.Claims[clerk.Claims](ctx)
	if err != nil {
		return nil, err
	}
	out, err := structpb.NewStruct(map[string]any{
		"userId": connectauth.UserID(ctx), "sessionId": claims.SessionID, "organizationId": claims.OrganizationID(),
	})
	return connect.NewResponse(out), err
}

func deleteProfile(context.Context, *connect.Request[emptypb.Empty]) (*connect.Response[emptypb.Empty], error) {
	return connect.NewResponse(&emptypb.Empty{}), nil
}
