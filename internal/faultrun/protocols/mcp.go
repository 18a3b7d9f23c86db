package protocols

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/internal/crosstest/adapters"
	"github.com/revstackhq/auth-go/mcpauth"
)

// ToolCall is the body of a POST request to the server of [MCP]. Its media type is application/json.
const ToolCall = `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"whoami","arguments":{}}}`

// ToolAccept is the Accept field of such a request.
const ToolAccept = "application/json, text/event-stream"

var errOtherSession = errors.New("the tool gets another session than its context has")

// MCP returns a function that serves one tool with the official SDK at the route's path, and one that stops it.
func MCP(r adapters.Route) (serve func(net.Listener) error, shutdown func() error) {
	tools := mcp.NewServer(&mcp.Implementation{Name: "who", Version: "1"}, nil)
	mcp.AddTool(tools, &mcp.Tool{Name: "whoami"},
		func(ctx context.Context, req *mcp.CallToolRequest, _ struct{}) (*mcp.CallToolResult, any, error) {
			session, _ := mcpauth.Session(req.Extra.TokenInfo)
			if s, _ := core.FromContext(ctx); s != session {
				return nil, nil, errOtherSession
			}
			text, err := answer(ctx, r, func() string { return mcpauth.UserID(req.Extra.TokenInfo) })
			return &mcp.CallToolResult{Content: []mcp.Content{&mcp.TextContent{Text: text}}}, nil, err
		})
	handler := mcp.NewStreamableHTTPHandler(
		func(*http.Request) *mcp.Server { return tools },
		&mcp.StreamableHTTPOptions{Stateless: true, JSONResponse: true, Logger: slog.New(slog.DiscardHandler)},
	)
	mux := http.NewServeMux()
	mux.Handle(r.Path, mcpauth.New(r.Source, mcpauth.Config{}, r.Options...)(handler))
	return adapters.HTTP(mux)
}

// ToolText returns the text that the tool returned, from the body of a successful response.
func ToolText(body []byte) (string, error) {
	var reply struct {
		Result struct {
			Content []struct{ Text string }
			IsError bool
		}
	}
	if err := json.Unmarshal(body, &reply); err != nil || len(reply.Result.Content) != 1 || reply.Result.IsError {
		return "", fmt.Errorf("the server of the SDK answered %.200q", body)
	}
	return reply.Result.Content[0].Text, nil
}
