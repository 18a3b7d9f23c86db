package mcpauth_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/core/guard"
	"github.com/revstackhq/auth-go/core/policy"
	"github.com/revstackhq/auth-go/mcpauth"
)

// quiet silences the lines about rejected requests.
var quiet = core.WithLogger(slog.New(slog.DiscardHandler))

// notes is what the servers of these tests ask for.
func notes() mcpauth.Config {
	return mcpauth.Config{
		Methods: map[string]core.Policy{"tools/call": policy.Scope("tools")},
		Tools: map[string]core.Policy{
			"delete_note": policy.Scope("notes:delete"),
			"löschen":     policy.Scope("notes:delete"),
			"audit":       policy.Role("auditor"),
		},
		Prompts:   map[string]core.Policy{"summary": policy.Scope("prompts"), mcpauth.Others: policy.Role("author")},
		Resources: map[string]core.Policy{"note://1": policy.Scope("notes:read")},
		For: func(op mcpauth.Operation) core.Policy {
			if id, ok := strings.CutPrefix(op.Name, "note://private/"); ok && op.Method == "resources/read" {
				return policy.Scope("notes:read", "private:"+id)
			}
			return nil
		},
	}
}

// verifierOf returns a verifier of the issuer's tokens that logs nothing.
func verifierOf(tb testing.TB, issuer *authtest.Issuer, opts ...core.Option) *core.Verifier {
	tb.Helper()
	v, err := core.NewVerifier(issuer.Contract(), append(opts, quiet)...)
	if err != nil {
		tb.Fatal(err)
	}
	return v
}

// echo is a plain handler: it answers with the user and the body.
func echo() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil || int64(len(body)) != r.ContentLength {
			http.Error(w, "the body was changed", http.StatusInternalServerError)
			return
		}
		_, _ = fmt.Fprintf(w, "%s %s", core.UserID(r.Context()), body)
	})
}

type noInput struct{}

type said struct {
	User   string   `json:"user"`
	Scopes []string `json:"scopes"`
}

// notesServer is an unmodified server of the SDK. Each tool says whose session it sees.
func notesServer() *mcp.Server {
	server := mcp.NewServer(&mcp.Implementation{Name: "notes", Version: "1"}, nil)
	whoami := func(_ context.Context, req *mcp.CallToolRequest, _ noInput) (*mcp.CallToolResult, said, error) {
		s, ok := mcpauth.Session(req.Extra.TokenInfo)
		if !ok {
			return nil, said{}, nil
		}
		return nil, said{s.UserID(), s.Scopes()}, nil
	}
	for _, name := range []string{"list_notes", "delete_note", "audit"} {
		mcp.AddTool(server, &mcp.Tool{Name: name}, whoami)
	}
	return server
}

// sdkHandler serves notesServer, with sessions (protocol version 2025-11-25) or without
// (2026-07-28).
func sdkHandler(stateless bool) http.Handler {
	server := notesServer()
	return mcp.NewStreamableHTTPHandler(func(*http.Request) *mcp.Server { return server }, &mcp.StreamableHTTPOptions{
		Stateless: stateless, Logger: slog.New(slog.DiscardHandler),
	})
}

// call sends one request and returns the answer.
func call(tb testing.TB, h http.Handler, r *http.Request) *httptest.ResponseRecorder {
	tb.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// answer is what a server answered.
type answer struct {
	status int
	header http.Header
	body   string
}

// over sends a request to a server.
func over(tb testing.TB, server *httptest.Server, r *http.Request) answer {
	tb.Helper()
	target, err := url.Parse(server.URL)
	if err != nil {
		tb.Fatal(err)
	}
	r.URL.Scheme, r.URL.Host, r.Host, r.RequestURI = target.Scheme, target.Host, "", ""
	resp, err := server.Client().Do(r)
	if err != nil {
		tb.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		tb.Fatal(err)
	}
	return answer{resp.StatusCode, resp.Header, string(body)}
}

// post returns a request with a body and header fields: name, value, name, value.
func post(tb testing.TB, body string, fields ...string) *http.Request {
	tb.Helper()
	r := httptest.NewRequest(http.MethodPost, "/mcp", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "application/json, text/event-stream")
	for i := 0; i < len(fields); i += 2 {
		r.Header.Add(fields[i], fields[i+1])
	}
	return r
}

// rpc returns the body of a request.
func rpc(tb testing.TB, method string, params any) string {
	tb.Helper()
	body, err := json.Marshal(map[string]any{"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
	if err != nil {
		tb.Fatal(err)
	}
	return string(body)
}

// toolCall returns the body of a call of a tool.
func toolCall(tb testing.TB, name string) string {
	tb.Helper()
	return rpc(tb, "tools/call", map[string]any{"name": name, "arguments": map[string]any{}})
}

// protectedEcho guards echo with notes. The guard's own policy asks for the scope mcp.
func protectedEcho(tb testing.TB, opts ...guard.Option) (http.Handler, *authtest.Issuer) {
	tb.Helper()
	issuer := authtest.NewIssuer(tb)
	if opts == nil {
		opts = []guard.Option{guard.Policies(policy.Scope("mcp"))}
	}
	return mcpauth.New(verifierOf(tb, issuer), notes(), opts...)(echo()), issuer
}
