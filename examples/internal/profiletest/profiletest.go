// Package profiletest tests the programs in examples: each guards
// GET /api/profile in its own framework, and all give the same answers.
package profiletest

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/core/providers/clerk"
	"github.com/revstackhq/auth-go/core/providers/clerk/clerktest"
)

// Send sends a request to a program and returns its answer.
type Send func(*http.Request) (*http.Response, error)

// Handler sends requests to a program that is an http.Handler.
func Handler(handler http.Handler) Send {
	return func(r *http.Request) (*http.Response, error) {
		recorder := httptest.NewRecorder()
		handler.ServeHTTP(recorder, r)
		return recorder.Result(), nil
	}
}

// Run tests the program that start returns for a contract.
func Run(t *testing.T, start func(*core.Contract) Send) {
	t.Helper()
	issuer := authtest.NewIssuer(t)
	contract, err := clerk.NewContract(clerk.Config{IssuerURL: issuer.URL()})
	if err != nil {
		t.Fatal(err)
	}
	send := start(contract)
	member := clerktest.Token{UserID: "user_123", SessionID: "sess_7", OrganizationID: "org_9"}
	late := member
	late.TTL = -time.Minute
	for name, c := range map[string]struct {
		token  string
		status int
		body   string
	}{
		"signed in": {
			clerktest.SessionToken(issuer, member), http.StatusOK,
			`{"organizationId":"org_9","sessionId":"sess_7","userId":"user_123"}`,
		},
		"session expired": {
			clerktest.SessionToken(issuer, late), http.StatusUnauthorized,
			`{"error":"Session expired. Please sign in again.","code":"TOKEN_EXPIRED"}`,
		},
		"another application's token": {
			clerktest.SessionToken(authtest.NewIssuer(t), member), http.StatusUnauthorized,
			`{"error":"The token was issued by an issuer this service does not trust.","code":"ISSUER_MISMATCH"}`,
		},
		"no token": {"", http.StatusUnauthorized, `{"error":"Sign in to continue.","code":"TOKEN_MISSING"}`},
	} {
		t.Run(name, func(t *testing.T) {
			request := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/api/profile", http.NoBody)
			if c.token != "" {
				authtest.Authorize(request, c.token)
			}
			response, err := send(request)
			if err != nil {
				t.Fatal(err)
			}
			defer response.Body.Close()
			body, err := io.ReadAll(response.Body)
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.TrimSpace(string(body)); response.StatusCode != c.status || got != c.body {
				t.Errorf("got %d %s, want %d %s", response.StatusCode, got, c.status, c.body)
			}
		})
	}
}
