package realtest_test

import (
	"encoding/base64"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/providers/oidc"
	"github.com/revstackhq/auth-go/internal/crosstest/adapters"
)

// start serves one guarded route through an adapter and returns its URL.
func start(t *testing.T, a adapters.Adapter, source core.Authenticator) string {
	t.Helper()
	l := listen(t)
	serve(t, a, adapters.Program{Guarded: []adapters.Route{{Path: "/", Source: source}}}, l)
	return "http://" + l.Addr().String() + "/"
}

type laterClock struct{ by time.Duration }

func (c laterClock) Now() time.Time { return time.Now().Add(c.by) }

// TestRealProvider verifies tokens of a provider that this project did not write,
// through every adapter.
func TestRealProvider(t *testing.T) {
	const other = "payroll"
	issuer := startProvider(t, clientID, other)
	user := "test-user@127.0.0.1"
	access, id := signIn(t, issuer, clientID, user)
	foreign, _ := signIn(t, issuer, other, user)

	contract, err := oidc.NewContract(oidc.Config{Issuer: issuer, Audience: []string{clientID}})
	if err != nil {
		t.Fatal(err)
	}
	later, err := core.NewVerifier(contract, core.WithClock(laterClock{time.Hour}))
	if err != nil {
		t.Fatal(err)
	}
	elsewhere := startProvider(t, clientID)
	impostor, _ := signIn(t, elsewhere, clientID, user)

	for _, a := range adapters.All() {
		now, afterwards := start(t, a, contract), start(t, a, later)
		for _, tt := range []struct {
			name, url, token string
			status           int
			body             string
		}{
			{"access token", now, access, 200, "id1"},
			{"same token again", now, access, 200, "id1"},
			{"another user in the payload", now, impersonate(t, access), 401, "INVALID_SIGNATURE"},
			{"tampered signature", now, tamper(access), 401, "INVALID_SIGNATURE"},
			{"for another audience", now, foreign, 401, "AUDIENCE_MISMATCH"},
			{"of another provider", now, impostor, 401, "ISSUER_MISMATCH"},
			{"after expiry", afterwards, access, 401, "TOKEN_EXPIRED"},
			{"none", now, "", 401, "TOKEN_MISSING"},
			{"without its signature", now, access[:strings.LastIndexByte(access, '.')+1], 401, "INVALID_FORMAT"},
			{"ID token, which has the same audience here", now, id, 200, "id1"},
		} {
			t.Run(a.Name+"/"+tt.name, func(t *testing.T) {
				status, body := get(t, tt.url, tt.token)
				if status != tt.status || !strings.Contains(body, tt.body) {
					t.Errorf("got %d %s, want %d and %q", status, body, tt.status, tt.body)
				}
			})
		}
	}
}

// TestSharedDiscovery: everything made of one contract asks the provider once.
func TestSharedDiscovery(t *testing.T) {
	issuer := startProvider(t, clientID)
	contract, err := oidc.NewContract(oidc.Config{Issuer: issuer, Audience: []string{clientID}})
	if err != nil {
		t.Fatal(err)
	}
	access, _ := signIn(t, issuer, clientID, "test-user2")
	for _, a := range adapters.All() {
		if status, body := get(t, start(t, a, contract), access); status != 200 || body != "id2" {
			t.Errorf("%s: got %d %q", a.Name, status, body)
		}
	}
	v, err := core.NewVerifier(contract)
	if err != nil {
		t.Fatal(err)
	}
	if h := v.KeyHealth(); len(h) != 1 || h[0].State != "fresh" || h[0].Fetches > 2 {
		t.Errorf("seven adapters and a verifier of one contract: health %+v, want one discovery and one key fetch", h)
	}
}

// impersonate puts another user into the payload and keeps the signature.
func impersonate(t *testing.T, token string) string {
	t.Helper()
	parts := strings.Split(token, ".")
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil || !strings.Contains(string(payload), `"id1"`) {
		t.Fatalf("no user to replace in %s: %v", payload, err)
	}
	parts[1] = base64.RawURLEncoding.EncodeToString([]byte(strings.Replace(string(payload), `"id1"`, `"id2"`, 1)))
	return strings.Join(parts, ".")
}

// tamper changes one character in the middle of the signature.
func tamper(token string) string {
	b := []byte(token)
	at := len(b) - 100
	if b[at] == 'A' {
		b[at] = 'B'
	} else {
		b[at] = 'A'
	}
	return string(b)
}

func get(t *testing.T, target, token string) (status int, body string) {
	t.Helper()
	r := mustRequest(t, http.MethodGet, target, nil)
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	resp := do(t, http.DefaultClient, r)
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(b)
}
