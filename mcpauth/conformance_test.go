package mcpauth_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/modelcontextprotocol/go-sdk/oauthex"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/core/guard"
	"github.com/revstackhq/auth-go/core/policy"
	"github.com/revstackhq/auth-go/mcpauth"
)

// opaque authenticates the two tokens of the scenario, as an introspection endpoint
// would.
type opaque struct{ contract *core.Contract }

func (o opaque) Authenticate(_ context.Context, c core.Credentials) (*core.Session, error) {
	scopes, ok := map[string]string{
		"mcp-conformance-scope-low":  "mcp:conformance:baseline",
		"mcp-conformance-scope-full": strings.Join(slices.Concat(slices.Collect(maps.Values(conformanceScopes))...), " "),
	}[c.Token]
	if !ok {
		return nil, &core.Error{Code: core.CodeInvalidFormat, Detail: "not a token of the scenario"}
	}
	claims, err := json.Marshal(map[string]any{
		"iss": o.contract.Rules().Issuer, "sub": "conformance", "scope": scopes, "exp": 4102444800,
	})
	if err != nil {
		return nil, err
	}
	return o.contract.Accept(claims)
}

// conformanceScopes is the fixture of the scenario sep-2350-server-scope-challenge
// (modelcontextprotocol/conformance, issue 480): what each operation needs, in one
// challenge.
var conformanceScopes = map[mcpauth.Operation][]string{
	{Method: "tools/call", Name: "test_simple_text"}: {
		"mcp:conformance:tools:call", "mcp:conformance:tools:test_simple_text",
	},
	{Method: "resources/read", Name: "test://static-text"}: {
		"mcp:conformance:resources:read", "mcp:conformance:resources:static",
	},
	{Method: "resources/read", Name: "test://template/123/data"}: {
		"mcp:conformance:resources:read", "mcp:conformance:resources:template:123",
	},
	{Method: "prompts/get", Name: "test_simple_prompt"}: {
		"mcp:conformance:prompts:get", "mcp:conformance:prompts:test_simple_prompt",
	},
}

// conformanceServer is an unmodified server with the scenario's fixtures.
func conformanceServer() http.Handler {
	server := mcp.NewServer(&mcp.Implementation{Name: "conformance", Version: "1"}, nil)
	mcp.AddTool(server, &mcp.Tool{Name: "test_simple_text"},
		func(context.Context, *mcp.CallToolRequest, noInput) (*mcp.CallToolResult, any, error) {
			return &mcp.CallToolResult{Content: []mcp.Content{&mcp.TextContent{Text: "simple"}}}, nil, nil
		})
	read := func(_ context.Context, req *mcp.ReadResourceRequest) (*mcp.ReadResourceResult, error) {
		return &mcp.ReadResourceResult{Contents: []*mcp.ResourceContents{{URI: req.Params.URI, Text: "data"}}}, nil
	}
	server.AddResource(&mcp.Resource{URI: "test://static-text", Name: "static"}, read)
	server.AddResourceTemplate(&mcp.ResourceTemplate{URITemplate: "test://template/{id}/data", Name: "template"}, read)
	server.AddPrompt(&mcp.Prompt{Name: "test_simple_prompt"},
		func(context.Context, *mcp.GetPromptRequest) (*mcp.GetPromptResult, error) {
			return &mcp.GetPromptResult{}, nil
		})
	return mcp.NewStreamableHTTPHandler(func(*http.Request) *mcp.Server { return server }, &mcp.StreamableHTTPOptions{
		Stateless: true, JSONResponse: true, Logger: slog.New(slog.DiscardHandler),
	})
}

// TestScopeChallengeConformance is the scenario sep-2350-server-scope-challenge against an
// unmodified server of the SDK behind the guard.
func TestScopeChallengeConformance(t *testing.T) {
	issuer := authtest.NewIssuer(t)
	contract := issuer.Contract(func(r *core.Rules) {
		r.Audiences, r.InsecureAnyAudience = nil, true
	})
	g, err := guard.New(opaque{contract},
		guard.Metadata(guard.ResourceMetadata{
			Resource: "https://sut.test/mcp", AuthorizationServers: []string{"https://as.test"},
		}),
		guard.Logger(slog.New(slog.DiscardHandler)))
	if err != nil {
		t.Fatal(err)
	}
	protect := mcpauth.Guard(g, mcpauth.Config{
		Methods: map[string]core.Policy{
			"tools/call":     policy.Scope("mcp:conformance:tools:call"),
			"resources/read": policy.Scope("mcp:conformance:resources:read"),
			"prompts/get":    policy.Scope("mcp:conformance:prompts:get"),
		},
		Tools:     map[string]core.Policy{"test_simple_text": policy.Scope("mcp:conformance:tools:test_simple_text")},
		Prompts:   map[string]core.Policy{"test_simple_prompt": policy.Scope("mcp:conformance:prompts:test_simple_prompt")},
		Resources: map[string]core.Policy{"test://static-text": policy.Scope("mcp:conformance:resources:static")},
		For: func(op mcpauth.Operation) core.Policy {
			if rest, ok := strings.CutPrefix(op.Name, "test://template/"); ok && op.Method == "resources/read" {
				id, _, _ := strings.Cut(rest, "/")
				return policy.Scope("mcp:conformance:resources:template:" + id)
			}
			return nil
		},
	})
	sut := httptest.NewServer(protect(conformanceServer()))
	t.Cleanup(sut.Close)

	for op, scopes := range conformanceScopes {
		t.Run(op.Method+" "+op.Name, func(t *testing.T) {
			send := func(token string) answer {
				params := map[string]any{"_meta": map[string]any{
					"io.modelcontextprotocol/protocolVersion":    "2026-07-28",
					"io.modelcontextprotocol/clientInfo":         map[string]any{"name": "harness", "version": "1"},
					"io.modelcontextprotocol/clientCapabilities": map[string]any{},
				}}
				params[map[bool]string{true: "uri", false: "name"}[op.Method == "resources/read"]] = op.Name
				r := post(t, rpc(t, op.Method, params), "Authorization", "Bearer "+token,
					"Mcp-Protocol-Version", "2026-07-28", "Mcp-Method", op.Method, "Mcp-Name", op.Name)
				return over(t, sut, r)
			}

			low := send("mcp-conformance-scope-low")
			challenges, err := oauthex.ParseWWWAuthenticate(low.header.Values("WWW-Authenticate"))
			if low.status != http.StatusForbidden || err != nil || len(challenges) != 1 {
				t.Fatalf("%d, challenges %v, %v", low.status, low.header.Values("WWW-Authenticate"), err)
			}
			c := challenges[0]
			if c.Params["error"] != "insufficient_scope" || c.Params["resource_metadata"] == "" {
				t.Errorf("challenge: %+v", c)
			}
			if got := strings.Fields(c.Params["scope"]); !slices.Equal(got, scopes) {
				t.Errorf("one challenge names %q, the operation needs %q", got, scopes)
			}

			full := send("mcp-conformance-scope-full")
			if full.status != http.StatusOK || !strings.Contains(full.body, `"result"`) {
				t.Errorf("with the upgraded token: %d %s", full.status, full.body)
			}
		})
	}
}
