package authtest_test

import (
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/core/guard"
)

// A test of a service that accepts DPoP-bound tokens sends one, with its proof.
func ExampleIssuer_AuthorizeDPoP() {
	issuer, err := authtest.StartIssuer(authtest.Config{}) // in a test: authtest.NewIssuer(t)
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = issuer.Close() }()

	contract := issuer.Contract(func(r *core.Rules) { r.Confirmation = "dpop" })
	handler := guard.Middleware(contract, guard.ExternalURL("https://api.example.com"))(
		http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = fmt.Fprint(w, core.UserID(r.Context())) }))

	request := httptest.NewRequest(http.MethodGet, "/orders?page=2", http.NoBody)
	issuer.AuthorizeDPoP(request, "https://api.example.com", authtest.Claims{"sub": "user_7"})
	for range 2 { // the second one is a replay
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, request)
		fmt.Println(answer.Code, answer.Body)
	}
	// Output:
	// 200 user_7
	// 401 {"error":"The proof that the token belongs to its sender is missing or not valid.","code":"INVALID_PROOF"}
}

// TestAuthorizeDPoPHosts: the proof is for the service's URL, or for the URL of the request.
func TestAuthorizeDPoPHosts(t *testing.T) {
	issuer := authtest.NewIssuer(t)
	contract := issuer.Contract(func(r *core.Rules) { r.Confirmation = "dpop" })
	for name, test := range map[string]struct {
		target, service, external string
		status                    int
	}{
		"a path":          {"/orders", "", "https://example.com", http.StatusNoContent},
		"a URL":           {"https://example.com/orders", "", "https://example.com", http.StatusNoContent},
		"behind a proxy":  {"/orders", "https://api.example.com/", "https://api.example.com", http.StatusNoContent},
		"with a prefix":   {"/orders", "https://example.com/v1", "https://example.com/v1", http.StatusNoContent},
		"another service": {"/orders", "https://api.example.com", "https://other.example.com", http.StatusUnauthorized},
	} {
		handler := guard.Middleware(contract, guard.ExternalURL(test.external))(
			http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }))
		request := httptest.NewRequest(http.MethodGet, test.target, http.NoBody)
		signer := issuer.AuthorizeDPoP(request, test.service, nil)
		answer := httptest.NewRecorder()
		if handler.ServeHTTP(answer, request); answer.Code != test.status || signer == nil {
			t.Errorf("%s: %d %s, want %d", name, answer.Code, answer.Body, test.status)
		}
	}
}
