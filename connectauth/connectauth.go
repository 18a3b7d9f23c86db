// Package connectauth guards Connect handlers with an auth-go contract. Clients of all
// three protocols, Connect, gRPC and gRPC-Web, get rejections in their own form.
//
//	mux := http.NewServeMux()
//	mux.Handle(ordersv1connect.NewOrdersHandler(&orders{}))
//	handler := connectauth.New(contract,
//		guard.Procedure("/orders.v1.Orders/Delete", policy.Role("org:admin")),
//	)(mux)
//
//	func (s *orders) Get(ctx context.Context, r *connect.Request[pb.GetRequest]) (*connect.Response[pb.Order], error) {
//		return s.load(ctx, connectauth.UserID(ctx), r.Msg.GetId())
//	}
//
// It is HTTP middleware, so a call is rejected before its message is read.
//
// # Errors
//
// The code of an error is [core.Code.RPCStatus]. Its details are a google.rpc.ErrorInfo,
// whose reason is the code of package core, and a google.rpc.RetryInfo if the credentials
// could not be checked. A request that is not a call of one of the three protocols gets
// the response of package guard.
//
// # Concurrency
//
// Everything in this package is safe for concurrent use.
package connectauth

import (
	"context"
	"net/http"

	"connectrpc.com/connect"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/guard"
)

// New returns a middleware that authenticates every request with source, usually
// a *core.Contract or a *core.Verifier. It does no I/O. It panics on a nil or zero
// source and on an invalid option, because those are programming errors; use
// guard.New and [Guard] to get an error instead.
func New(source core.Authenticator, opts ...guard.Option) func(http.Handler) http.Handler {
	return Guard(guard.Must("connectauth", source, opts...))
}

// Guard returns the middleware of an existing guard. opts are those of the handlers
// behind it: connect.WithRequireConnectProtocolHeader also decides which requests are
// Connect calls here.
func Guard(g *guard.Guard, opts ...connect.HandlerOption) func(http.Handler) http.Handler {
	return middleware(opts, func(w http.ResponseWriter, r *http.Request) (context.Context, *guard.Rejection) {
		return g.Enter(r.Context(), guard.HTTPExchange(w.Header(), r))
	})
}

// Require returns a middleware that checks policies on the session, for handlers behind
// [New]. Without policies it requires a session. Policies of single procedures are
// options of the guard, see guard.Procedure. It panics on a nil policy.
func Require(policies ...core.Policy) func(http.Handler) http.Handler {
	requirement := guard.Require(policies...)
	return middleware(nil, func(w http.ResponseWriter, r *http.Request) (context.Context, *guard.Rejection) {
		return r.Context(), requirement.Check(r.Context(), guard.HTTPExchange(w.Header(), r))
	})
}

// middleware returns a middleware that runs the handler with the context that check
// returns, or answers with the rejection.
func middleware(
	opts []connect.HandlerOption,
	check func(http.ResponseWriter, *http.Request) (context.Context, *guard.Rejection),
) func(http.Handler) http.Handler {
	writer := connect.NewErrorWriter(opts...)
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			ctx, rejection := check(w, r)
			switch {
			case rejection == nil:
				next.ServeHTTP(w, r.WithContext(withReader(ctx, w, r))) //nolint:contextcheck // check derives ctx from r's
			case isCall(writer, r):
				write(writer, w, r, rejection)
			default:
				rejection.ServeHTTP(w, r)
			}
		})
	}
}

// Session returns the session of the call, and false for an anonymous one.
func Session(ctx context.Context) (*core.Session, bool) { return core.FromContext(ctx) }

// UserID returns the user id of the call's session, or "" without a session.
func UserID(ctx context.Context) string { return core.UserID(ctx) }

// Claims decodes the claims of the call's session into a T. It returns
// core.ErrNoSession without a session.
func Claims[T any](ctx context.Context) (T, error) { return core.Claims[T](ctx) }
