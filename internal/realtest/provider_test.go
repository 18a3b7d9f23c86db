package realtest_test

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/zitadel/oidc/v3/example/server/exampleop"
	"github.com/zitadel/oidc/v3/example/server/storage"
	"github.com/zitadel/oidc/v3/pkg/op"
)

const (
	clientID    = "invoices"
	redirectURI = "http://localhost/auth/callback"
	password    = "verysecure" // of the library's example users
)

// jwtClient asks for JWT access tokens; the library's default is opaque ones.
type jwtClient struct{ op.Client }

func (jwtClient) AccessTokenType() op.AccessTokenType { return op.AccessTokenTypeJWT }

type jwtStorage struct{ *storage.Storage }

func (s jwtStorage) GetClientByClientID(ctx context.Context, id string) (op.Client, error) {
	client, err := s.Storage.GetClientByClientID(ctx, id)
	if err != nil {
		return nil, err
	}
	return jwtClient{client}, nil
}

// startProvider runs the OpenID provider and returns its issuer.
func startProvider(t *testing.T, clientIDs ...string) string {
	t.Helper()
	var provider http.Handler
	server := httptest.NewServer(
		http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { provider.ServeHTTP(w, r) }),
	)
	t.Cleanup(server.Close)
	clients := map[string]*storage.Client{}
	for _, id := range clientIDs {
		clients[id] = storage.NativeClient(id, redirectURI)
	}
	store := jwtStorage{storage.NewStorageWithClients(storage.NewUserStore(server.URL), clients)}
	quiet := slog.New(slog.NewTextHandler(io.Discard, nil))
	provider = exampleop.SetupServer(server.URL, store, quiet, false)
	return server.URL
}

// signIn plays the browser and the app: authorization code with PKCE (RFC 7636).
func signIn(t *testing.T, issuer, client, user string) (accessToken, idToken string) {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	browser := &http.Client{
		Jar:           jar,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	const verifier = "a-code-verifier-that-is-long-enough-to-be-one-43"
	challenge := sha256.Sum256([]byte(verifier))
	endpoints := discover(t, issuer)
	authorize := endpoints.Authorization + "?" + url.Values{
		"client_id": {client}, "redirect_uri": {redirectURI}, "response_type": {"code"}, "scope": {"openid profile email"},
		"state":                 {"s"},
		"code_challenge":        {base64.RawURLEncoding.EncodeToString(challenge[:])},
		"code_challenge_method": {"S256"},
	}.Encode()
	login := follow(t, browser, issuer, authorize)
	u, err := url.Parse(login)
	if err != nil {
		t.Fatal(err)
	}
	resp := do(t, browser, mustRequest(t, http.MethodPost, issuer+u.Path, url.Values{
		"username": {user}, "password": {password}, "id": {u.Query().Get("authRequestID")},
	}))
	callback := follow(t, browser, issuer, location(t, issuer, resp))
	back, err := url.Parse(callback)
	if err != nil {
		t.Fatal(err)
	}
	resp = do(t, browser, mustRequest(t, http.MethodPost, endpoints.Token, url.Values{
		"grant_type": {"authorization_code"}, "code": {back.Query().Get("code")}, "redirect_uri": {redirectURI},
		"client_id": {client}, "code_verifier": {verifier},
	}))
	var tokens struct {
		AccessToken string `json:"access_token"`
		IDToken     string `json:"id_token"`
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(body, &tokens); err != nil || strings.Count(tokens.AccessToken, ".") != 2 {
		t.Fatalf("token endpoint: %s: no JWT access token in %q", resp.Status, body)
	}
	return tokens.AccessToken, tokens.IDToken
}

type endpoints struct {
	Authorization string `json:"authorization_endpoint"`
	Token         string `json:"token_endpoint"`
}

func discover(t *testing.T, issuer string) endpoints {
	t.Helper()
	resp := do(t, http.DefaultClient, mustRequest(t, http.MethodGet, issuer+"/.well-known/openid-configuration", nil))
	var e endpoints
	if err := json.NewDecoder(resp.Body).Decode(&e); err != nil {
		t.Fatal(err)
	}
	return e
}

func mustRequest(t *testing.T, method, target string, form url.Values) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, target, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return r
}

func do(t *testing.T, client *http.Client, r *http.Request) *http.Response {
	t.Helper()
	resp, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { resp.Body.Close() })
	return resp
}

// follow gets target and returns where it redirects.
func follow(t *testing.T, client *http.Client, issuer, target string) string {
	t.Helper()
	return location(t, issuer, do(t, client, mustRequest(t, http.MethodGet, target, nil)))
}

func location(t *testing.T, issuer string, resp *http.Response) string {
	t.Helper()
	to := resp.Header.Get("Location")
	if to == "" {
		body, _ := io.ReadAll(resp.Body)
		t.Fatalf("%s %s: no redirect in %s: %s", resp.Request.Method, resp.Request.URL.Path, resp.Status, body)
	}
	if strings.HasPrefix(to, "/") {
		to = issuer + to
	}
	return to
}
