package realtest_test

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/logout"
)

// revoked is a revocation log in memory.
type revoked struct {
	mu      sync.Mutex
	entries []logout.Entry
}

func (s *revoked) Revoke(_ context.Context, entries ...logout.Entry) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.entries = append(s.entries, entries...)
	return nil
}

func (s *revoked) Revoked(_ context.Context, session *core.Session) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.ContainsFunc(s.entries, func(e logout.Entry) bool {
		return e.Kind == logout.KindSession && e.Issuer == session.Issuer() && e.Value == session.SessionID() ||
			e.Kind == logout.KindUser && e.Value == session.UserID() && session.IssuedAt().Before(e.Before)
	}), nil
}

func (s *revoked) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.entries)
}

// logoutClient is the id of the application behind the nth adapter.
func logoutClient(n int) string { return fmt.Sprintf("adapter-%d", n) }

// logout plays back-channel logout: a user signs in to seven applications, one behind each adapter, in two browsers,
// and signs out at the provider in one of them. The provider sends a logout token to each application.
func (s *stage) logout(t *testing.T) {
	browser, elsewhere := s.newBrowser(t), s.newBrowser(t)
	ended, open := map[string]string{}, map[string]string{}
	note := func(a *stageAdapter, what, want, got string) {
		t.Helper()
		row := s.table.row("logout: "+what, "a browser", want)
		row.got[a.Name] = got
		if got != want {
			t.Errorf("%s: %s: %s, want %s", a.Name, what, got, want)
		}
	}
	for n, a := range s.adapters {
		ended[a.Name] = s.codeFlow(t, browser, logoutClient(n))
		open[a.Name] = s.codeFlow(t, elsewhere, logoutClient(n))
		for _, token := range []string{ended[a.Name], open[a.Name]} {
			note(a, "before", accepted, s.ask(t, browser, a, token))
		}
	}
	s.endSession(t, browser)
	delivered := map[string]bool{}
	for range s.adapters {
		delivered[s.provider.line(t)] = true
	}
	for n, a := range s.adapters {
		if !delivered["delivered "+logoutClient(n)] {
			t.Errorf("%s: the provider says %v", a.Name, delivered)
		}
		note(a, "the session that was ended", "401 TOKEN_REVOKED", s.ask(t, browser, a, ended[a.Name]))
		note(a, "the user's other session", accepted, s.ask(t, browser, a, open[a.Name]))
		resp := do(t, browser, mustRequest(t, http.MethodPost, a.url+logoutPath, url.Values{"logout_token": {open[a.Name]}}))
		note(a, "an access token in place of a logout token", "400 invalid_request", answerOf(t, resp))
		if cache := resp.Header.Get("Cache-Control"); cache != "no-store" {
			t.Errorf("%s: Cache-Control: %q", a.Name, cache)
		}
		if n := a.revoked.count(); n != 1 {
			t.Errorf("%s has %d entries, want 1", a.Name, n)
		}
	}
	s.table.parts++
}

// ask sends a bearer token to the route whose sessions may be logged out.
func (s *stage) ask(t *testing.T, client *http.Client, a *stageAdapter, token string) string {
	t.Helper()
	r := mustRequest(t, http.MethodGet, a.url+pathLogout, nil)
	r.Header.Set("Authorization", "Bearer "+token)
	return answerOf(t, do(t, client, r))
}

// answerOf returns the status, and the body or the code in it.
func answerOf(t *testing.T, resp *http.Response) string {
	t.Helper()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	what := string(body)
	var refusal struct{ Code, Error string }
	if json.Unmarshal(body, &refusal) == nil {
		if what = refusal.Code; what == "" {
			what = refusal.Error
		}
	}
	return fmt.Sprintf("%d %s", resp.StatusCode, what)
}

func (s *stage) newBrowser(t *testing.T) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &http.Client{
		Transport:     s.trusting,
		Jar:           jar,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// codeFlow signs in, with PKCE, and returns the access token.
func (s *stage) codeFlow(t *testing.T, browser *http.Client, client string) string {
	t.Helper()
	const verifier = "a-code-verifier-that-is-long-enough-to-be-one-43"
	challenge := sha256.Sum256([]byte(verifier))
	next := s.issuer + "/auth?" + url.Values{
		"client_id": {client}, "redirect_uri": {appCallback}, "response_type": {"code"}, "scope": {"openid read"},
		"code_challenge":        {base64.RawURLEncoding.EncodeToString(challenge[:])},
		"code_challenge_method": {"S256"},
	}.Encode()
	for range 10 {
		if next = follow(t, browser, s.issuer, next); strings.HasPrefix(next, appCallback) {
			break
		}
	}
	back, err := url.Parse(next)
	if err != nil || back.Query().Get("code") == "" {
		t.Fatalf("no code in %s", next)
	}
	resp := do(t, browser, mustRequest(t, http.MethodPost, s.issuer+"/token", url.Values{
		"grant_type": {"authorization_code"}, "code": {back.Query().Get("code")}, "redirect_uri": {appCallback},
		"client_id": {client}, "code_verifier": {verifier},
	}))
	var tokens struct {
		AccessToken string `json:"access_token"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&tokens); err != nil || tokens.AccessToken == "" {
		t.Fatalf("token endpoint: %s, %v", resp.Status, err)
	}
	return tokens.AccessToken
}

// endSession signs out at the provider, by its own form.
func (s *stage) endSession(t *testing.T, browser *http.Client) {
	t.Helper()
	resp := do(t, browser, mustRequest(t, http.MethodGet, s.issuer+"/session/end", nil))
	page, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(`name="xsrf" value="([^"]+)"`).FindSubmatch(page)
	if found == nil {
		t.Fatalf("%s: no form in %s", resp.Status, page)
	}
	resp = do(t, browser, mustRequest(t, http.MethodPost, s.issuer+"/session/end/confirm", url.Values{
		"xsrf": {html.UnescapeString(string(found[1]))}, "logout": {"yes"},
	}))
	if resp.StatusCode >= 400 {
		t.Fatalf("logout: %s", resp.Status)
	}
}
