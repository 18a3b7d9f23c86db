// Command grpc guards one method of a gRPC server with a Clerk instance, and leaves the
// health service open:
//
//	CLERK_ISSUER_URL=https://your-app.clerk.accounts.dev go run ./examples/grpc
//
// Its service is written by hand on well-known messages; a program registers the one
// that protoc generates in the same way.
package main

import (
	"context"
	"log"
	"net"
	"os"

	"google.golang.org/grpc"
	"google.golang.org/grpc/health"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/guard"
	"github.com/revstackhq/auth-go/core/policy"
	"github.com/revstackhq/auth-go/core/providers/clerk"
	"github.com/revstackhq/auth-go/grpcauth"
)

func main() {
	contract, err := clerk.NewContract(clerk.Config{IssuerURL: os.Getenv("CLERK_ISSUER_URL")})
	if err != nil {
		log.Fatal(err)
	}
	listener, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:8080")
	if err != nil {
		log.Fatal(err)
	}
	log.Fatal(newServer(contract).Serve(listener))
}

func newServer(contract *core.Contract) *grpc.Server {
	server := grpc.NewServer(append(
		grpcauth.New(contract,
			guard.SkipPaths(grpcauth.Health),
			guard.Procedure("/profile.v1.Profile/Delete", policy.Role("org:admin")),
		),
		grpc.ChainStreamInterceptor(grpcauth.EndStreams()),
	)...)
	healthpb.RegisterHealthServer(server, health.NewServer())
	server.RegisterService(&grpc.ServiceDesc{
		ServiceName: "profile.v1.Profile",
		Methods: []grpc.MethodDesc{
			method("Get", profile),
			method("Delete", func(context.Context) (*structpb.Struct, error) { return &structpb.Struct{}, nil }),
		},
	}, nil)
	return server
}

// profile is the handler: the context has the session.
func profile(ctx context.Context) (*structpb.Struct, error) {
	claims, err := grpcauth.Claims[clerk.Claims](ctx)
	if err != nil {
		return nil, err
	}
	return structpb.NewStruct(map[string]any{
		"userId": grpcauth.UserID(ctx), "sessionId": claims.SessionID, "organizationId": claims.OrganizationID(),
	})
}

// method describes a method without parameters, as generated code does.
func method(name string, handle func(context.Context) (*structpb.Struct, error)) grpc.MethodDesc {
	return grpc.MethodDesc{MethodName: name, Handler: func(
		_ any, ctx context.Context, decode func(any) error, around grpc.UnaryServerInterceptor,
	) (any, error) {
		in := new(emptypb.Empty)
		if err := decode(in); err != nil {
			return nil, err
		}
		info := &grpc.UnaryServerInfo{FullMethod: "/profile.v1.Profile/" + name}
		return around(ctx, in, info, func(ctx context.Context, _ any) (any, error) { return handle(ctx) })
	}}
}
