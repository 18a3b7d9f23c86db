package mcpauth_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/core/guard"
	"github.com/revstackhq/auth-go/core/secrettest"
	"github.com/revstackhq/auth-go/mcpauth"
)

// TestNoSecretInSight: answers and log lines about requests with tokens, good and bad ones, show nothing of the tokens,
// and a configuration prints without the key of its sessions.
func TestNoSecretInSight(t *testing.T) {
	marks := secrettest.New()
	issuer := authtest.NewIssuer(t)
	v, err := core.NewVerifier(issuer.Contract(), core.WithLogger(marks.Logger()))
	if err != nil {
		t.Fatal(err)
	}
	config := notes()
	config.SessionKey = core.NewSecret(marks.Random("the key of the sessions"))
	marks.CheckDeep(t, "the configuration", config)
	handler := mcpauth.New(v, config, guard.KeepToken(), guard.Logger(marks.Logger()))(http.HandlerFunc(
		func(w http.ResponseWriter, r *http.Request) {
			marks.Check(t, "the context", r.Context())
			w.Header().Set("Mcp-Session-Id", marks.Add("the server's session id", "the session of the server behind"))
		}))
	good := marks.Add("the token", issuer.Token(nil))
	for _, authorization := range []string{
		"Bearer " + good,
		"Bearer " + marks.Add("the expired token", issuer.Token(nil, authtest.ExpiresIn(-1))),
		"Bearer " + marks.Add("the forged token", issuer.Token(nil, authtest.WithForeignKey())),
		"Bearer " + marks.Random("the opaque token"),
		"Bearer " + good + " " + good,
		good,
	} {
		for _, body := range []string{
			`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"delete_note"}}`,
			`{"jsonrpc":"2.0","id":1,"method":"initialize","params":{}}`,
			`{"jsonrpc":"2.0","id":1,"method":"` + good + `"}`,
			`{"jsonrpc":"` + good,
		} {
			r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
			r.Header.Set("Content-Type", "application/json")
			r.Header.Set("Authorization", authorization)
			r.Header.Set("Mcp-Session-Id", good)
			w := httptest.NewRecorder()
			handler.ServeHTTP(w, r)
			marks.Check(t, "the answer", w.Body.String())
			if w.Code >= 400 {
				marks.Check(t, "the header of the answer", w.Header())
			}
		}
	}
	marks.CheckLog(t)
}
