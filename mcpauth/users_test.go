package mcpauth_test

import (
	"fmt"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/core/policy"
	"github.com/revstackhq/auth-go/mcpauth"
)

// TestUsersAreNotMixed: 200 clients at once of one guard, half of them with sessions, and
// every tool call sees its own user and scope.
func TestUsersAreNotMixed(t *testing.T) {
	const users = 200
	issuer := authtest.NewIssuer(t)
	protect := mcpauth.New(verifierOf(t, issuer), mcpauth.Config{
		Methods: map[string]core.Policy{"tools/call": policy.Scope("tools")},
	})
	var servers []*httptest.Server
	for _, stateless := range []bool{true, false} {
		server := httptest.NewServer(protect(sdkHandler(stateless)))
		t.Cleanup(server.Close)
		servers = append(servers, server)
	}
	var all sync.WaitGroup
	for i := range users {
		all.Go(func() {
			user, scope := fmt.Sprintf("user_%d", i), fmt.Sprintf("scope_%d", i)
			oauth := &tokens{current: issuer.Token(authtest.Claims{"sub": user, "scope": "tools " + scope})}
			client := mcp.NewClient(&mcp.Implementation{Name: user, Version: "1"}, nil)
			session, err := client.Connect(t.Context(), &mcp.StreamableClientTransport{
				Endpoint: servers[i%2].URL, OAuthHandler: oauth, DisableStandaloneSSE: true,
			}, nil)
			if err != nil {
				t.Error(err)
				return
			}
			defer func() { _ = session.Close() }()
			for range 2 {
				result, err := session.CallTool(t.Context(), &mcp.CallToolParams{Name: "list_notes"})
				if err != nil {
					t.Error(err)
					return
				}
				want := fmt.Sprintf(`map[scopes:[tools %s] user:%s]`, scope, user)
				if got := fmt.Sprint(result.StructuredContent); got != want {
					t.Errorf("%s sees %s", user, got)
				}
			}
		})
	}
	all.Wait()
}
