// Command mcp is a Model Context Protocol server of the official Go SDK with one tool for
// everyone who signed in and one that needs a scope of its own:
//
//	MCP_ISSUER=https://login.example.com MCP_RESOURCE=http://127.0.0.1:8080/mcp go run ./examples/mcp
//
// MCP_RESOURCE is the address that clients are given. It is the audience of their tokens.
package main

import (
	"context"
	"log"
	"net/http"
	"os"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/guard"
	"github.com/revstackhq/auth-go/core/policy"
	"github.com/revstackhq/auth-go/core/providers/oidc"
	"github.com/revstackhq/auth-go/mcpauth"
)

func main() {
	resource := os.Getenv("MCP_RESOURCE")
	contract, err := oidc.NewContract(oidc.Config{Issuer: os.Getenv("MCP_ISSUER"), Audience: core.Strings{resource}})
	if err != nil {
		log.Fatal(err)
	}
	handler, err := routes(contract, resource)
	if err != nil {
		log.Fatal(err)
	}
	server := &http.Server{Addr: "127.0.0.1:8080", Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	log.Fatal(server.ListenAndServe())
}

func routes(contract *core.Contract, resource string) (http.Handler, error) {
	g, err := guard.New(contract,
		guard.Policies(policy.Scope("notes:read")),
		guard.Metadata(guard.ResourceMetadata{Resource: resource, Scopes: []string{"notes:read"}, Name: "Notes"}))
	if err != nil {
		return nil, err
	}
	protect := mcpauth.Guard(g, mcpauth.Config{
		Tools: map[string]core.Policy{"delete_note": policy.Scope("notes:delete")},
	})
	server := notes()
	mux := http.NewServeMux()
	mux.Handle("/mcp", protect(mcp.NewStreamableHTTPHandler(
		func(*http.Request) *mcp.Server { return server },
		&mcp.StreamableHTTPOptions{Stateless: true},
	)))
	mcpauth.Metadata(mux, g)
	return mux, nil
}

func notes() *mcp.Server {
	server := mcp.NewServer(&mcp.Implementation{Name: "notes", Version: "1.0.0"}, nil)
	mcp.AddTool(server, &mcp.Tool{Name: "list_notes", Description: "Lists your notes"}, answer("the notes of "))
	mcp.AddTool(server, &mcp.Tool{Name: "delete_note", Description: "Deletes a note"}, answer("deleted for "))
	return server
}

func answer(text string) mcp.ToolHandlerFor[struct{}, any] {
	return func(_ context.Context, req *mcp.CallToolRequest, _ struct{}) (*mcp.CallToolResult, any, error) {
		user := mcpauth.UserID(req.Extra.TokenInfo)
		return &mcp.CallToolResult{Content: []mcp.Content{&mcp.TextContent{Text: text + user}}}, nil, nil
	}
}
