package mcpauth_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/mcpauth"
)

// TestSessionsOfStreams: a stream on which a server notifies its client has no other end than the token. A call
// of a tool may take longer than its token is valid.
func TestSessionsOfStreams(t *testing.T) {
	for name, c := range map[string]struct {
		request func(t *testing.T) *http.Request
		ends    bool
	}{
		"GET": {func(t *testing.T) *http.Request {
			t.Helper()
			return httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/mcp", http.NoBody)
		}, true},
		"listen": {func(t *testing.T) *http.Request {
			t.Helper()
			return post(t, rpc(t, "subscriptions/listen", map[string]any{"notifications": map[string]any{}}))
		}, true},
		"a tool": {func(t *testing.T) *http.Request { t.Helper(); return post(t, toolCall(t, "x")) }, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			clock := authtest.NewClock(time.Unix(1_800_000_000, 0))
			issuer := authtest.NewIssuer(t, authtest.WithClock(clock))
			stream := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				clock.Advance(time.Minute)
				ended := false
				select {
				case <-r.Context().Done():
					ended = true
				case <-time.After(3 * time.Second):
				}
				if ended != c.ends {
					t.Errorf("the request ended with its token: %t", ended)
				}
			})
			protected := mcpauth.New(verifierOf(t, issuer, core.WithClock(clock)), mcpauth.Config{})(stream)
			r := c.request(t)
			r.Header.Set("Authorization", "Bearer "+issuer.Token(nil, authtest.ExpiresIn(time.Minute)))
			clock.Advance(time.Minute) // within the leeway
			if w := call(t, protected, r); w.Code != http.StatusOK {
				t.Errorf("%d %s", w.Code, w.Body)
			}
		})
	}
}
