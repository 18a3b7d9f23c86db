package protocols

import (
	"context"
	"net"
	"net/http"
	"strings"

	"connectrpc.com/connect"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/revstackhq/auth-go/connectauth"
	"github.com/revstackhq/auth-go/grpcauth"
	"github.com/revstackhq/auth-go/internal/crosstest/adapters"
)

// GRPC returns a function that serves [Procedure] with grpc-go, and one that stops it. It does not use the route's
// path.
func GRPC(r adapters.Route) (serve func(net.Listener) error, shutdown func() error) {
	service, method, _ := strings.Cut(Procedure[1:], "/")
	server := grpc.NewServer(grpcauth.New(r.Source, r.Options...)...)
	server.RegisterService(&grpc.ServiceDesc{
		ServiceName: service,
		HandlerType: (*any)(nil),
		Methods:     []grpc.MethodDesc{{MethodName: method, Handler: who(r).get}},
	}, nil)
	return server.Serve, func() error { server.Stop(); return nil }
}

// who is the gRPC service for a route.
type who adapters.Route

func (w who) get(
	srv any, ctx context.Context, decode func(any) error, around grpc.UnaryServerInterceptor, //nolint:revive // grpc's
) (any, error) {
	in := new(Message)
	if err := decode(in); err != nil {
		return nil, err
	}
	handler := func(ctx context.Context, _ any) (any, error) {
		text, err := answer(ctx, adapters.Route(w), func() string { return grpcauth.UserID(ctx) })
		return wrapperspb.String(text), err
	}
	if around == nil {
		return handler(ctx, in)
	}
	return around(ctx, in, &grpc.UnaryServerInfo{Server: srv, FullMethod: Procedure}, handler)
}

// Connect returns a function that serves [Procedure] with connect-go over HTTP/1.1, and one that stops it. It does
// not use the route's path.
func Connect(r adapters.Route) (serve func(net.Listener) error, shutdown func() error) {
	handler := connect.NewUnaryHandler(Procedure,
		func(ctx context.Context, _ *connect.Request[Message]) (*connect.Response[Message], error) {
			text, err := answer(ctx, r, func() string { return connectauth.UserID(ctx) })
			return connect.NewResponse(wrapperspb.String(text)), err
		})
	mux := http.NewServeMux()
	mux.Handle(Procedure, connectauth.New(r.Source, r.Options...)(handler))
	return adapters.HTTP(mux)
}
