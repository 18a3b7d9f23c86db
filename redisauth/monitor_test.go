package redisauth_test

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/core/dpop"
	"github.com/revstackhq/auth-go/core/fleet"
	"github.com/revstackhq/auth-go/core/logout"
	"github.com/revstackhq/auth-go/redisauth"
)

// monitor starts MONITOR, as redis-cli monitor does. The function that it returns ends it and returns what it showed.
func (s *server) monitor() (end func() []string) {
	s.t.Helper()
	c, err := net.Dial("tcp", s.address())
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = c.Close() })
	_ = c.SetDeadline(time.Now().Add(time.Minute))
	if _, err := c.Write([]byte("MONITOR\r\n")); err != nil {
		s.t.Fatal(err)
	}
	in := bufio.NewScanner(c)
	in.Buffer(nil, 1<<20)
	if !in.Scan() || in.Text() != "+OK" {
		s.t.Fatal(in.Text(), in.Err())
	}
	return func() []string {
		s.t.Helper()
		const last = "the end"
		if err := s.do("ECHO", last).Error(); err != nil {
			s.t.Fatal(err)
		}
		var lines []string
		for in.Scan() {
			if strings.Contains(in.Text(), last) {
				return lines
			}
			lines = append(lines, in.Text())
		}
		s.t.Fatal("MONITOR ended: ", in.Err())
		return nil
	}
}

// No command that the server gets shows a user, a session, a client, a token or a proof, neither as it is nor encoded
// or hashed without the fleet's secret. With -v it prints what MONITOR shows.
func TestMonitorShowsNoNames(t *testing.T) {
	t.Parallel()
	s := startServer(t)
	end := s.monitor()
	names := useEverything(t, s)
	lines := end()
	seen := strings.Join(lines, "\n")
	for _, command := range []string{`"XADD"`, `"XREAD"`, `"PUBLISH"`, `"SUBSCRIBE"`, `"auth:keys:`, `"auth:dpop:`} {
		if !strings.Contains(strings.ToUpper(seen), strings.ToUpper(command)) {
			t.Errorf("MONITOR does not show %s", command)
		}
	}
	for what, name := range names {
		sum := sha256.Sum256([]byte(name))
		for form, text := range map[string]string{
			"as it is":           name,
			"in base64":          base64.RawStdEncoding.EncodeToString([]byte(name)),
			"in hex":             hex.EncodeToString([]byte(name)),
			"as SHA-256, hex":    hex.EncodeToString(sum[:]),
			"as SHA-256, base64": base64.RawURLEncoding.EncodeToString(sum[:]),
			"as SHA-256, bytes":  escaped(sum[:8]),
		} {
			if i := strings.Index(strings.ToLower(seen), strings.ToLower(text)); i >= 0 {
				t.Errorf("MONITOR shows the %s %s: ... %s", what, form, seen[max(0, i-100):min(len(seen), i+100)])
			}
		}
	}
	for _, line := range lines {
		t.Log(line)
	}
}

// escaped returns bytes as MONITOR shows them.
func escaped(b []byte) string {
	var text strings.Builder
	for _, c := range b {
		if c > ' ' && c < 0x7f && c != '"' && c != '\\' {
			text.WriteByte(c)
			continue
		}
		text.WriteString(`\x` + hex.EncodeToString([]byte{c}))
	}
	return text.String()
}

// useEverything does what replicas do with the server, and returns the names that took part.
func useEverything(t *testing.T, s *server) map[string]string {
	t.Helper()
	ctx := t.Context()
	idp := authtest.NewIssuer(t)
	names := map[string]string{
		"user":         "user-alice",
		"email":        "alice@example.com",
		"session id":   "sid-of-alice",
		"token id":     "jti-of-alice",
		"client":       "client-of-alice",
		"subject":      "sub-from-a-logout-token",
		"logout's sid": "sid-from-a-logout-token",
	}
	token := idp.Token(authtest.Claims{
		"sub": names["user"], "sid": names["session id"], "jti": names["token id"], "client_id": names["client"],
		"email": names["email"],
	})
	names["token"] = token
	names["part of the token"] = strings.Split(token, ".")[1]

	client := s.connect()
	log, err := redisauth.NewLog(client, redisauth.LogConfig{})
	if err != nil {
		t.Fatal(err)
	}
	a, b := open(t, log), open(t, log)
	until(t, "ready", func() bool { return a.Ready() == nil && b.Ready() == nil })
	cache := redisauth.NewKeyCache(client, redisauth.KeyCacheConfig{})
	v, err := core.NewVerifier(idp.Contract(), core.WithKeyCache(cache, secret),
		core.WithLogger(slog.New(slog.DiscardHandler)))
	if err != nil {
		t.Fatal(err)
	}
	session, err := v.Verify(ctx, token)
	if err != nil {
		t.Fatal(err)
	}
	for _, target := range []fleet.Target{
		fleet.TokenOf(session), fleet.SessionOf(session), fleet.UserOf(session), fleet.User(idp.URL(), names["email"]),
		fleet.Client(idp.URL(), names["client"]), fleet.Issuer(idp.URL()),
	} {
		if err := a.Revoke(ctx, target); err != nil {
			t.Fatal(err)
		}
	}
	err = a.Sink().Revoke(ctx,
		logout.Entry{Kind: logout.KindUser, Issuer: idp.URL(), Value: names["subject"], Before: time.Now()},
		logout.Entry{Kind: logout.KindSession, Issuer: idp.URL(), Value: names["logout's sid"]})
	if err != nil {
		t.Fatal(err)
	}
	if err := a.KeysChanged(ctx, idp.URL()); err != nil {
		t.Fatal(err)
	}
	until(t, "the other replica refuses", func() bool { return revoked(b, session) })
	names["proof"] = prove(ctx, t, redisauth.NewReplayStore(client, ""), token)
	records := a.Stats().Records
	until(t, "heartbeats", func() bool { return a.Stats().Records > records+2 })
	return names
}

// prove checks a proof against a store, and returns it.
func prove(ctx context.Context, t *testing.T, store dpop.Store, token string) string {
	t.Helper()
	signer, err := dpop.GenerateSigner()
	if err != nil {
		t.Fatal(err)
	}
	const url = "https://api.example.com/me"
	proof, err := signer.Proof(dpop.Claims{Method: http.MethodGet, URL: url, Token: token})
	if err != nil {
		t.Fatal(err)
	}
	checker, err := dpop.New(dpop.Config{Store: store, OnFailure: dpop.FailClosed})
	if err != nil {
		t.Fatal(err)
	}
	if err := checker.Check(ctx, dpop.Presentation{
		Proof:      proof,
		Method:     http.MethodGet,
		URL:        url,
		Token:      token,
		Thumbprint: signer.Thumbprint(),
	}); err != nil {
		t.Fatal(err)
	}
	return proof
}
