package rpctest_test

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"connectrpc.com/connect"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/revstackhq/auth-go/internal/rpctest"
)

// outcome is what a client sees of a call.
type outcome struct {
	replies  []string
	code     uint32
	message  string
	details  []proto.Message
	metadata http.Header // headers and trailers together
}

// client calls the service.
type client interface {
	call(ctx context.Context, procedure string, fields []string, text string) outcome
	// chat opens a bidirectional stream. receive returns the next reply, or how the
	// stream ended.
	chat(ctx context.Context, fields []string) (send func(string) error, receive func() (string, outcome))
}

// grpcClient is a client of grpc-go.
type grpcClient struct{ conn *grpc.ClientConn }

// newGRPCClient dials a server, with TLS if config is not nil.
func newGRPCClient(tb testing.TB, address string, config *tls.Config) grpcClient {
	tb.Helper()
	transport := insecure.NewCredentials()
	if config != nil {
		transport = credentials.NewTLS(config)
	}
	conn, err := grpc.NewClient(address, grpc.WithTransportCredentials(transport))
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = conn.Close() })
	return grpcClient{conn}
}

func (c grpcClient) call(ctx context.Context, procedure string, fields []string, text string) (o outcome) {
	ctx = metadata.AppendToOutgoingContext(ctx, fields...)
	in := wrapperspb.String(text)
	if procedure == rpctest.Unary {
		var header, trailer metadata.MD
		out := new(rpctest.Text)
		err := c.conn.Invoke(ctx, procedure, in, out, grpc.Header(&header), grpc.Trailer(&trailer))
		if err == nil {
			o.replies, o.metadata = append(o.replies, out.GetValue()), http.Header{}
			for name, values := range metadata.Join(header, trailer) {
				o.metadata[http.CanonicalHeaderKey(name)] = values
			}
		}
		return o.ofGRPC(err, header, trailer)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	desc := &grpc.StreamDesc{ServerStreams: true, ClientStreams: procedure == rpctest.Bidi}
	stream, err := c.conn.NewStream(ctx, desc, procedure)
	if err != nil {
		return o.ofGRPC(err, nil, nil)
	}
	if err := stream.SendMsg(in); err == nil {
		_ = stream.CloseSend()
	}
	for {
		out := new(rpctest.Text)
		err := stream.RecvMsg(out)
		if errors.Is(err, io.EOF) {
			return o
		}
		if err != nil {
			header, _ := stream.Header()
			return o.ofGRPC(err, header, stream.Trailer())
		}
		o.replies = append(o.replies, out.GetValue())
	}
}

func (c grpcClient) chat(
	ctx context.Context, fields []string,
) (send func(string) error, receive func() (string, outcome)) {
	desc := &grpc.StreamDesc{ServerStreams: true, ClientStreams: true}
	stream, err := c.conn.NewStream(metadata.AppendToOutgoingContext(ctx, fields...), desc, rpctest.Bidi)
	if err != nil {
		return func(string) error { return err }, func() (string, outcome) { return "", outcome{}.ofGRPC(err) }
	}
	send = func(text string) error { return stream.SendMsg(wrapperspb.String(text)) }
	receive = func() (string, outcome) {
		out := new(rpctest.Text)
		err := stream.RecvMsg(out)
		return out.GetValue(), outcome{}.ofGRPC(err, stream.Trailer())
	}
	return send, receive
}

func (o outcome) ofGRPC(err error, headers ...metadata.MD) outcome {
	if err == nil {
		return o
	}
	s := status.Convert(err)
	o.code, o.message, o.metadata = uint32(s.Code()), s.Message(), http.Header{}
	for _, detail := range s.Details() {
		if message, ok := detail.(proto.Message); ok {
			o.details = append(o.details, message)
		}
	}
	for _, header := range headers {
		for name, values := range header {
			o.metadata[http.CanonicalHeaderKey(name)] = values
		}
	}
	return o
}

// connectClient is a client of connect-go, in one of its protocols.
type connectClient struct {
	http *http.Client
	url  string
	opts []connect.ClientOption
}

func (c connectClient) call(ctx context.Context, procedure string, fields []string, text string) (o outcome) {
	rpc := connect.NewClient[rpctest.Text, rpctest.Text](c.http, c.url+procedure, c.opts...)
	r := connect.NewRequest(wrapperspb.String(text))
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	switch procedure {
	case rpctest.Unary:
		addFields(r.Header(), fields)
		out, err := rpc.CallUnary(ctx, r)
		if err == nil {
			o.replies, o.metadata = append(o.replies, out.Msg.GetValue()), out.Header()
		}
		return o.ofConnect(err)
	case rpctest.ServerStream:
		addFields(r.Header(), fields)
		stream, err := rpc.CallServerStream(ctx, r)
		if err != nil {
			return o.ofConnect(err)
		}
		defer func() { _ = stream.Close() }()
		for stream.Receive() {
			o.replies = append(o.replies, stream.Msg().GetValue())
		}
		return o.ofConnect(stream.Err())
	default:
		stream := rpc.CallBidiStream(ctx)
		defer func() { _ = stream.CloseResponse() }()
		addFields(stream.RequestHeader(), fields)
		if err := stream.Send(r.Msg); err == nil {
			_ = stream.CloseRequest()
		}
		for {
			out, err := stream.Receive()
			if errors.Is(err, io.EOF) {
				return o
			}
			if err != nil {
				return o.ofConnect(err)
			}
			o.replies = append(o.replies, out.GetValue())
		}
	}
}

func (c connectClient) chat(
	ctx context.Context, fields []string,
) (send func(string) error, receive func() (string, outcome)) {
	rpc := connect.NewClient[rpctest.Text, rpctest.Text](c.http, c.url+rpctest.Bidi, c.opts...)
	stream := rpc.CallBidiStream(ctx)
	addFields(stream.RequestHeader(), fields)
	send = func(text string) error { return stream.Send(wrapperspb.String(text)) }
	receive = func() (string, outcome) {
		out, err := stream.Receive()
		if err != nil {
			return "", outcome{}.ofConnect(err)
		}
		return out.GetValue(), outcome{}
	}
	return send, receive
}

func addFields(h http.Header, fields []string) {
	for pair := range slices.Chunk(fields, 2) {
		h.Add(pair[0], pair[1])
	}
}

func (o outcome) ofConnect(err error) outcome {
	if err == nil {
		return o
	}
	o.code, o.message = uint32(connect.CodeOf(err)), err.Error()
	if e, ok := errors.AsType[*connect.Error](err); ok {
		o.message, o.metadata = e.Message(), e.Meta()
		for _, detail := range e.Details() {
			if message, err := detail.Value(); err == nil {
				o.details = append(o.details, message)
			}
		}
	}
	return o
}

// reason returns the reason of the ErrorInfo.
func (o outcome) reason() string {
	for _, detail := range o.details {
		if info, ok := detail.(*errdetails.ErrorInfo); ok {
			return info.GetReason()
		}
	}
	return ""
}

// String shows the outcome for a golden file.
func (o outcome) String() string {
	var b strings.Builder
	if o.code == 0 {
		fmt.Fprintf(&b, "OK %q\n", o.replies)
		return b.String()
	}
	fmt.Fprintf(&b, "%d %s %q\n", o.code, connect.Code(o.code), o.message)
	for _, detail := range o.details {
		switch detail := detail.(type) {
		case *errdetails.ErrorInfo:
			fmt.Fprintf(&b, "ErrorInfo reason=%s domain=%s", detail.GetReason(), detail.GetDomain())
			for name, value := range detail.GetMetadata() {
				fmt.Fprintf(&b, " %s=%q", name, value)
			}
			b.WriteByte('\n')
		case *errdetails.RetryInfo:
			fmt.Fprintf(&b, "RetryInfo %v\n", detail.GetRetryDelay().AsDuration())
		default:
			fmt.Fprintf(&b, "unexpected detail %v\n", detail)
		}
	}
	for _, name := range []string{"Cache-Control", "Retry-After", "Www-Authenticate"} {
		if values := o.metadata.Values(name); len(values) > 0 {
			fmt.Fprintf(&b, "%s: %s\n", strings.ToLower(name), strings.Join(values, " | "))
		}
	}
	return b.String()
}
