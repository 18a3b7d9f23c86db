package main

import (
	"context"
	"errors"
	"maps"
	"net/http"

	"connectrpc.com/connect"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/guard"
	"github.com/revstackhq/auth-go/internal/crosstest/adapters"
	"github.com/revstackhq/auth-go/internal/faultrun/protocols"
)

// route returns the one route of a server.
func route(path string, source core.Authenticator, opts []guard.Option) adapters.Route {
	return adapters.Route{
		Path:    path,
		Source:  source,
		Options: opts,
		Answer:  func(ctx context.Context, user func() string) (string, error) { return saw(user, ctx) },
	}
}

func startGRPC(source core.Authenticator, opts ...guard.Option) (*server, error) {
	addr, stop, err := serveOn(protocols.GRPC(route(protocols.Procedure, source, opts)))
	if err != nil {
		return nil, err
	}
	conn, err := grpc.NewClient(addr, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return nil, errors.Join(err, stop())
	}
	ask := func(ctx context.Context, header http.Header) answer {
		var pairs []string
		for name, values := range header {
			pairs = append(pairs, name, values[0])
		}
		ctx = metadata.AppendToOutgoingContext(ctx, pairs...)
		out := new(protocols.Message)
		if err := conn.Invoke(ctx, protocols.Procedure, new(protocols.Message), out); err != nil {
			s := status.Convert(err)
			return refusedRPC(ctx, err, uint32(s.Code()), s.Details())
		}
		return answer{text: out.GetValue()}
	}
	return &server{ask: ask, close: func() error { return errors.Join(conn.Close(), stop()) }}, nil
}

// refusedRPC returns the answer for an RPC error: the code in its details.
func refusedRPC(ctx context.Context, err error, status uint32, details []any) answer {
	if code := protocols.CodeOf(status, details); code != "" {
		return answer{code: code}
	}
	if gone := context.Cause(ctx); gone != nil || status == uint32(connect.CodeDeadlineExceeded) {
		// gRPC carries the deadline, and the server may notice first that it has passed.
		return answer{err: context.DeadlineExceeded}
	}
	return answer{err: err}
}

func startConnect(source core.Authenticator, opts ...guard.Option) (*server, error) {
	addr, stop, err := serveOn(protocols.Connect(route(protocols.Procedure, source, opts)))
	if err != nil {
		return nil, err
	}
	transport := &http.Transport{MaxIdleConnsPerHost: 2 * clientsPerAdapter}
	client := &http.Client{Transport: transport}
	rpc := connect.NewClient[protocols.Message, protocols.Message](client, "http://"+addr+protocols.Procedure)
	ask := func(ctx context.Context, header http.Header) answer {
		r := connect.NewRequest(new(protocols.Message))
		maps.Copy(r.Header(), header)
		out, err := rpc.CallUnary(ctx, r)
		if err == nil {
			return answer{text: out.Msg.GetValue()}
		}
		var details []any
		if e, ok := errors.AsType[*connect.Error](err); ok {
			for _, d := range e.Details() {
				if value, err := d.Value(); err == nil {
					details = append(details, value)
				}
			}
		}
		return refusedRPC(ctx, err, uint32(connect.CodeOf(err)), details)
	}
	return &server{ask: ask, close: func() error {
		transport.CloseIdleConnections()
		return stop()
	}}, nil
}

func startMCP(source core.Authenticator, opts ...guard.Option) (*server, error) {
	serve, shutdown := protocols.MCP(route(pathMCP, source, opts))
	return overHTTP(serve, shutdown, pathMCP, exchange{http.MethodPost, protocols.ToolCall, protocols.ToolText})
}
