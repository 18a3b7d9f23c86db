package mcpauth_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/auth"
	"github.com/modelcontextprotocol/go-sdk/mcp"
	"golang.org/x/oauth2"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/core/guard"
	"github.com/revstackhq/auth-go/mcpauth"
)

// plainSessions is a handler with sessions that is not of the SDK. It gives out the id
// s1 and answers with the id that it sees. finish is how it ends its answer.
func plainSessions(finish func(w http.ResponseWriter)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := r.Header.Get("Mcp-Session-Id")
		if id == "" {
			w.Header().Set("Mcp-Session-Id", "s1")
		}
		w.Header().Set("Seen", id)
		finish(w)
	})
}

// TestSessionsBelongToTheirUser: the id of another user's session is refused as one that
// does not exist, whoever the server behind the guard is and however it answers.
func TestSessionsBelongToTheirUser(t *testing.T) {
	finishes := map[string]func(w http.ResponseWriter){
		"WriteHeader": func(w http.ResponseWriter) { w.WriteHeader(http.StatusAccepted) },
		"Write":       func(w http.ResponseWriter) { _, _ = w.Write([]byte("x")) },
		"Flush":       func(w http.ResponseWriter) { w.(http.Flusher).Flush() },
		"controller":  func(w http.ResponseWriter) { _ = http.NewResponseController(w).Flush() },
		"after 103": func(w http.ResponseWriter) {
			w.WriteHeader(http.StatusEarlyHints)
			w.WriteHeader(http.StatusOK)
		},
		"nothing": func(http.ResponseWriter) {},
	}
	issuer, other := authtest.NewIssuer(t), authtest.NewIssuer(t)
	verifier, err := core.NewVerifier([]*core.Contract{issuer.Contract(), other.Contract()}, quiet)
	if err != nil {
		t.Fatal(err)
	}
	bearer := func(i *authtest.Issuer, sub, scope string) string {
		return "Bearer " + i.Token(authtest.Claims{"sub": sub, "scope": scope})
	}
	ada, ada2 := bearer(issuer, "ada", "x"), bearer(issuer, "ada", "x y")
	initialize := rpc(t, "initialize", map[string]any{"protocolVersion": "2025-11-25"})
	list := rpc(t, "tools/list", nil)
	for name, finish := range finishes {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(mcpauth.New(verifier, mcpauth.Config{}, guard.Optional())(plainSessions(finish)))
			t.Cleanup(server.Close)
			id := over(t, server, post(t, initialize, "Authorization", ada)).header.Get("Mcp-Session-Id")
			if !strings.HasPrefix(id, "s1.") || len(id) != len("s1.")+22 {
				t.Fatalf("the session id is %q", id)
			}
			anonymous := over(t, server, post(t, initialize)).header.Get("Mcp-Session-Id")
			cases := []struct {
				name, id, authorization, method string
				want                            int
			}{
				{"its user", id, ada, "POST", 200},
				{"its user with another token", id, ada2, "POST", 200},
				{"its user, GET", id, ada, "GET", 200},
				{"its user, DELETE", id, ada, "DELETE", 200},
				{"another user", id, bearer(issuer, "eve", "x"), "POST", 404},
				{"another user, GET", id, bearer(issuer, "eve", "x"), "GET", 404},
				{"another user, DELETE", id, bearer(issuer, "eve", "x"), "DELETE", 404},
				{"the same user id of another issuer", id, bearer(other, "ada", "x"), "POST", 404},
				{"nobody", id, "", "POST", 404},
				{"the server's own id", "s1", ada, "POST", 404},
				{"another id with this tag", "s2" + id[2:], ada, "POST", 404},
				{"an anonymous session", anonymous, "", "POST", 200},
				{"an anonymous session after a sign-in", anonymous, ada, "POST", 200},
			}
			for _, c := range cases {
				r := post(t, list, "Mcp-Session-Id", c.id)
				if c.method != http.MethodPost {
					r = httptest.NewRequest(c.method, "/mcp", http.NoBody)
					r.Header.Set("Mcp-Session-Id", c.id)
				}
				if c.authorization != "" {
					r.Header.Set("Authorization", c.authorization)
				}
				got := over(t, server, r)
				seen := got.header.Get("Seen")
				if c.want == 200 && (got.status >= 300 || seen != "s1") || c.want != 200 && got.status != c.want {
					t.Errorf("%s: %d, the server saw %q", c.name, got.status, seen)
				}
			}
		})
	}
}

// TestModernRequestsHaveNoSession: a server ignores the header since version 2026-07-28, so
// that of another user's session never reaches it.
func TestModernRequestsHaveNoSession(t *testing.T) {
	issuer := authtest.NewIssuer(t)
	finish := func(w http.ResponseWriter) { w.WriteHeader(http.StatusOK) }
	h := mcpauth.New(verifierOf(t, issuer), mcpauth.Config{})(plainSessions(finish))
	token := "Bearer " + issuer.Token(authtest.Claims{"sub": "ada"})
	id := call(t, h, post(t, rpc(t, "initialize", nil), "Authorization", token)).Header().Get("Mcp-Session-Id")
	for _, sent := range []string{id, "s1", "guessed"} {
		w := call(t, h, post(t, rpc(t, "tools/list", nil), "Authorization", token, "Mcp-Session-Id", sent,
			"Mcp-Protocol-Version", "2026-07-28", "Mcp-Method", "tools/list"))
		if seen := w.Header().Get("Seen"); w.Code != http.StatusOK || seen != "" {
			t.Errorf("%s: %d, the server saw %q", sent, w.Code, seen)
		}
	}
}

// TestSessionKey: processes with the same key accept each other's ids, others do not.
func TestSessionKey(t *testing.T) {
	issuer := authtest.NewIssuer(t)
	verifier := verifierOf(t, issuer)
	key := core.NewSecret(strings.Repeat("k", 32))
	finish := func(w http.ResponseWriter) { w.WriteHeader(http.StatusOK) }
	process := func(key core.Secret) http.Handler {
		return mcpauth.New(verifier, mcpauth.Config{SessionKey: key})(plainSessions(finish))
	}
	token := "Bearer " + issuer.Token(authtest.Claims{"sub": "ada"})
	id := call(t, process(key), post(t, rpc(t, "initialize", nil), "Authorization", token)).Header().Get("Mcp-Session-Id")
	for name, c := range map[string]struct {
		key  core.Secret
		want int
	}{
		"same":    {key, 200},
		"another": {core.NewSecret(strings.Repeat("l", 32)), 404},
		"random":  {core.Secret{}, 404},
	} {
		w := call(t, process(c.key), post(t, rpc(t, "tools/list", nil), "Authorization", token, "Mcp-Session-Id", id))
		if w.Code != c.want {
			t.Errorf("%s key: %d", name, w.Code)
		}
	}
	if printed := fmt.Sprintf("%+v", mcpauth.Config{SessionKey: key}); strings.Contains(printed, "kkk") {
		t.Errorf("the key is printed: %s", printed)
	}
}

// tokens is a client whose token changes.
type tokens struct{ current string }

func (s *tokens) TokenSource(context.Context) (oauth2.TokenSource, error) {
	return oauth2.StaticTokenSource(&oauth2.Token{AccessToken: s.current, TokenType: "Bearer"}), nil
}

func (*tokens) Authorize(_ context.Context, _ *http.Request, resp *http.Response) error {
	_ = resp.Body.Close()
	return errors.New("no other token")
}

var _ auth.OAuthHandler = (*tokens)(nil)

// TestStolenSession: a real client whose token becomes another user's loses its session,
// and notices that it needs a new one.
func TestStolenSession(t *testing.T) {
	issuer := authtest.NewIssuer(t)
	server := httptest.NewServer(mcpauth.New(verifierOf(t, issuer), mcpauth.Config{})(sdkHandler(false)))
	t.Cleanup(server.Close)
	token := func(sub, scope string) string { return issuer.Token(authtest.Claims{"sub": sub, "scope": scope}) }
	oauth := &tokens{current: token("ada", "a")}
	client := mcp.NewClient(&mcp.Implementation{Name: "client", Version: "1"},
		&mcp.ClientOptions{Logger: slog.New(slog.DiscardHandler)})
	session, err := client.Connect(t.Context(), &mcp.StreamableClientTransport{
		Endpoint: server.URL, OAuthHandler: oauth, DisableStandaloneSSE: true,
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = session.Close() })
	if session.ID() == "" {
		t.Fatal("the server has no sessions: the test would prove nothing")
	}
	if got := useTool(t, session, "list_notes"); got.User != "ada" {
		t.Fatalf("%+v", got)
	}
	// The tool sees the session of the very call, not that of the first request.
	oauth.current = token("ada", "a b")
	if got := useTool(t, session, "list_notes"); got.User != "ada" || len(got.Scopes) != 2 {
		t.Errorf("with a new token of the same user: %+v", got)
	}
	oauth.current = token("eve", "a")
	_, err = session.CallTool(t.Context(), &mcp.CallToolParams{Name: "list_notes"})
	if !errors.Is(err, mcp.ErrSessionMissing) {
		t.Errorf("another user's token in the session: %v", err)
	}
}
