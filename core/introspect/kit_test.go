package introspect_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/core/clientauth"
	"github.com/revstackhq/auth-go/core/introspect"
)

const (
	issuer   = "https://id.northwind.example"
	audience = "https://api.northwind.example"
	secret   = "swordfish-swordfish" // of the client
	token    = "opaque-1.not-a-jwt"
)

// server is an introspection endpoint on loopback.
type server struct {
	*httptest.Server

	asked  atomic.Int64
	handle atomic.Pointer[http.HandlerFunc]

	mu   sync.Mutex
	last *http.Request // with its form parsed
	body []byte
}

func newServer(t *testing.T, handle http.HandlerFunc) *server {
	t.Helper()
	s := &server{}
	s.handle.Store(&handle)
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.asked.Add(1)
		var body bytes.Buffer
		_, _ = body.ReadFrom(r.Body)
		r.Body = http.NoBody
		s.mu.Lock()
		s.last, s.body = r, body.Bytes()
		s.mu.Unlock()
		(*s.handle.Load())(w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

// answer sends JSON.
func answer(status int, body string) http.HandlerFunc {
	return answerAs(status, "application/json; charset=utf-8", body)
}

func answerAs(status int, mediaType, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", mediaType)
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}
}

// active describes an active token.
func active(clock *authtest.Clock, change map[string]any) string {
	claims := map[string]any{
		"active": true, "iss": issuer, "sub": "user_1", "aud": audience, "client_id": "cli",
		"scope": "orders:read orders:write",
		"exp":   clock.Now().Unix() + 3600, "iat": clock.Now().Unix(),
	}
	for name, value := range change {
		if claims[name] = value; value == nil {
			delete(claims, name)
		}
	}
	text, err := json.Marshal(claims)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// config asks s.
func config(s *server, clock *authtest.Clock) introspect.Config {
	return introspect.Config{
		Server: introspect.Server{URL: s.URL + "/introspect"},
		Auth:   clientauth.Basic("orders api", core.NewSecret(secret)),
		Rules:  core.Rules{Issuer: issuer, Audiences: core.Strings{audience}},
		Clock:  clock,
		Logger: slog.New(slog.DiscardHandler),
	}
}

func newClient(t *testing.T, cfg introspect.Config) *introspect.Client {
	t.Helper()
	c, err := introspect.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func authenticate(t *testing.T, a core.Authenticator, token string) (*core.Session, error) {
	t.Helper()
	return a.Authenticate(t.Context(), core.Credentials{Token: token, Scheme: "Bearer"})
}

// want checks the code of an error, "" for none.
func want(t *testing.T, what string, err error, code core.Code) {
	t.Helper()
	if got := core.CodeOf(err); got != code {
		t.Fatalf("%s: %v, want the code %q", what, err, code)
	}
	var e *core.Error
	if err != nil && !errors.As(err, &e) {
		t.Fatalf("%s: %T is not a *core.Error", what, err)
	}
}

// lines collects log lines.
type lines struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// roundTripper is an HTTP client without a network.
type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
