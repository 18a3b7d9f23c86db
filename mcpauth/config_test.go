package mcpauth_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/auth"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/core/guard"
	"github.com/revstackhq/auth-go/core/policy"
	"github.com/revstackhq/auth-go/mcpauth"
)

type nilPolicy struct{}

func (*nilPolicy) Check(*core.Session) error { return nil }

func TestConfigMistakes(t *testing.T) {
	verifier := verifierOf(t, authtest.NewIssuer(t))
	cases := []struct {
		config mcpauth.Config
		want   string
	}{
		{mcpauth.Config{Tools: map[string]core.Policy{"x": nil}}, `Config.Tools["x"] is nil`},
		{mcpauth.Config{Tools: map[string]core.Policy{"x": (*nilPolicy)(nil)}}, `Config.Tools["x"] is nil`},
		{mcpauth.Config{Resources: map[string]core.Policy{"": policy.MFA()}}, "Config.Resources: a name is empty"},
		{
			mcpauth.Config{Methods: map[string]core.Policy{"*": policy.MFA()}},
			"give a policy for all requests to guard.Policies",
		},
		{mcpauth.Config{MaxBodyBytes: -1}, "Config.MaxBodyBytes is -1"},
		{mcpauth.Config{SessionKey: core.NewSecret("short")}, "Config.SessionKey has 5 bytes"},
	}
	for _, c := range cases {
		t.Run(c.want, func(t *testing.T) {
			defer func() {
				if p := fmt.Sprint(recover()); !strings.HasPrefix(p, "mcpauth: ") || !strings.Contains(p, c.want) {
					t.Errorf("panicked with %q", p)
				}
			}()
			mcpauth.New(verifier, c.config)
		})
	}
}

// TestForMayReturnNil: also a nil pointer in the interface means that nothing is asked.
func TestForMayReturnNil(t *testing.T) {
	issuer := authtest.NewIssuer(t)
	config := mcpauth.Config{For: func(mcpauth.Operation) core.Policy { return (*nilPolicy)(nil) }}
	h := mcpauth.New(verifierOf(t, issuer), config)(echo())
	w := call(t, h, post(t, toolCall(t, "any"), "Authorization", "Bearer "+issuer.Token(authtest.Claims{"sub": "ada"})))
	if w.Code != http.StatusOK {
		t.Errorf("got %d %s", w.Code, w.Body)
	}
}

// TestAnonymous: with an optional guard only the operations with a policy need a token.
func TestAnonymous(t *testing.T) {
	protected, _ := protectedEcho(t, guard.Optional())
	for body, want := range map[string]int{
		rpc(t, "tools/list", nil):    http.StatusOK,
		toolCall(t, "delete_note"):   http.StatusUnauthorized,
		`{"method":1}`:               http.StatusBadRequest,
		rpc(t, "resources/read", 1):  http.StatusBadRequest,
		`{"method":"tools/list"}  {`: http.StatusBadRequest,
	} {
		w := call(t, protected, post(t, body))
		if w.Code != want {
			t.Errorf("%s: %d", body, w.Code)
		}
		const challenge = `Bearer scope="tools notes:delete"`
		if got := w.Header().Get("WWW-Authenticate"); want == http.StatusUnauthorized && got != challenge {
			t.Errorf("%s: challenge %s", body, got)
		}
	}
}

// TestTokenInfo: the SDK gets the session wherever the guard found the token, and with the
// header as the client sent it.
func TestTokenInfo(t *testing.T) {
	issuer := authtest.NewIssuer(t)
	var seen *auth.TokenInfo
	var authorization string
	h := mcpauth.New(verifierOf(t, issuer), mcpauth.Config{}, guard.Optional(), guard.Extractors(guard.Header("X-Token")))(
		http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			seen, authorization = auth.TokenInfoFromContext(r.Context()), r.Header.Get("Authorization")
		}))
	call(t, h, post(t, rpc(t, "ping", nil), "X-Token",
		issuer.Token(authtest.Claims{"sub": "ada", "scope": "a b", "client_id": "app"})))
	if seen == nil || seen.UserID != "ada" || fmt.Sprint(seen.Scopes) != "[a b]" || seen.Expiration.IsZero() {
		t.Fatalf("got %+v", seen)
	}
	if authorization != "" {
		t.Errorf("the handler sees Authorization %q", authorization)
	}
	if seen.Extra["iss"] != issuer.URL() || seen.Extra["client_id"] != "app" || mcpauth.UserID(seen) != "ada" {
		t.Errorf("extra: %v", seen.Extra)
	}
	claims, err := mcpauth.Claims[struct {
		ClientID string `json:"client_id"`
	}](seen)
	if err != nil || claims.ClientID != "app" {
		t.Errorf("claims: %+v, %v", claims, err)
	}

	call(t, h, post(t, rpc(t, "ping", nil)))
	if seen != nil {
		t.Errorf("an anonymous request has %+v", seen)
	}
	for _, info := range []*auth.TokenInfo{nil, {}, {Extra: map[string]any{"auth-go.session": "forged"}}} {
		if _, ok := mcpauth.Session(info); ok || mcpauth.UserID(info) != "" {
			t.Errorf("%+v has a session", info)
		}
		if _, err := mcpauth.Claims[map[string]any](info); err == nil {
			t.Errorf("%+v has claims", info)
		}
	}
}
