package rpctest

import (
	"context"
	"errors"
	"io"
	"net/http"
	"sync/atomic"

	"connectrpc.com/connect"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/revstackhq/auth-go/core"
)

// The procedures of the service.
const (
	Unary        = "/rpctest.v1.Who/Get"
	ServerStream = "/rpctest.v1.Who/Watch"
	Bidi         = "/rpctest.v1.Who/Chat"
)

// Text is the message of the service.
type Text = wrapperspb.StringValue

// Service answers every message with the caller's user id and the message's own text.
// Its server stream repeats the answer until the call ends if the text is "forever".
type Service struct {
	Calls    atomic.Int64 // how often a handler ran
	Messages atomic.Int64 // how many messages of unary gRPC calls were read
	Watched  func()       // called when a server stream has sent its first answer, unless nil
}

func reply(ctx context.Context, in *Text) *Text {
	return wrapperspb.String(core.UserID(ctx) + ": " + in.GetValue())
}

// watch sends three answers, or answers without end.
func (s *Service) watch(ctx context.Context, in *Text, send func(*Text) error) error {
	for n := 0; n < 3 || in.GetValue() == "forever"; n++ {
		if err := send(reply(ctx, in)); err != nil {
			return err
		}
		if n == 0 && s.Watched != nil {
			s.Watched()
		}
	}
	return nil
}

// chat answers each message. At the client's end it ends.
func chat(ctx context.Context, receive func() (*Text, error), send func(*Text) error) error {
	for {
		in, err := receive()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := send(reply(ctx, in)); err != nil {
			return err
		}
	}
}

// Register adds the service to a gRPC server.
func (s *Service) Register(server grpc.ServiceRegistrar) {
	server.RegisterService(&grpc.ServiceDesc{
		ServiceName: "rpctest.v1.Who",
		HandlerType: (*any)(nil),
		Methods:     []grpc.MethodDesc{{MethodName: "Get", Handler: s.grpcGet}},
		Streams: []grpc.StreamDesc{
			{StreamName: "Watch", Handler: s.grpcWatch, ServerStreams: true},
			{StreamName: "Chat", Handler: s.grpcChat, ServerStreams: true, ClientStreams: true},
		},
	}, s)
}

func (s *Service) grpcGet(
	_ any, ctx context.Context, decode func(any) error, around grpc.UnaryServerInterceptor, //nolint:revive // grpc's
) (any, error) {
	in := new(Text)
	if err := decode(in); err != nil {
		return nil, err
	}
	s.Messages.Add(1)
	handler := func(ctx context.Context, in any) (any, error) {
		s.Calls.Add(1)
		text, _ := in.(*Text)
		return reply(ctx, text), nil
	}
	if around == nil {
		return handler(ctx, in)
	}
	return around(ctx, in, &grpc.UnaryServerInfo{Server: s, FullMethod: Unary}, handler)
}

func (s *Service) grpcWatch(_ any, stream grpc.ServerStream) error {
	s.Calls.Add(1)
	in := new(Text)
	if err := stream.RecvMsg(in); err != nil {
		return err
	}
	return s.watch(stream.Context(), in, func(out *Text) error { return stream.SendMsg(out) })
}

func (s *Service) grpcChat(_ any, stream grpc.ServerStream) error {
	s.Calls.Add(1)
	receive := func() (*Text, error) {
		in := new(Text)
		return in, stream.RecvMsg(in)
	}
	return chat(stream.Context(), receive, func(out *Text) error { return stream.SendMsg(out) })
}

// Handler returns the service as a Connect handler, with the options.
func (s *Service) Handler(opts ...connect.HandlerOption) http.Handler {
	mux := http.NewServeMux()
	mux.Handle(Unary, connect.NewUnaryHandler(Unary,
		func(ctx context.Context, r *connect.Request[Text]) (*connect.Response[Text], error) {
			s.Calls.Add(1)
			return connect.NewResponse(reply(ctx, r.Msg)), nil
		}, append(opts, connect.WithIdempotency(connect.IdempotencyNoSideEffects))...))
	mux.Handle(ServerStream, connect.NewServerStreamHandler(ServerStream,
		func(ctx context.Context, r *connect.Request[Text], stream *connect.ServerStream[Text]) error {
			s.Calls.Add(1)
			return s.watch(ctx, r.Msg, stream.Send)
		}, opts...))
	mux.Handle(Bidi, connect.NewBidiStreamHandler(Bidi,
		func(ctx context.Context, stream *connect.BidiStream[Text, Text]) error {
			s.Calls.Add(1)
			return chat(ctx, stream.Receive, stream.Send)
		}, opts...))
	return mux
}
