// Package grpcauth guards a gRPC server with an auth-go contract.
//
//	server := grpc.NewServer(grpcauth.New(contract,
//		guard.SkipPaths(grpcauth.Health),
//		guard.Procedure("/orders.v1.Orders/Delete", policy.Role("org:admin")),
//	)...)
//
//	func (s *orders) Get(ctx context.Context, r *pb.GetRequest) (*pb.Order, error) {
//		return s.load(ctx, grpcauth.UserID(ctx), r.GetId())
//	}
//
// Every call needs a token in the metadata "authorization".
//
// # Errors
//
// A rejected call ends with a status. Its code is [core.Code.RPCStatus]. Its details are
// a google.rpc.ErrorInfo, whose reason is the code of package core, and a
// google.rpc.RetryInfo if the credentials could not be checked.
//
// # Concurrency
//
// Everything in this package is safe for concurrent use.
package grpcauth

import (
	"context"

	"google.golang.org/grpc"
	"google.golang.org/grpc/tap"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/guard"
)

// The paths of services that callers without a token often need, for
// guard.SkipPaths. Reflection shows every service and message to anyone who can call it.
const (
	Health          = "/grpc.health.v1.Health/*"
	Reflection      = "/grpc.reflection.v1.ServerReflection/*"
	ReflectionAlpha = "/grpc.reflection.v1alpha.ServerReflection/*"
)

// New returns the options of a server that authenticates every call with source,
// usually a *core.Contract or a *core.Verifier. It does no I/O. It panics on a nil or
// zero source and on an invalid option, because those are programming errors; use
// guard.New and [Guard] to get an error instead.
func New(source core.Authenticator, opts ...guard.Option) []grpc.ServerOption {
	return Guard(guard.Must("grpcauth", source, opts...))
}

// Guard returns the options of an existing guard: [Tap], [Unary] and [Stream]. A
// server has only one tap handle: use Unary and Stream alone if it has another one.
func Guard(g *guard.Guard) []grpc.ServerOption {
	return []grpc.ServerOption{
		grpc.InTapHandle(Tap(g)),
		grpc.ChainUnaryInterceptor(Unary(g)),
		grpc.ChainStreamInterceptor(Stream(g)),
	}
}

// Tap returns a handle that rejects calls before the server reads their message, which
// unary interceptors cannot do. It rejects what it can without waiting (see
// guard.Guard.Precheck), because the connection reads nothing else while it runs. It
// authenticates no call, so [Unary] and [Stream] must follow. Interceptors and stats
// handlers do not see the calls that it rejects, and those have no trailer. A server
// that is used as an http.Handler does not call it.
func Tap(g *guard.Guard) tap.ServerInHandle {
	return func(ctx context.Context, info *tap.Info) (context.Context, error) {
		ctx, rejection := g.Precheck(ctx, call{ctx, info.FullMethodName})
		return ctx, refused(ctx, rejection)
	}
}

// Unary returns the interceptor of unary calls.
func Unary(g *guard.Guard) grpc.UnaryServerInterceptor {
	return func(ctx context.Context, r any, info *grpc.UnaryServerInfo, next grpc.UnaryHandler) (any, error) {
		entered, rejection := g.Enter(ctx, call{ctx, info.FullMethod})
		if rejection != nil {
			return nil, refused(ctx, rejection)
		}
		return next(entered, r)
	}
}

// Stream returns the interceptor of streams. It checks a stream when it begins; see
// [EndStreams] and guard.Recheck for what happens later.
func Stream(g *guard.Guard) grpc.StreamServerInterceptor {
	return func(server any, s grpc.ServerStream, info *grpc.StreamServerInfo, next grpc.StreamHandler) error {
		entered, rejection := g.Enter(s.Context(), call{s.Context(), info.FullMethod})
		if rejection != nil {
			return refused(s.Context(), rejection)
		}
		return next(server, stream{s, entered})
	}
}

// EndStreams returns an interceptor that ends a stream with Unauthenticated when its
// session expires. Put it behind [New]:
//
//	grpc.NewServer(append(grpcauth.New(contract), grpc.ChainStreamInterceptor(grpcauth.EndStreams()))...)
//
// The context of the handler ends, and its calls of Recv and Send return the status.
// The stream ends when the handler returns.
func EndStreams() grpc.StreamServerInterceptor {
	return func(server any, s grpc.ServerStream, info *grpc.StreamServerInfo, next grpc.StreamHandler) error {
		ctx, cancel := guard.UntilExpiry(s.Context(), call{s.Context(), info.FullMethod})
		defer cancel()
		ending := endingStream{stream{s, ctx}}
		err := next(server, ending)
		if expired := ending.expired(); expired != nil {
			return expired
		}
		return err
	}
}

// Require returns nil if the session in ctx is still valid and satisfies the policies,
// and otherwise the error that the handler returns. Without policies it requires a
// session. It is for checks that depend on the message; guard.Procedure checks before
// the message is read. Without a guard it returns Internal and logs an error. It panics
// on a nil policy.
func Require(ctx context.Context, policies ...core.Policy) error {
	method, _ := grpc.Method(ctx)
	return refused(ctx, guard.Require(policies...).Check(ctx, call{ctx, method}))
}

// Session returns the session of the call, and false for an anonymous one.
func Session(ctx context.Context) (*core.Session, bool) { return core.FromContext(ctx) }

// UserID returns the user id of the call's session, or "" without a session.
func UserID(ctx context.Context) string { return core.UserID(ctx) }

// Claims decodes the claims of the call's session into a T. It returns
// core.ErrNoSession without a session.
func Claims[T any](ctx context.Context) (T, error) { return core.Claims[T](ctx) }

// stream is a stream with the context that the guard made.
type stream struct {
	grpc.ServerStream

	ctx context.Context //nolint:containedctx // grpc.ServerStream demands it
}

func (s stream) Context() context.Context { return s.ctx }

// endingStream is a stream whose session expires.
type endingStream struct{ stream }

// expired returns the error of a stream whose session has expired, nil before.
func (s endingStream) expired() error {
	return refused(s.ctx, guard.Expired(s.ctx)) // nil for nil
}

func (s endingStream) SendMsg(m any) error {
	if err := s.expired(); err != nil {
		return err
	}
	return s.ServerStream.SendMsg(m)
}

// RecvMsg does not wait for a message of the client longer than the session lasts.
// After an error, m belongs to the receiver that is still waiting: it is not a message.
func (s endingStream) RecvMsg(m any) error {
	expired, _, err := guard.Receive(s.ctx, func() error { return s.ServerStream.RecvMsg(m) })
	if expired != nil {
		return refused(s.ctx, expired)
	}
	return err
}
