package rpctest_test

import (
	"net/http"
	"testing"

	"google.golang.org/grpc"

	"github.com/revstackhq/auth-go/connectauth"
	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/core/guard"
	"github.com/revstackhq/auth-go/grpcauth"
	"github.com/revstackhq/auth-go/internal/rpctest"
)

// BenchmarkCall compares unary calls with and without a guard, over loopback, with a
// token that was seen before.
func BenchmarkCall(b *testing.B) {
	issuer := authtest.NewIssuer(b)
	g := guard.Must("rpctest", issuer.Contract())
	interceptors := []grpc.ServerOption{grpc.UnaryInterceptor(grpcauth.Unary(g))}
	service := new(rpctest.Service)
	connectURL := func(h http.Handler) connectClient {
		return connectClient{http: httpClient(b, nil), url: "http://" + serveHTTP(b, h, nil)}
	}
	for _, c := range []struct {
		name string
		client
	}{
		{"gRPC/plain", newGRPCClient(b, serveGRPC(b, service), nil)},
		{"gRPC/guarded", newGRPCClient(b, serveGRPC(b, service, grpcauth.Guard(g)...), nil)},
		{"gRPC/guarded without tap", newGRPCClient(b, serveGRPC(b, service, interceptors...), nil)},
		{"Connect/plain", connectURL(service.Handler())},
		{"Connect/guarded", connectURL(connectauth.Guard(g)(service.Handler()))},
	} {
		fields := bearer(issuer.Token(nil))
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if o := c.call(b.Context(), rpctest.Unary, fields, "hello"); o.code != 0 {
					b.Fatal(o)
				}
			}
		})
	}
}
