package main

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/mcp"
	"golang.org/x/oauth2"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
)

// client sends its token and remembers the challenge of the last refusal.
type client struct{ token, challenge string }

func (c *client) TokenSource(context.Context) (oauth2.TokenSource, error) {
	return oauth2.StaticTokenSource(&oauth2.Token{AccessToken: c.token}), nil
}

func (c *client) Authorize(_ context.Context, _ *http.Request, resp *http.Response) error {
	c.challenge = resp.Header.Get("WWW-Authenticate")
	return errors.Join(resp.Body.Close(), errors.New("refused"))
}

func TestTools(t *testing.T) {
	const resource = "https://notes.example.com/mcp"
	issuer := authtest.NewIssuer(t)
	handler, err := routes(issuer.Contract(func(r *core.Rules) { r.Audiences = []string{resource} }), resource)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	for name, c := range map[string]struct{ scope, tool, want, challenge string }{
		"allowed": {"notes:read", "list_notes", "the notes of ada", ""},
		"refused": {"notes:read", "delete_note", "", `Bearer error="insufficient_scope", scope="notes:read notes:delete", ` +
			`resource_metadata="https://notes.example.com/.well-known/oauth-protected-resource/mcp"`},
		"after the step-up": {"notes:read notes:delete", "delete_note", "deleted for ada", ""},
	} {
		t.Run(name, func(t *testing.T) {
			oauth := &client{token: issuer.Token(authtest.Claims{"sub": "ada", "aud": resource, "scope": c.scope})}
			session, err := mcp.NewClient(&mcp.Implementation{Name: "test", Version: "1"}, nil).Connect(
				t.Context(), &mcp.StreamableClientTransport{Endpoint: server.URL + "/mcp", OAuthHandler: oauth}, nil)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = session.Close() })
			result, err := session.CallTool(t.Context(), &mcp.CallToolParams{Name: c.tool})
			if (err == nil) != (c.challenge == "") || oauth.challenge != c.challenge {
				t.Fatalf("%v, challenge %s", err, oauth.challenge)
			}
			if err != nil {
				return
			}
			if text, ok := result.Content[0].(*mcp.TextContent); !ok || text.Text != c.want {
				t.Errorf("got %+v", result.Content[0])
			}
		})
	}
}
