package mcpauth_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/auth"
	"github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/modelcontextprotocol/go-sdk/oauthex"

	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/core/guard"
	"github.com/revstackhq/auth-go/core/policy"
	"github.com/revstackhq/auth-go/mcpauth"
)

// authServer is an authorization server: metadata, an authorization endpoint where the
// user agrees at once, and a token endpoint that gives out tokens of an authtest issuer.
type authServer struct {
	*httptest.Server

	issuer *authtest.Issuer
	mu     sync.Mutex
	codes  map[string]url.Values // authorization requests by code
	asked  []string              // the scope of each authorization request
}

func newAuthServer(t *testing.T) *authServer {
	t.Helper()
	a := &authServer{codes: map[string]url.Values{}}
	mux := http.NewServeMux()
	a.Server = httptest.NewServer(mux)
	t.Cleanup(a.Close)
	a.issuer = authtest.NewIssuer(t, authtest.WithIssuerURL(a.URL))
	mux.HandleFunc("/.well-known/oauth-authorization-server", func(w http.ResponseWriter, _ *http.Request) {
		answerJSON(w, oauthex.AuthServerMeta{
			Issuer: a.URL, AuthorizationEndpoint: a.URL + "/authorize", TokenEndpoint: a.URL + "/token",
			JWKSURI: a.issuer.JWKSURL(), ResponseTypesSupported: []string{"code"},
			CodeChallengeMethodsSupported: []string{"S256"},
		})
	})
	mux.HandleFunc("/authorize", func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		code := rand.Text()
		a.mu.Lock()
		a.codes[code], a.asked = q, append(a.asked, q.Get("scope"))
		a.mu.Unlock()
		back := q.Get("redirect_uri") + "?" + url.Values{"code": {code}, "state": {q.Get("state")}}.Encode()
		http.Redirect(w, r, back, http.StatusFound)
	})
	mux.HandleFunc("/token", func(w http.ResponseWriter, r *http.Request) {
		a.mu.Lock()
		q, ok := a.codes[r.FormValue("code")]
		delete(a.codes, r.FormValue("code"))
		a.mu.Unlock()
		if !ok || r.FormValue("code_verifier") == "" || r.FormValue("resource") != q.Get("resource") {
			http.Error(w, `{"error":"invalid_grant"}`, http.StatusBadRequest)
			return
		}
		answerJSON(w, map[string]any{
			"access_token": a.issuer.Token(authtest.Claims{"sub": "ada", "scope": q.Get("scope")}),
			"token_type":   "Bearer", "expires_in": 3600, "scope": q.Get("scope"),
		})
	})
	return a
}

func (a *authServer) scopes() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.asked)
}

func answerJSON(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v)
}

// userAgrees is a browser whose user agrees to everything.
func userAgrees(ctx context.Context, args *auth.AuthorizationArgs) (*auth.AuthorizationResult, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, args.URL, http.NoBody)
	if err != nil {
		return nil, err
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	_ = resp.Body.Close()
	back, err := resp.Location()
	if err != nil {
		return nil, err
	}
	return &auth.AuthorizationResult{Code: back.Query().Get("code"), State: back.Query().Get("state")}, nil
}

// recorder keeps what a client sends and gets.
type recorder struct {
	mu    sync.Mutex
	lines []string
}

func (r *recorder) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err == nil {
		line := resp.Status[:3] + " " + req.Method + " " + req.Header.Get("Mcp-Method")
		if challenge := resp.Header.Get("WWW-Authenticate"); challenge != "" {
			line += " " + challenge
		}
		r.mu.Lock()
		r.lines = append(r.lines, line)
		r.mu.Unlock()
	}
	return resp, err
}

func (r *recorder) contains(parts ...string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.ContainsFunc(r.lines, func(line string) bool {
		return !slices.ContainsFunc(parts, func(part string) bool { return !strings.Contains(line, part) })
	})
}

// TestClientWalk is the walk of a real client that knows only the address of the server:
// 401, metadata, authorization server, token; a tool that the token allows; a tool whose
// scopes it lacks, and the same call after the user agreed to them.
func TestClientWalk(t *testing.T) {
	versions := map[string]bool{"2026-07-28, without sessions": true, "2025-11-25, with sessions": false}
	for name, stateless := range versions {
		t.Run(name, func(t *testing.T) {
			as := newAuthServer(t)
			mux := http.NewServeMux()
			server := httptest.NewServer(mux)
			t.Cleanup(server.Close)
			g, err := guard.New(verifierOf(t, as.issuer), guard.Policies(policy.Scope("mcp")),
				guard.Metadata(guard.ResourceMetadata{Resource: server.URL + "/mcp", Scopes: []string{"mcp"}}))
			if err != nil {
				t.Fatal(err)
			}
			config := notes()
			config.Methods = nil
			mux.Handle("/mcp", mcpauth.Guard(g, config)(sdkHandler(stateless)))
			mcpauth.Metadata(mux, g)

			handler, err := auth.NewAuthorizationCodeHandler(&auth.AuthorizationCodeHandlerConfig{
				PreregisteredClient:      &oauthex.ClientCredentials{ClientID: "walker"},
				RedirectURL:              "http://127.0.0.1:1/callback",
				AuthorizationCodeFetcher: userAgrees,
			})
			if err != nil {
				t.Fatal(err)
			}
			seen := &recorder{}
			client := mcp.NewClient(&mcp.Implementation{Name: "walker", Version: "1"}, nil)
			session, err := client.Connect(t.Context(), &mcp.StreamableClientTransport{
				Endpoint: server.URL + "/mcp", OAuthHandler: handler,
				HTTPClient: &http.Client{Transport: seen}, DisableStandaloneSSE: true,
			}, nil)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = session.Close() })
			if !seen.contains("401", `Bearer scope="mcp", resource_metadata="`) {
				t.Errorf("the first answer does not name the scope: %q", seen.lines)
			}
			if got := as.scopes(); !slices.Equal(got, []string{"mcp"}) {
				t.Fatalf("the client asked for %q", got)
			}

			if got := useTool(t, session, "list_notes"); got.User != "ada" || !slices.Equal(got.Scopes, []string{"mcp"}) {
				t.Errorf("the tool saw %+v", got)
			}
			got := useTool(t, session, "delete_note")
			if slices.Sort(got.Scopes); got.User != "ada" || !slices.Equal(got.Scopes, []string{"mcp", "notes:delete"}) {
				t.Errorf("after the step-up the tool saw %+v", got)
			}
			if !seen.contains("403", `error="insufficient_scope", scope="mcp notes:delete", resource_metadata="`) {
				t.Errorf("the second tool was not refused first: %q", seen.lines)
			}
			if asked := as.scopes(); len(asked) != 2 || !strings.Contains(asked[1], "notes:delete") {
				t.Errorf("the client asked for %q", asked)
			}

			// No scope helps against a missing role: the client must not ask for any.
			if result, err := session.CallTool(t.Context(), &mcp.CallToolParams{Name: "audit"}); err == nil {
				t.Errorf("got %+v", result)
			}
			if asked := as.scopes(); len(asked) != 2 {
				t.Errorf("the client asked for %q", asked)
			}
		})
	}
}

func useTool(t *testing.T, session *mcp.ClientSession, name string) said {
	t.Helper()
	result, err := session.CallTool(t.Context(), &mcp.CallToolParams{Name: name})
	if err != nil {
		t.Fatal(err)
	}
	var got said
	data, err := json.Marshal(result.StructuredContent)
	if err := errors.Join(err, json.Unmarshal(data, &got)); err != nil {
		t.Fatal(err)
	}
	return got
}

// TestMetadata: the document is at both paths of RFC 9728, for pages of every origin.
func TestMetadata(t *testing.T) {
	issuer := authtest.NewIssuer(t)
	for resource, paths := range map[string][]string{
		"https://api.test/a%20b/%7Bid%7D": {"/.well-known/oauth-protected-resource/a%20b/%7Bid%7D", "/.well-known/oauth-protected-resource"},
		"https://api.test":                {"/.well-known/oauth-protected-resource"},
	} {
		g, err := guard.New(verifierOf(t, issuer), guard.Metadata(guard.ResourceMetadata{Resource: resource}))
		if err != nil {
			t.Fatal(err)
		}
		mux := http.NewServeMux()
		mcpauth.Metadata(mux, g)
		for _, path := range paths {
			w := call(t, mux, httptest.NewRequest(http.MethodGet, path, http.NoBody))
			var document struct {
				Resource string   `json:"resource"`
				Servers  []string `json:"authorization_servers"`
			}
			body, err := io.ReadAll(w.Body)
			if err := errors.Join(err, json.Unmarshal(body, &document)); err != nil {
				t.Fatal(err)
			}
			if document.Resource != resource || !slices.Equal(document.Servers, []string{issuer.URL()}) {
				t.Errorf("%s: %s", path, body)
			}
			preflight := call(t, mux, httptest.NewRequest(http.MethodOptions, path, http.NoBody))
			for _, answer := range []*httptest.ResponseRecorder{w, preflight} {
				if answer.Header().Get("Access-Control-Allow-Origin") != "*" {
					t.Errorf("%s: %v", path, answer.Header())
				}
			}
		}
	}
	without, err := guard.New(verifierOf(t, issuer))
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mcpauth.Metadata(mux, without)
	w := call(t, mux, httptest.NewRequest(http.MethodGet, "/.well-known/oauth-protected-resource", http.NoBody))
	if w.Code != http.StatusNotFound {
		t.Errorf("without metadata: %d", w.Code)
	}
}
