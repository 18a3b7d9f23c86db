package realtest_test

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"html"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/go-chi/chi/v5"
	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/adaptor"
	"github.com/labstack/echo/v4"

	"github.com/revstackhq/auth-go/chiauth"
	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/guard"
	"github.com/revstackhq/auth-go/core/logout"
	"github.com/revstackhq/auth-go/core/providers/oidc"
	"github.com/revstackhq/auth-go/echoauth"
	"github.com/revstackhq/auth-go/fiberauth"
	"github.com/revstackhq/auth-go/ginauth"
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

// late is a handler that is set once the provider, and so the contract, is there.
type late struct{ http.Handler }

const logoutPath = "/logout/backchannel"

// logoutApps are programs with a guarded route, and the logout handler in front of the guard.
func logoutApps() map[string]func(source core.Authenticator, revoker guard.Revoker, receive http.Handler) http.Handler {
	option := func(revoker guard.Revoker) guard.Option { return guard.Revocation(revoker, guard.FailClosed) }
	return map[string]func(core.Authenticator, guard.Revoker, http.Handler) http.Handler{
		"gin": func(source core.Authenticator, revoker guard.Revoker, receive http.Handler) http.Handler {
			gin.SetMode(gin.TestMode)
			r := gin.New()
			r.POST(logoutPath, gin.WrapH(receive))
			r.GET("/", ginauth.New(source, option(revoker)), func(c *gin.Context) { c.String(200, ginauth.UserID(c)) })
			return r
		},
		"echo": func(source core.Authenticator, revoker guard.Revoker, receive http.Handler) http.Handler {
			e := echo.New()
			e.POST(logoutPath, echo.WrapHandler(receive))
			e.GET("/", func(c echo.Context) error { return c.String(200, echoauth.UserID(c)) },
				echoauth.New(source, option(revoker)))
			return e
		},
		"chi": func(source core.Authenticator, revoker guard.Revoker, receive http.Handler) http.Handler {
			r := chi.NewRouter()
			r.Method(http.MethodPost, logoutPath, receive)
			r.With(chiauth.New(source, option(revoker))).Get("/", func(w http.ResponseWriter, r *http.Request) {
				_, _ = io.WriteString(w, chiauth.UserID(r.Context()))
			})
			return r
		},
	}
}

// fiberLogout is that program with fiber, which is no http.Handler.
func fiberLogout(source core.Authenticator, revoker guard.Revoker, receive http.Handler) *fiber.App {
	app := fiber.New(fiber.Config{DisableStartupMessage: true})
	app.Post(logoutPath, adaptor.HTTPHandler(receive))
	app.Get("/", fiberauth.New(source, guard.Revocation(revoker, guard.FailClosed)),
		func(c *fiber.Ctx) error { return c.SendString(fiberauth.UserID(c)) })
	return app
}

// TestBackChannelLogout: a user of npm oidc-provider signs in at four programs, one in
// each framework, and signs out at the provider, which tells all of them.
func TestBackChannelLogout(t *testing.T) {
	dir := installProvider(t)
	names := []string{"chi", "echo", "fiber", "gin"}
	receivers := map[string]*late{}
	urls := map[string]string{}
	var callbacks []string
	listeners := map[string]net.Listener{}
	for _, name := range names {
		l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		listeners[name], receivers[name], urls[name] = l, &late{}, "http://"+l.Addr().String()
		callbacks = append(callbacks, urls[name]+logoutPath)
	}
	issuer, lines := runProvider(t, dir, callbacks)
	contract, err := oidc.NewContract(oidc.Config{Issuer: issuer, Audience: []string{"https://api.example"}})
	if err != nil {
		t.Fatal(err)
	}
	logs := map[string]*revoked{}
	for n, name := range names {
		logs[name] = &revoked{}
		receivers[name].Handler, err = logout.NewBackChannel(contract, logs[name],
			logout.Audience("client-"+string(rune('0'+n))))
		if err != nil {
			t.Fatal(err)
		}
		serveLogout(t, name, listeners[name], contract, logs[name], receivers[name])
	}

	browser, other := newBrowser(t), newBrowser(t)
	tokens, elsewhere := map[string]string{}, map[string]string{}
	for n, name := range names {
		tokens[name] = codeFlow(t, browser, issuer, "client-"+string(rune('0'+n)))
		elsewhere[name] = codeFlow(t, other, issuer, "client-"+string(rune('0'+n)))
		for _, token := range []string{tokens[name], elsewhere[name]} {
			if status, body := get(t, urls[name], token); status != 200 || body != "ada" {
				t.Fatalf("%s before the logout: %d %s", name, status, body)
			}
		}
	}
	endSession(t, browser, issuer)
	for range names {
		if line := <-lines; !strings.HasPrefix(line, "delivered ") {
			t.Errorf("the provider says %q", line)
		}
	}
	for _, name := range names {
		if status, body := get(t, urls[name], tokens[name]); status != 401 || !strings.Contains(body, "TOKEN_REVOKED") {
			t.Errorf("%s after the logout: %d %s, want 401 TOKEN_REVOKED", name, status, body)
		}
		if status, body := get(t, urls[name], elsewhere[name]); status != 200 {
			t.Errorf("%s, the same user's other session: %d %s, want 200", name, status, body)
		}
		forged := mustRequest(t, http.MethodPost, urls[name]+logoutPath, url.Values{"logout_token": {elsewhere[name]}})
		resp := do(t, http.DefaultClient, forged)
		if resp.StatusCode != http.StatusBadRequest || resp.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s, an access token for a logout token: %s", name, resp.Status)
		}
		if n := len(logs[name].entries); n != 1 {
			t.Errorf("%s has %d entries, want 1", name, n)
		}
	}
}

func serveLogout(
	t *testing.T, name string, l net.Listener, source core.Authenticator, revoker guard.Revoker, receive http.Handler,
) {
	t.Helper()
	served := make(chan error, 1)
	if name == "fiber" {
		app := fiberLogout(source, revoker, receive)
		go func() { served <- app.Listener(l) }()
		t.Cleanup(func() {
			if err := errors.Join(app.Shutdown(), <-served); err != nil {
				t.Error(err)
			}
		})
		return
	}
	server := httptest.NewUnstartedServer(logoutApps()[name](source, revoker, receive))
	_ = server.Listener.Close()
	server.Listener = l
	server.Start()
	t.Cleanup(server.Close)
}

// installProvider installs oidc-provider once for each lock file, outside the source.
func installProvider(t *testing.T) (dir string) {
	t.Helper()
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("node is not installed")
	}
	if out, err := exec.CommandContext(t.Context(), node, "--version").Output(); err != nil || len(out) == 0 {
		t.Skip("node does not run: ", err)
	}
	lock, err := os.ReadFile(filepath.Join("oidcprovider", "package-lock.json"))
	if err != nil {
		t.Fatal(err)
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Skip("there is no folder for caches: ", err)
	}
	sum := sha256.Sum256(lock)
	dir = filepath.Join(cache, "auth-go-realtest", base64.RawURLEncoding.EncodeToString(sum[:9]))
	for _, name := range []string{"package.json", "package-lock.json", "provider.mjs"} {
		text, err := os.ReadFile(filepath.Join("oidcprovider", name))
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(os.MkdirAll(dir, 0o700), os.WriteFile(filepath.Join(dir, name), text, 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "node_modules", ".package-lock.json")); err == nil {
		return dir
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	install := exec.CommandContext(ctx, "npm", "ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund")
	install.Dir = dir
	if out, err := install.CombinedOutput(); err != nil {
		t.Skipf("oidc-provider cannot be installed: %v\n%s", err, out)
	}
	return dir
}

// runProvider returns the provider's issuer, and what it says afterwards.
func runProvider(t *testing.T, dir string, callbacks []string) (issuer string, lines <-chan string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "node", append([]string{"provider.mjs"}, callbacks...)...)
	cmd.Dir = dir
	var stderr strings.Builder
	cmd.Stderr = &stderr
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	said := make(chan string, 100)
	go func() {
		defer close(said)
		for s := bufio.NewScanner(stdout); s.Scan(); {
			if !strings.Contains(s.Text(), "NOTICE") { // that its defaults are in use
				said <- s.Text()
			}
		}
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		if t.Failed() {
			t.Log(stderr.String())
		}
	})
	for line := range said {
		if issuer, ok := strings.CutPrefix(line, "issuer "); ok {
			return issuer, said
		}
	}
	t.Fatalf("the provider has ended: %s", stderr.String())
	return "", nil
}

func newBrowser(t *testing.T) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &http.Client{
		Jar:           jar,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

const appCallback = "https://app.example/callback"

// codeFlow signs in, with PKCE, and returns the access token.
func codeFlow(t *testing.T, browser *http.Client, issuer, client string) string {
	t.Helper()
	const verifier = "a-code-verifier-that-is-long-enough-to-be-one-43"
	challenge := sha256.Sum256([]byte(verifier))
	next := issuer + "/auth?" + url.Values{
		"client_id": {client}, "redirect_uri": {appCallback}, "response_type": {"code"}, "scope": {"openid read"},
		"code_challenge":        {base64.RawURLEncoding.EncodeToString(challenge[:])},
		"code_challenge_method": {"S256"},
	}.Encode()
	for range 10 {
		if next = follow(t, browser, issuer, next); strings.HasPrefix(next, appCallback) {
			break
		}
	}
	back, err := url.Parse(next)
	if err != nil || back.Query().Get("code") == "" {
		t.Fatalf("no code in %s", next)
	}
	resp := do(t, browser, mustRequest(t, http.MethodPost, issuer+"/token", url.Values{
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
func endSession(t *testing.T, browser *http.Client, issuer string) {
	t.Helper()
	resp := do(t, browser, mustRequest(t, http.MethodGet, issuer+"/session/end", nil))
	page, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(`name="xsrf" value="([^"]+)"`).FindSubmatch(page)
	if found == nil {
		t.Fatalf("%s: no form in %s", resp.Status, page)
	}
	resp = do(t, browser, mustRequest(t, http.MethodPost, issuer+"/session/end/confirm", url.Values{
		"xsrf": {html.UnescapeString(string(found[1]))}, "logout": {"yes"},
	}))
	if resp.StatusCode >= 400 {
		t.Fatalf("logout: %s", resp.Status)
	}
}
