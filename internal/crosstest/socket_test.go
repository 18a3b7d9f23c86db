package crosstest_test

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
)

// socket is the WebSocket handler for frameworks that use net/http.
func socket(w http.ResponseWriter, r *http.Request) {
	conn, err := websocket.Accept(w, r, &websocket.AcceptOptions{Subprotocols: subprotocols()})
	if err != nil {
		return // Accept has answered
	}
	defer func() { _ = conn.CloseNow() }()
	for {
		kind, message, err := conn.Read(r.Context())
		if err != nil {
			return
		}
		if err := conn.Write(r.Context(), kind, []byte(greeting(r.Context(), string(message)))); err != nil {
			return
		}
	}
}

// TestWebSocket opens real WebSockets as a browser does: with the token among
// the subprotocols that it offers.
func TestWebSocket(t *testing.T) {
	for _, f := range frameworks() {
		t.Run(f.name, func(t *testing.T) {
			s := f.start(t)
			token := s.issuer.Token(authtest.Claims{"sub": "ada"})
			for name, tc := range map[string]struct {
				offered []string
				chosen  string
			}{
				"token last":             {[]string{"chat", marker, token}, "chat"},
				"token in the middle":    {[]string{marker, token, "chat"}, "chat"},
				"nothing but the token":  {[]string{marker, token}, marker},
				"an unknown one besides": {[]string{"graphql", marker, token}, marker},
			} {
				t.Run(name, func(t *testing.T) { converse(t, s, tc.offered, tc.chosen) })
			}
			expired := s.issuer.Token(nil, authtest.ExpiresIn(-time.Hour))
			metadata := `resource_metadata="` + s.url + s.guard.MetadataPath() + `"`
			for name, tc := range map[string]struct {
				offered   []string
				status    int
				code      core.Code
				challenge string
			}{
				"no token": {[]string{"chat"}, 401, core.CodeTokenMissing, "Bearer " + metadata},
				"expired token": {
					[]string{"chat", marker, expired},
					401,
					core.CodeTokenExpired,
					`Bearer error="invalid_token", ` + metadata,
				},
				"marker alone": {
					[]string{"chat", marker},
					400,
					core.CodeInvalidRequest,
					`Bearer error="invalid_request", ` + metadata,
				},
				"without marker": {[]string{"chat", token}, 401, core.CodeTokenMissing, "Bearer " + metadata},
			} {
				t.Run(name, func(t *testing.T) {
					conn, answer, err := dialSocket(t, s, tc.offered)
					if err == nil {
						_ = conn.CloseNow()
						t.Fatal("the handshake was accepted")
					}
					var body struct{ Code core.Code }
					if answer.body == nil || json.NewDecoder(answer.body).Decode(&body) != nil {
						t.Fatalf("no answer that can be read: %v", err)
					}
					got := answer.header.Get("WWW-Authenticate")
					if answer.status != tc.status || body.Code != tc.code || got != tc.challenge {
						t.Errorf(
							"got %d %s %q, want %d %s %q",
							answer.status,
							string(body.Code),
							got,
							tc.status,
							string(tc.code),
							tc.challenge,
						)
					}
				})
			}
		})
	}
}

func dialSocket(t *testing.T, s *surface, offered []string) (*websocket.Conn, answer, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	t.Cleanup(cancel)
	conn, response, err := websocket.Dial(
		ctx,
		strings.Replace(s.url, "http:", "ws:", 1)+pathSocket,
		&websocket.DialOptions{Subprotocols: offered},
	)
	switch {
	case response == nil:
		return conn, answer{}, err
	case response.Body != nil:
		t.Cleanup(func() { _ = response.Body.Close() })
	}
	return conn, answer{response.StatusCode, response.Header, response.Body}, err
}

// converse exchanges two messages, for the session must outlive the handshake.
func converse(t *testing.T, s *surface, offered []string, chosen string) {
	t.Helper()
	conn, answer, err := dialSocket(t, s, offered)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.CloseNow() }()
	if answer.status != http.StatusSwitchingProtocols || conn.Subprotocol() != chosen {
		t.Errorf("got %d and the subprotocol %q, want %q", answer.status, conn.Subprotocol(), chosen)
	}
	for _, message := range []string{"hello", "and again"} {
		if err := conn.Write(t.Context(), websocket.MessageText, []byte(message)); err != nil {
			t.Fatal(err)
		}
		_, got, err := conn.Read(t.Context())
		if want := "ada says " + message; err != nil || string(got) != want {
			t.Fatalf("got %q, %v; want %q", got, err, want)
		}
	}
	if err := conn.Close(websocket.StatusNormalClosure, ""); err != nil {
		t.Error(err)
	}
}
