package grpcauth_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/health"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/core/guard"
	"github.com/revstackhq/auth-go/core/policy"
	"github.com/revstackhq/auth-go/grpcauth"
)

// show calls the health service of a server, which stands for any other, and prints the
// outcome.
func show(token string, opts ...grpc.ServerOption) {
	listener, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	server := grpc.NewServer(opts...)
	healthpb.RegisterHealthServer(server, health.NewServer())
	go func() { _ = server.Serve(listener) }()
	defer server.Stop()
	conn, err := grpc.NewClient(listener.Addr().String(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	ctx := context.Background()
	if token != "" {
		ctx = metadata.AppendToOutgoingContext(ctx, "authorization", "Bearer "+token)
	}
	_, err = healthpb.NewHealthClient(conn).Check(ctx, &healthpb.HealthCheckRequest{})
	fmt.Printf("%v %q\n", status.Code(err), status.Convert(err).Message())
}

func issuer() *authtest.Issuer {
	issuer, err := authtest.StartIssuer(authtest.Config{})
	if err != nil {
		log.Fatal(err)
	}
	return issuer
}

func ExampleNew() {
	issuer := issuer()
	defer func() { _ = issuer.Close() }()

	show("", grpcauth.New(issuer.Contract())...)
	show(issuer.Token(nil), grpcauth.New(issuer.Contract())...)
	show("", grpcauth.New(issuer.Contract(), guard.SkipPaths(grpcauth.Health))...)
	// Output:
	// Unauthenticated "Sign in to continue."
	// OK ""
	// OK ""
}

func ExampleGuard() {
	issuer := issuer()
	defer func() { _ = issuer.Close() }()

	g, err := guard.New(issuer.Contract(), guard.Procedure("/grpc.health.v1.Health/Check", policy.Role("admin")))
	if err != nil {
		log.Fatal(err)
	}
	show(issuer.Token(nil), grpcauth.Guard(g)...)
	// Output: PermissionDenied "You are not allowed to do this."
}

func ExampleUserID() {
	issuer := issuer()
	defer func() { _ = issuer.Close() }()

	hello := func(ctx context.Context, r any, _ *grpc.UnaryServerInfo, next grpc.UnaryHandler) (any, error) {
		fmt.Println("hello,", grpcauth.UserID(ctx))
		return next(ctx, r)
	}
	show(issuer.Token(nil), append(grpcauth.New(issuer.Contract()), grpc.ChainUnaryInterceptor(hello))...)
	// Output:
	// hello, user_1
	// OK ""
}

func ExampleSession() {
	ctx := authtest.Context(context.Background(), "user_1", nil)
	session, ok := grpcauth.Session(ctx)
	fmt.Println(ok, session.UserID())
	// Output: true user_1
}

func ExampleClaims() {
	ctx := authtest.Context(context.Background(), "user_1", map[string]any{"plan": "pro"})
	claims, err := grpcauth.Claims[struct {
		Plan string `json:"plan"`
	}](ctx)
	fmt.Println(claims.Plan, err)
	_, err = grpcauth.Claims[struct{}](context.Background())
	fmt.Println(errors.Is(err, core.ErrNoSession))
	// Output:
	// pro <nil>
	// true
}

func ExampleRequire() {
	ctx := authtest.Context(context.Background(), "user_1", map[string]any{"scope": "read"})
	fmt.Println(grpcauth.Require(ctx))
	fmt.Println(status.Code(grpcauth.Require(ctx, policy.Scope("write"))))
	// Output:
	// <nil>
	// PermissionDenied
}
