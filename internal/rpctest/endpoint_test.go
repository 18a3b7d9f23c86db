package rpctest_test

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"connectrpc.com/connect"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"

	"github.com/revstackhq/auth-go/connectauth"
	"github.com/revstackhq/auth-go/core/guard"
	"github.com/revstackhq/auth-go/grpcauth"
	"github.com/revstackhq/auth-go/internal/rpctest"
)

// endpoint is a server of the service and a client for it.
type endpoint struct {
	name string
	tap  bool // the server may reject a call before it can set a trailer
	client
}

// startEndpoints starts the service behind a guard, with a client for every protocol and
// library that the modules support, until the test ends.
func startEndpoints(tb testing.TB, g *guard.Guard) ([]endpoint, *rpctest.Service) {
	tb.Helper()
	service := new(rpctest.Service)
	certificate := newCertificate(tb)
	h := connectauth.Guard(g)(service.Handler(connect.WithInterceptors(connectauth.EndStreams())))
	h2c, h2 := serveHTTP(tb, h, nil), serveHTTP(tb, h, certificate.server())
	plain := serveGRPC(tb, service, grpcOptions(g)...)
	encrypted := grpc.Creds(credentials.NewTLS(certificate.server()))
	secure := serveGRPC(tb, service, append(grpcOptions(g), encrypted)...)
	var endpoints []endpoint
	for _, protocol := range []struct {
		name string
		opts []connect.ClientOption
	}{
		{"Connect", nil},
		{"Connect, JSON", []connect.ClientOption{connect.WithProtoJSON()}},
		{"Connect, GET", []connect.ClientOption{
			connect.WithHTTPGet(), connect.WithIdempotency(connect.IdempotencyNoSideEffects),
		}},
		{"gRPC", []connect.ClientOption{connect.WithGRPC()}},
		{"gRPC-Web", []connect.ClientOption{connect.WithGRPCWeb()}},
		{"gRPC-Web, JSON", []connect.ClientOption{connect.WithGRPCWeb(), connect.WithProtoJSON()}},
	} {
		endpoints = append(endpoints,
			endpoint{
				"connectauth, " + protocol.name, false,
				connectClient{httpClient(tb, nil), "http://" + h2c, protocol.opts},
			},
			endpoint{
				"connectauth, " + protocol.name + ", TLS", false,
				connectClient{httpClient(tb, certificate.client()), "https://" + h2, protocol.opts},
			},
		)
	}
	viaGRPC := []connect.ClientOption{connect.WithGRPC()}
	return append(endpoints,
		endpoint{"connectauth, grpc-go", false, newGRPCClient(tb, h2c, nil)},
		endpoint{"connectauth, grpc-go, TLS", false, newGRPCClient(tb, h2, certificate.client())},
		endpoint{"grpcauth, grpc-go", true, newGRPCClient(tb, plain, nil)},
		endpoint{"grpcauth, grpc-go, TLS", true, newGRPCClient(tb, secure, certificate.client())},
		endpoint{"grpcauth, connect-go", true, connectClient{httpClient(tb, nil), "http://" + plain, viaGRPC}},
	), service
}

func grpcOptions(g *guard.Guard) []grpc.ServerOption {
	return append(grpcauth.Guard(g), grpc.ChainStreamInterceptor(grpcauth.EndStreams()))
}

// serveGRPC serves the service and returns the address.
func serveGRPC(tb testing.TB, service *rpctest.Service, opts ...grpc.ServerOption) string {
	tb.Helper()
	listener := listen(tb)
	server := grpc.NewServer(opts...)
	service.Register(server)
	go func() { _ = server.Serve(listener) }()
	tb.Cleanup(server.Stop)
	return listener.Addr().String()
}

// serveHTTP serves h over HTTP/1.1 and HTTP/2, with TLS if config is not nil, and
// returns the address.
func serveHTTP(tb testing.TB, h http.Handler, config *tls.Config) string {
	tb.Helper()
	listener := listen(tb)
	server := &http.Server{Handler: h, ReadHeaderTimeout: time.Minute, Protocols: new(http.Protocols)}
	server.Protocols.SetHTTP1(true)
	if config == nil {
		server.Protocols.SetUnencryptedHTTP2(true)
		go func() { _ = server.Serve(listener) }()
	} else {
		server.Protocols.SetHTTP2(true)
		server.TLSConfig = config
		go func() { _ = server.ServeTLS(listener, "", "") }()
	}
	tb.Cleanup(func() { _ = server.Close() })
	return listener.Addr().String()
}

func listen(tb testing.TB) net.Listener {
	tb.Helper()
	listener, err := (&net.ListenConfig{}).Listen(tb.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	return listener
}

// httpClient returns a client of HTTP/2, with TLS if config is not nil.
func httpClient(tb testing.TB, config *tls.Config) *http.Client {
	tb.Helper()
	transport := &http.Transport{Protocols: new(http.Protocols), TLSClientConfig: config}
	if config == nil {
		transport.Protocols.SetUnencryptedHTTP2(true)
	} else {
		transport.Protocols.SetHTTP2(true)
	}
	tb.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

// testCertificate is one for 127.0.0.1, for servers and clients.
type testCertificate struct {
	pair tls.Certificate
	pool *x509.CertPool
}

func newCertificate(tb testing.TB) *testCertificate {
	tb.Helper()
	server := httptest.NewTLSServer(http.NotFoundHandler())
	defer server.Close()
	pool := x509.NewCertPool()
	pool.AddCert(server.Certificate())
	return &testCertificate{server.TLS.Certificates[0], pool}
}

func (c *testCertificate) server() *tls.Config {
	return &tls.Config{Certificates: []tls.Certificate{c.pair}, ClientAuth: tls.RequestClientCert}
}

func (c *testCertificate) client() *tls.Config {
	return &tls.Config{Certificates: []tls.Certificate{c.pair}, RootCAs: c.pool}
}
