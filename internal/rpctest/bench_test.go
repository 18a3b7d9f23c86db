package rpctest_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/tap"

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

// BenchmarkGuard measures what a guard adds to a call in the server, without the network.
func BenchmarkGuard(b *testing.B) {
	issuer := authtest.NewIssuer(b)
	g := guard.Must("rpctest", issuer.Contract())
	token := "Bearer " + issuer.Token(nil)
	ctx := metadata.NewIncomingContext(b.Context(), metadata.Pairs("authorization", token, ":authority", "localhost"))
	info := &grpc.UnaryServerInfo{FullMethod: rpctest.Unary}
	unary, early := grpcauth.Unary(g), grpcauth.Tap(g)
	handler := func(context.Context, any) (any, error) { return nil, nil }
	b.Run("gRPC interceptor", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := unary(ctx, nil, info, handler); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("gRPC tap and interceptor", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			tapped, err := early(ctx, &tap.Info{FullMethodName: rpctest.Unary})
			if err == nil {
				_, err = unary(tapped, nil, info, handler)
			}
			if err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("Connect middleware", func(b *testing.B) {
		h := connectauth.Guard(g)(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
		r := httptest.NewRequestWithContext(b.Context(), http.MethodPost, rpctest.Unary, http.NoBody)
		r.Header.Set("Authorization", token)
		r.Header.Set("Content-Type", "application/proto")
		w := httptest.NewRecorder()
		b.ReportAllocs()
		for b.Loop() {
			h.ServeHTTP(w, r)
		}
		if w.Code != http.StatusOK {
			b.Fatal(w.Code)
		}
	})
}
