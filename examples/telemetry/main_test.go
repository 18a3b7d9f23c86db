package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/revstackhq/auth-go/core/authtest"
)

// TestMetrics: what requests do is in the text that Prometheus reads, under the names
// that the dashboard has.
func TestMetrics(t *testing.T) {
	issuer := authtest.NewIssuer(t)
	handler, err := routes(issuer.Contract())
	if err != nil {
		t.Fatal(err)
	}
	get := func(path, token string) string {
		w, r := httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, path, http.NoBody)
		if token != "" {
			authtest.Authorize(r, token)
		}
		handler.ServeHTTP(w, r)
		return w.Body.String()
	}
	token := issuer.Token(nil)
	for range 2 {
		if got := get("/api/profile", token); got != "user_1" {
			t.Fatalf("got %q", got)
		}
	}
	get("/api/profile", "")
	metrics := get("/metrics", "")
	for _, want := range []string{
		`auth_verify_duration_seconds_count{auth_outcome="accepted",auth_provider="authtest",auth_remembered="true"`,
		`auth_verify_duration_seconds_bucket{auth_outcome="accepted",auth_provider="authtest",auth_remembered="false"`,
		`auth_rejections_total{auth_provider="",error_type="TOKEN_MISSING"`,
		`auth_keys_age_seconds{auth_provider="authtest"`,
		`auth_keys_usable{auth_provider="authtest"`,
		`auth_token_cache_lookups_total{auth_result="hit"`,
		`auth_token_cache_entries{`,
	} {
		if !strings.Contains(metrics, want) {
			t.Errorf("%s is missing in\n%s", want, metrics)
		}
	}
}
