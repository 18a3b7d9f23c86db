package grpcauth

import (
	"context"
	"crypto/tls"
	"net/http"
	"strings"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/peer"
)

// call is a gRPC call as a guard sees it: a POST request whose header fields are the
// metadata.
type call struct {
	ctx    context.Context //nolint:containedctx // the metadata and the peer are in it
	method string
}

func (c call) Method() string { return http.MethodPost }

func (c call) Path() string { return c.method }

func (c call) Query(string) []string { return nil }

func (c call) Host() string {
	if hosts := metadata.ValueFromIncomingContext(c.ctx, ":authority"); len(hosts) > 0 {
		return hosts[0]
	}
	return ""
}

func (c call) Header(name string) []string {
	if name == "Authorization" { // on every call: without the allocation of ToLower
		return metadata.ValueFromIncomingContext(c.ctx, "authorization")
	}
	return metadata.ValueFromIncomingContext(c.ctx, strings.ToLower(name))
}

// TLS returns the state of the connection, nil if it is not encrypted.
func (c call) TLS() *tls.ConnectionState {
	if p, ok := peer.FromContext(c.ctx); ok {
		if info, ok := p.AuthInfo.(credentials.TLSInfo); ok {
			return &info.State
		}
	}
	return nil
}

// RemoteAddr returns address and port of the connection's other end.
func (c call) RemoteAddr() string {
	if p, ok := peer.FromContext(c.ctx); ok && p.Addr != nil {
		return p.Addr.String()
	}
	return ""
}

// SetHeader adds a field to the header of the answer: the nonce for the caller's next
// proof. Rejections have it in the trailer.
func (c call) SetHeader(name, value string) {
	_ = grpc.SetHeader(c.ctx, metadata.Pairs(name, value)) // a tap handle's context has no answer yet
}
