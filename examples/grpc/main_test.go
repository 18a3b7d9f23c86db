package main

import (
	"context"
	"net"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/core/providers/clerk"
	"github.com/revstackhq/auth-go/core/providers/clerk/clerktest"
)

func TestServer(t *testing.T) {
	issuer := authtest.NewIssuer(t)
	contract, err := clerk.NewContract(clerk.Config{
		IssuerURL: issuer.URL(), AuthorizedParties: []string{"https://app.example"},
	})
	if err != nil {
		t.Fatal(err)
	}
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := newServer(contract)
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(server.Stop)
	conn, err := grpc.NewClient(listener.Addr().String(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })

	if _, err := healthpb.NewHealthClient(conn).Check(t.Context(), &healthpb.HealthCheckRequest{}); err != nil {
		t.Errorf("the health service needs no token: %v", err)
	}
	call := func(ctx context.Context, name string) (*structpb.Struct, codes.Code) {
		out := new(structpb.Struct)
		err := conn.Invoke(ctx, "/profile.v1.Profile/"+name, new(emptypb.Empty), out)
		return out, status.Code(err)
	}
	if _, code := call(t.Context(), "Get"); code != codes.Unauthenticated {
		t.Errorf("without a token: %v", code)
	}
	token := clerktest.SessionToken(issuer, clerktest.Token{
		AuthorizedParty: "https://app.example", UserID: "user_1", SessionID: "sess_1",
	})
	ctx := metadata.AppendToOutgoingContext(t.Context(), "authorization", "Bearer "+token)
	out, code := call(ctx, "Get")
	if got := out.AsMap(); code != codes.OK || got["userId"] != "user_1" || got["sessionId"] != "sess_1" {
		t.Errorf("with a token: %v %v", code, got)
	}
	if _, code := call(ctx, "Delete"); code != codes.PermissionDenied {
		t.Errorf("without the role: %v", code)
	}
}
