package mcpauth_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/core/guard"
	"github.com/revstackhq/auth-go/core/policy"
	"github.com/revstackhq/auth-go/mcpauth"
)

func Example() {
	issuer, err := authtest.StartIssuer(authtest.Config{IssuerURL: "https://login.example.com"})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer issuer.Close()

	server := mcp.NewServer(&mcp.Implementation{Name: "notes", Version: "1"}, nil)
	mcp.AddTool(server, &mcp.Tool{Name: "delete_note"},
		func(_ context.Context, req *mcp.CallToolRequest, _ struct{}) (*mcp.CallToolResult, any, error) {
			text := "deleted for " + mcpauth.UserID(req.Extra.TokenInfo)
			return &mcp.CallToolResult{Content: []mcp.Content{&mcp.TextContent{Text: text}}}, nil, nil
		})
	streamable := mcp.NewStreamableHTTPHandler(func(*http.Request) *mcp.Server { return server },
		&mcp.StreamableHTTPOptions{Stateless: true})

	g, err := guard.New(issuer.Contract(),
		guard.Policies(policy.Scope("mcp")),
		guard.Metadata(guard.ResourceMetadata{Resource: "https://api.example.com/mcp"}))
	if err != nil {
		fmt.Println(err)
		return
	}
	protect := mcpauth.Guard(g, mcpauth.Config{
		Tools: map[string]core.Policy{"delete_note": policy.Scope("notes:delete")},
	})
	mux := http.NewServeMux()
	mux.Handle("/mcp", protect(streamable))
	mcpauth.Metadata(mux, g)

	r := httptest.NewRequest(http.MethodPost, "/mcp", strings.NewReader("{}"))
	r.Header.Set("Mcp-Method", "tools/call")
	r.Header.Set("Mcp-Name", "delete_note")
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, r)
	for param := range strings.SplitSeq(w.Header().Get("WWW-Authenticate"), ", ") {
		fmt.Println(param)
	}
	// Output:
	// Bearer scope="mcp notes:delete"
	// resource_metadata="https://api.example.com/.well-known/oauth-protected-resource/mcp"
}

func ExampleNew() {
	issuer, err := authtest.StartIssuer(authtest.Config{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer issuer.Close()
	protect := mcpauth.New(issuer.Contract(), mcpauth.Config{
		Methods: map[string]core.Policy{"tools/call": policy.Scope("tools")},
		For: func(op mcpauth.Operation) core.Policy {
			if strings.HasPrefix(op.Name, "admin_") {
				return policy.Role("admin")
			}
			return nil
		},
	})
	// Any handler that speaks the protocol, not only that of the SDK.
	handler := protect(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = fmt.Fprintln(w, core.UserID(r.Context()))
	}))
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(
		`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"admin_reset"}}`))
	r.Header.Set("Content-Type", "application/json")
	authtest.Authorize(r, issuer.Token(authtest.Claims{"sub": "ada", "scope": "tools"}))
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	fmt.Println(w.Code, strings.TrimSpace(w.Body.String()))
	// Output: 403 {"error":"You are not allowed to do this.","code":"FORBIDDEN"}
}
