package main

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
)

func newTestSite(t *testing.T) (*site, *authtest.Clock) {
	t.Helper()
	ports, err := listen(t.Context(), config{}, []string{issuerName})
	if err != nil {
		t.Fatal(err)
	}
	clock := authtest.NewClock(time.Time{})
	s, err := newSite(ports[issuerName], clock)
	if err != nil {
		t.Fatal(err)
	}
	served := fleet{start(issuerName, s.server(), ports[issuerName])}
	t.Cleanup(func() {
		if err := served.stop(); err != nil {
			t.Error(err)
		}
		if err := s.close(); err != nil {
			t.Error(err)
		}
	})
	return s, clock
}

func askToken(t *testing.T, s *site, query string) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	s.token(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/token?"+query, http.NoBody))
	return w
}

func TestTokens(t *testing.T) {
	s, clock := newTestSite(t)
	contract, err := s.contract()
	if err != nil {
		t.Fatal(err)
	}
	verifier, err := core.NewVerifier(contract, core.WithClock(clock))
	if err != nil {
		t.Fatal(err)
	}
	const all = "user=user_7&org=org_9&role=admin&permissions=org:invoices:read,org:invoices:create&ttl=90s"
	for _, query := range []string{all, all + "&v=1", all + "&v=2", all + "&kind=session"} {
		session, err := verifier.Verify(t.Context(), strings.TrimSpace(askToken(t, s, query).Body.String()))
		if err != nil {
			t.Errorf("%s: %v", query, err)
			continue
		}
		if session.UserID() != "user_7" || session.Organization().ID != "org_9" || !session.HasRole("org:admin") ||
			!session.HasPermission("org:invoices:create") || session.ExpiresAt().Sub(clock.Now()) != 90*time.Second {
			t.Errorf(
				"%s: got %v %+v %v, until %v",
				query,
				session,
				session.Organization(),
				session.Permissions(),
				session.ExpiresAt(),
			)
		}
	}
	session, err := verifier.Verify(t.Context(), strings.TrimSpace(askToken(t, s, "").Body.String()))
	if err != nil {
		t.Fatal(err)
	}
	if session.UserID() != "user_123" || session.ExpiresAt().Sub(clock.Now()) != time.Minute {
		t.Errorf("asked for nothing: %s until %v", session.UserID(), session.ExpiresAt())
	}
}

func TestTokenAnswer(t *testing.T) {
	s, _ := newTestSite(t)
	answer := askToken(t, s, "azp=")
	if got := answer.Header().Get("Content-Type"); answer.Code != http.StatusOK || got != "text/plain; charset=utf-8" {
		t.Errorf("got %d, %s", answer.Code, got)
	}
	if got := answer.Header().Get("Cache-Control"); got != "no-store" {
		t.Errorf("a token may be cached: %q", got)
	}
	if claims := claimsOf(t, answer.Body.String()); claims["azp"] != nil {
		t.Errorf("azp is %v, want none", claims["azp"])
	}
	if claims := claimsOf(t, askToken(t, s, "").Body.String()); claims["azp"] != s.url {
		t.Errorf("azp is %v, want the page's origin", claims["azp"])
	}
}

func claimsOf(t *testing.T, token string) (claims map[string]any) {
	t.Helper()
	payload, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[1])
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(payload, &claims); err != nil {
		t.Fatal(err)
	}
	return claims
}

func TestTokenKinds(t *testing.T) {
	s, _ := newTestSite(t)
	for query, want := range map[string][2]any{
		"kind=template&user=user_7":         {"plan", "gold"},
		"kind=m2m&user=mch_7":               {"sub", "mch_7"},
		"kind=oauth&user=user_7&org=org_9":  {"org_id", "org_9"},
		"kind=session&org=org_9&v=1":        {"org_id", "org_9"},
		"kind=session&org=org_9&v=2":        {"v", 2.0},
		"pending=true":                      {"sts", "pending"},
		"azp=https://app.northwind.example": {"azp", "https://app.northwind.example"},
	} {
		if got := claimsOf(t, askToken(t, s, query).Body.String())[want[0].(string)]; got != want[1] {
			t.Errorf("%s: %s is %v, want %v", query, want[0], got, want[1])
		}
	}
}

func TestTokenRefusals(t *testing.T) {
	s, _ := newTestSite(t)
	for query, want := range map[string][]string{
		"usr=user_1":                       {`no "usr"`, "user, ttl"},
		"user=":                            {`user is an id such as user_123, not ""`},
		"user=123":                         {`not "123"`},
		"user=user_":                       {"user is an id"},
		"user=user_%0a":                    {"user is an id"},
		"user=user_1&user=user_2":          {"user is given 2 times"},
		"org=team":                         {"org is an id such as org_123"},
		"org=org_1&role=Org Admin":         {"role is a name such as org:admin"},
		"role=admin":                       {"set org too"},
		"permissions=org:a:b":              {"set org too"},
		"org=org_1&permissions=read":       {"org:<feature>:<permission>"},
		"org=org_1&permissions=org:a:b,":   {"org:<feature>:<permission>"},
		"v=3":                              {"1 or 2"},
		"v=":                               {"1 or 2"},
		"kind=cookie":                      {"session, template, m2m or oauth", `"cookie"`},
		"kind=":                            {"session, template, m2m or oauth"},
		"kind=m2m&org=org_1":               {`of kind m2m has no "org"`},
		"kind=m2m&user=user_1":             {"mch_123"},
		"kind=template&v=1":                {`of kind template has no "v"`},
		"ttl=60":                           {"whole seconds"},
		"ttl=0s":                           {"whole seconds"},
		"ttl=1500ms":                       {"whole seconds"},
		"ttl=25h":                          {"at most 24h"},
		"ttl=-25h":                         {"at most 24h"},
		"ttl=forever":                      {`"forever"`},
		"azp=app":                          {"azp must be an origin"},
		"azp=https://app.example/path":     {"azp must be an origin"},
		"azp=https://u:p@app.example":      {"azp must be an origin"},
		"pending=yes":                      {"true or false"},
		"pending=true&v=1":                 {"version 2 only"},
		"%zz":                              {"can't be read"},
		"user=1&ttl=x&v=9":                 {"user is", "ttl is", "v is"},
		"user=" + strings.Repeat("a", 9e3): {"user is an id"},
	} {
		answer := askToken(t, s, strings.ReplaceAll(query, " ", "+"))
		if answer.Code != http.StatusBadRequest {
			t.Errorf("%.60s: %d, want 400", query, answer.Code)
		}
		for _, text := range want {
			if !strings.Contains(answer.Body.String(), text) {
				t.Errorf("%.60s: got %q, want %q in it", query, answer.Body.String(), text)
			}
		}
		if answer.Body.Len() > 600 {
			t.Errorf("%.60s: a mistake is answered with %d bytes", query, answer.Body.Len())
		}
	}
}

func TestTokenMethods(t *testing.T) {
	s, _ := newTestSite(t)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.url+"/token", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("POST answers %d", response.StatusCode)
	}
}
