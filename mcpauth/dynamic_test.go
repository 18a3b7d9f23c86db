package mcpauth_test

import (
	"net/http"
	"testing"

	"github.com/revstackhq/auth-go/core/authtest"
)

// TestAnswersToNamesThatPanic: a name that For cannot make a policy of, here of a scope with a space, is refused. A
// stranger's name is not even a reason for a stack trace.
func TestAnswersToNamesThatPanic(t *testing.T) {
	protected, issuer := protectedEcho(t)
	const name = "note://private/a b"
	body := rpc(t, "resources/read", map[string]any{"uri": name})
	for authorization, want := range map[string]int{
		"":         http.StatusUnauthorized,
		"Bearer x": http.StatusUnauthorized,
		"Bearer " + issuer.Token(authtest.Claims{"scope": "mcp notes:read"}): http.StatusForbidden,
	} {
		r := post(t, body, "Mcp-Method", "resources/read", "Mcp-Name", name)
		if authorization != "" {
			r.Header.Set("Authorization", authorization)
		}
		if w := call(t, protected, r); w.Code != want {
			t.Errorf("%.10q: %d %s, want %d", authorization, w.Code, w.Body, want)
		}
	}
}
