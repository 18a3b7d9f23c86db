package playground_test

import (
	"encoding/json"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/revstackhq/auth-go/authdoctor/playground"
	"github.com/revstackhq/auth-go/core"
)

// TestEveryScene mints the good token of every sample, and every way to break it.
func TestEveryScene(t *testing.T) {
	p := open(t, playground.Config{})
	scenes := p.scenes()
	if len(scenes) < 60 {
		t.Errorf("only %d scenes", len(scenes))
	}
	for _, s := range scenes {
		name := s.Provider + ", " + s.Name
		good := p.mint(s, "", "")
		report, header := p.explain(s, good)
		if !report.Accepted || header["alg"] == nil {
			t.Errorf("%s: %v\n%v", name, header, report)
		}
		if got := p.send(s, good, "/me"); got.Status != http.StatusOK || !strings.Contains(got.Body, `"session"`) {
			t.Errorf("%s: /me answers %d %s", name, got.Status, got.Body)
		}
		if len(s.Breaks) < 4 {
			t.Errorf("%s: %d ways to break", name, len(s.Breaks))
		}
		for _, b := range s.Breaks {
			report, _ := p.explain(s, p.mint(s, "", b.ID))
			if report.Accepted || report.Code == core.CodeKeysUnavailable {
				t.Errorf("%s: %s: %v", name, b.Label, report)
			}
		}
	}
}

// TestUser mints a token of a person with another name.
func TestUser(t *testing.T) {
	p := open(t, playground.Config{})
	for _, provider := range []string{"Clerk", "Auth0", "Supabase", "Firebase"} {
		s := p.scene(provider)
		user := s.User[:len(s.User)-1] + "5" // some users are UUIDs
		got := p.send(s, p.mint(s, user, ""), "/me")
		var body struct{ UserID string }
		if err := json.Unmarshal([]byte(got.Body), &body); err != nil || body.UserID != user {
			t.Errorf("%s: want %q in %s", provider, user, got.Body)
		}
	}
	for _, user := range []string{"a b", "ä", strings.Repeat("a", 129), "a\r\nb"} {
		data, _ := json.Marshal(call{"scene": p.scene("Clerk").ID, "user": user})
		if got := p.request(http.MethodPost, "/api/mint", string(data), nil); got.status != http.StatusBadRequest {
			t.Errorf("%q: %d %s", user, got.status, got.body)
		}
	}
}

func TestRoutes(t *testing.T) {
	p := open(t, playground.Config{})
	s := p.scene("Clerk")
	token := p.mint(s, "", "")
	for path, want := range map[string][2]int{"/me": {401, 200}, "/admin": {401, 403}, "/public": {200, 200}} {
		if got := p.send(s, "", path); got.Status != want[0] {
			t.Errorf("%s without a token: %d %s", path, got.Status, got.Body)
		}
		if got := p.send(s, token, path); got.Status != want[1] {
			t.Errorf("%s: %d %s", path, got.Status, got.Body)
		}
	}
	if got := p.send(s, p.mint(s, "", "expired"), "/me"); !strings.Contains(got.Challenge, "invalid_token") {
		t.Errorf("expired: challenge %q", got.Challenge)
	}
	if got := p.send(s, "a\nb", "/me"); got.Error == "" || strings.Contains(got.Error, "a\nb") {
		t.Errorf("a token that cannot be sent: %+v", got)
	}
}

// TestKeysAndClock: what the buttons do to the keys, the issuer and the time.
func TestKeysAndClock(t *testing.T) {
	p := open(t, playground.Config{})
	s := p.scene("Clerk")
	want := func(what, token string, status int) {
		t.Helper()
		if got := p.send(s, token, "/me"); got.Status != status {
			t.Errorf("%s: %d %s, want %d", what, got.Status, got.Body, status)
		}
	}
	token := p.mint(s, "", "")
	want("at first", token, 200)
	if got := p.act(s, "rotate", ""); len(got.Health) != 1 || got.Health[0].State != "fresh" {
		t.Errorf("health is %+v", got.Health)
	}
	want("after a rotation, the old key", token, 200)
	want("after a rotation, the new key", p.mint(s, "", ""), 200)

	if got := p.act(s, "revoke", token); got.Revoked != 1 {
		t.Errorf("%d sessions are revoked", got.Revoked)
	}
	want("revoked", token, 401)
	if got := p.act(s, "restore", ""); got.Revoked != 0 {
		t.Errorf("%d sessions are revoked", got.Revoked)
	}
	want("restored", token, 200)

	if got := p.act(s, "down", ""); !got.Down {
		t.Error("the issuer is not down")
	}
	want("down, with remembered keys", token, 200)
	p.act(s, "restart", "")
	want("down, restarted", token, 503)
	p.act(s, "up", "")
	p.act(s, "minute", "") // the back-off is over
	token = p.mint(s, "", "")
	want("up again", token, 200)

	if got := p.act(s, "hour", ""); got.AheadSeconds != 3660 {
		t.Errorf("%d seconds ahead", got.AheadSeconds)
	}
	want("an hour later", token, 401)
	token = p.mint(s, "", "")
	want("before the keys are replaced", token, 200)
	p.act(s, "replace", "")
	want("the old key, before a fetch", token, 200)
	want("the new key", p.mint(s, "", ""), 200)
	want("the old key, after a fetch", token, 401)
}

// TestBadRequests: the answer names the mistake.
func TestBadRequests(t *testing.T) {
	p := open(t, playground.Config{})
	s := p.scene("Clerk")
	for body, want := range map[string]string{
		`{"scene":"x"}`:                        "Unknown scene",
		`{"secne":"0"}`:                        "unknown field",
		`{`:                                    "cannot be read",
		`{"scene":"` + s.ID + `","break":"x"}`: "Unknown way",
		`{"token":"` + strings.Repeat("a", 300<<10) + `"}`: "too large",
	} {
		if got := p.request(http.MethodPost, "/api/mint", body, nil); got.status != http.StatusBadRequest ||
			!strings.Contains(got.body, want) {
			t.Errorf("%.40s: %d %s", body, got.status, got.body)
		}
	}
	for name, in := range map[string]call{
		"send": {"scene": s.ID, "path": "/../x"},
		"act":  {"scene": s.ID, "action": "explode"},
	} {
		data, _ := json.Marshal(in)
		if got := p.request(http.MethodPost, "/api/"+name, string(data), nil); got.status != http.StatusBadRequest {
			t.Errorf("%s: %d %s", name, got.status, got.body)
		}
	}
	refused, _ := json.Marshal(call{"scene": s.ID, "action": "revoke", "token": p.mint(s, "", "expired")})
	if got := p.request(http.MethodPost, "/api/act", string(refused), nil); got.status != 400 ||
		!strings.Contains(got.body, "TOKEN_EXPIRED") {
		t.Errorf("revoke: %d %s", got.status, got.body)
	}
}

// TestProtection: no other site reaches the playground through a browser.
func TestProtection(t *testing.T) {
	p := open(t, playground.Config{})
	body := `{"scene":"` + p.scene("Clerk").ID + `"}`
	for name, c := range map[string]struct {
		method, path string
		change       func(*http.Request)
		status       int
	}{
		"own page":         {http.MethodPost, "/api/mint", func(r *http.Request) { r.Header.Set("Origin", p.url) }, 200},
		"no browser":       {http.MethodPost, "/api/mint", nil, 200},
		"DNS rebinding":    {http.MethodGet, "/", func(r *http.Request) { r.Host = "attacker.example" }, 421},
		"rebinding, port":  {http.MethodPost, "/api/mint", func(r *http.Request) { r.Host = "attacker.example:9000" }, 421},
		"name that begins": {http.MethodGet, "/", func(r *http.Request) { r.Host = "localhost.attacker.example" }, 421},
		"localhost":        {http.MethodGet, "/", func(r *http.Request) { r.Host = "localhost:1" }, 200},
		"IPv6":             {http.MethodGet, "/", func(r *http.Request) { r.Host = "[::1]:1" }, 200},
		"other origin": {
			http.MethodPost, "/api/mint", func(r *http.Request) { r.Header.Set("Origin", "https://attacker.example") }, 403,
		},
		"other port": {
			http.MethodPost, "/api/mint", func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "same-site") }, 403,
		},
		"cross-site fetch": {
			http.MethodGet, "/api/scenes", func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") }, 403,
		},
		"cross-site frame": {http.MethodGet, "/", func(r *http.Request) {
			r.Header.Set("Sec-Fetch-Site", "cross-site")
			r.Header.Set("Sec-Fetch-Mode", "navigate")
			r.Header.Set("Sec-Fetch-Dest", "iframe")
		}, 403},
		"link from elsewhere": {http.MethodGet, "/", func(r *http.Request) {
			r.Header.Set("Sec-Fetch-Site", "cross-site")
			r.Header.Set("Sec-Fetch-Mode", "navigate")
			r.Header.Set("Sec-Fetch-Dest", "document")
		}, 200},
		"form": {
			http.MethodPost, "/api/mint", func(r *http.Request) { r.Header.Set("Content-Type", "text/plain") }, 415,
		},
		"by GET":    {http.MethodGet, "/api/mint", nil, 405},
		"elsewhere": {http.MethodGet, "/assets/index.html", nil, 404},
	} {
		t.Run(name, func(t *testing.T) {
			sent := body
			if c.method == http.MethodGet {
				sent = ""
			}
			if got := p.request(c.method, c.path, sent, c.change); got.status != c.status {
				t.Errorf("%d %.200s, want %d", got.status, got.body, c.status)
			}
		})
	}
}

// TestSceneHeader: the servers answer only requests that name a scene.
func TestSceneHeader(t *testing.T) {
	p := open(t, playground.Config{})
	s := p.scene("Clerk")
	var out struct{ Answers []answer }
	p.post("send", call{"scene": s.ID, "path": "/public"}, &out)
	for _, a := range out.Answers {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, a.URL, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		response, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != http.StatusNotFound {
			t.Errorf("%s answers %d", a.Framework, response.StatusCode)
		}
	}
}

// TestPolicy: the page's files hold nothing inline and name no other host, and
// the browser is told so.
func TestPolicy(t *testing.T) {
	p := open(t, playground.Config{})
	for _, file := range []string{"/", "/style.css", "/app.js", "/views.js", "/icon.svg"} {
		got := p.request(http.MethodGet, file, "", nil)
		csp := got.header.Get("Content-Security-Policy")
		if got.status != 200 || !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") ||
			got.header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %d, %q", file, got.status, csp)
		}
		text := strings.ReplaceAll(got.body, "http://www.w3.org/2000/svg", "")
		for _, bad := range []string{"style=", "onclick=", "<style", "http://", "https://", "innerHTML", "eval("} {
			if strings.Contains(text, bad) {
				t.Errorf("%s contains %q", file, bad)
			}
		}
	}
}

func TestServeRefusesOtherAddresses(t *testing.T) {
	p := open(t, playground.Config{})
	if err := p.play.Serve(t.Context(), outside{}); err == nil || !strings.Contains(err.Error(), "192.0.2.1") {
		t.Errorf("got %v", err)
	}
}

type outside struct{ net.Listener }

func (outside) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 80} }

// TestSceneMistakes: a scene needs a contract.
func TestSceneMistakes(t *testing.T) {
	if _, err := playground.New(playground.Config{Scenes: []playground.Scene{{Name: "mine"}}}); err == nil ||
		!strings.Contains(err.Error(), "mine") {
		t.Errorf("a scene without a contract: %v", err)
	}
}
