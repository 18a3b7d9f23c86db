package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"

	"connectrpc.com/connect"
	"github.com/modelcontextprotocol/go-sdk/mcp"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/revstackhq/auth-go/connectauth"
	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/guard"
	"github.com/revstackhq/auth-go/grpcauth"
	"github.com/revstackhq/auth-go/mcpauth"
)

// procedure is that of gRPC and Connect.
const procedure = "/soak.v1.Who/Get"

type message = wrapperspb.StringValue

func openGRPC(source core.Authenticator, opts ...guard.Option) (*server, error) {
	s := grpc.NewServer(grpcauth.New(source, opts...)...)
	s.RegisterService(&grpc.ServiceDesc{
		ServiceName: "soak.v1.Who",
		HandlerType: (*any)(nil),
		Methods:     []grpc.MethodDesc{{MethodName: "Get", Handler: whoGet}},
	}, nil)
	addr, stop, err := serveOn(s.Serve, func() error { s.Stop(); return nil })
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
		out := new(message)
		if err := conn.Invoke(ctx, procedure, new(message), out); err != nil {
			s := status.Convert(err)
			return refusedRPC(ctx, err, uint32(s.Code()), s.Details())
		}
		return answer{text: out.GetValue()}
	}
	return &server{ask: ask, close: func() error { return errors.Join(conn.Close(), stop()) }}, nil
}

func whoGet(
	srv any, ctx context.Context, decode func(any) error, around grpc.UnaryServerInterceptor, //nolint:revive // grpc's
) (any, error) {
	in := new(message)
	if err := decode(in); err != nil {
		return nil, err
	}
	handler := func(ctx context.Context, _ any) (any, error) {
		text, err := saw(func() string { return grpcauth.UserID(ctx) }, ctx)
		return wrapperspb.String(text), err
	}
	if around == nil {
		return handler(ctx, in)
	}
	return around(ctx, in, &grpc.UnaryServerInfo{Server: srv, FullMethod: procedure}, handler)
}

// refusedRPC reads the code out of the details of an error.
func refusedRPC(ctx context.Context, err error, code uint32, details []any) answer {
	for _, d := range details {
		info, ok := d.(*errdetails.ErrorInfo)
		if ok && info.GetDomain() == guard.ErrorDomain {
			if reason := core.Code(info.GetReason()); reason.RPCStatus() == code {
				return answer{code: reason}
			}
		}
	}
	if gone := context.Cause(ctx); gone != nil || code == uint32(connect.CodeDeadlineExceeded) {
		// gRPC carries the deadline, and the server may notice first that it has passed.
		return answer{err: context.DeadlineExceeded}
	}
	return answer{err: err}
}

func openConnect(source core.Authenticator, opts ...guard.Option) (*server, error) {
	handler := connect.NewUnaryHandler(procedure,
		func(ctx context.Context, _ *connect.Request[message]) (*connect.Response[message], error) {
			text, err := saw(func() string { return connectauth.UserID(ctx) }, ctx)
			return connect.NewResponse(wrapperspb.String(text)), err
		})
	mux := http.NewServeMux()
	mux.Handle(procedure, connectauth.New(source, opts...)(handler))
	s := &http.Server{Handler: mux}
	addr, stop, err := serveOn(s.Serve, s.Close)
	if err != nil {
		return nil, err
	}
	transport := &http.Transport{MaxIdleConnsPerHost: 2 * clientsPerDoor}
	rpc := connect.NewClient[message, message](&http.Client{Transport: transport}, "http://"+addr+procedure)
	ask := func(ctx context.Context, header http.Header) answer {
		r := connect.NewRequest(new(message))
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

func openMCP(source core.Authenticator, opts ...guard.Option) (*server, error) {
	tools := mcp.NewServer(&mcp.Implementation{Name: "soak", Version: "1"}, nil)
	mcp.AddTool(tools, &mcp.Tool{Name: "whoami"},
		func(_ context.Context, req *mcp.CallToolRequest, _ struct{}) (*mcp.CallToolResult, any, error) {
			s, _ := mcpauth.Session(req.Extra.TokenInfo)
			c, err := mcpauth.Claims[claims](req.Extra.TokenInfo)
			text := mcpauth.UserID(req.Extra.TokenInfo) + " " + c.Subject + " " + s.UserID()
			return &mcp.CallToolResult{Content: []mcp.Content{&mcp.TextContent{Text: text}}}, nil, err
		})
	handler := mcp.NewStreamableHTTPHandler(func(*http.Request) *mcp.Server { return tools },
		&mcp.StreamableHTTPOptions{Stateless: true, JSONResponse: true})
	mux := http.NewServeMux()
	mux.Handle("/mcp", mcpauth.New(source, mcpauth.Config{}, opts...)(handler))
	s := &http.Server{Handler: mux}
	return overHTTP(s.Serve, s.Close, "/mcp", exchange{
		method: http.MethodPost,
		body:   `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"whoami","arguments":{}}}`,
		text: func(body []byte) (string, error) {
			var reply struct {
				Result struct{ Content []struct{ Text string } }
			}
			if err := json.Unmarshal(body, &reply); err != nil || len(reply.Result.Content) != 1 {
				return "", fmt.Errorf("the server of the SDK answered %.200q", body)
			}
			return reply.Result.Content[0].Text, nil
		},
	})
}
