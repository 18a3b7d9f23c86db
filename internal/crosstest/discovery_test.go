package crosstest_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/revstackhq/auth-go/core/authtest"
)

// TestDiscoveryWalk acts as a Model Context Protocol client that knows only the
// address of a resource: 401, resource_metadata, metadata,
// authorization server, its metadata, a token, 403 for a missing scope, a token
// with the scope that the challenge names, 200.
func TestDiscoveryWalk(t *testing.T) {
	for _, f := range frameworks() {
		t.Run(f.name, func(t *testing.T) {
			s := f.start(t)
			resource := s.url + pathMCP

			first := challenged(t, send(t, http.MethodGet, resource), http.StatusUnauthorized)
			if first.params["error"] != "" {
				t.Errorf("nothing was tried, and the challenge says %q (RFC 6750 §3.1)", first.params["error"])
			}
			where := first.params["resource_metadata"]
			if want := s.url + "/.well-known/oauth-protected-resource" + pathMCP; where != want {
				t.Fatalf("resource_metadata is %q, want the path-inserted %q (RFC 9728 §3.1)", where, want)
			}

			var metadata struct {
				Resource string   `json:"resource"`
				Servers  []string `json:"authorization_servers"`
				Methods  []string `json:"bearer_methods_supported"`
				Scopes   []string `json:"scopes_supported"`
			}
			document(t, where, &metadata)
			if metadata.Resource != resource { // RFC 9728 §3.3
				t.Fatalf("the metadata is of %q, not of %q", metadata.Resource, resource)
			}
			if len(metadata.Servers) != 1 || !slices.Contains(metadata.Methods, "header") {
				t.Fatalf("metadata: %+v", metadata)
			}

			server := metadata.Servers[0]
			var about struct {
				Issuer string `json:"issuer"`
				Keys   string `json:"jwks_uri"`
				Token  string `json:"token_endpoint"`
			}
			document(t, wellKnown(t, server, "oauth-authorization-server"), &about)
			if about.Issuer != server || about.Token == "" || about.Keys == "" { // RFC 8414 §3.3
				t.Fatalf("the authorization server %q says of itself %+v", server, about)
			}
			if server != s.issuer.URL() {
				t.Fatalf("the walk ended at %q, want the issuer %q", server, s.issuer.URL())
			}

			// What happens between a client and its authorization server is theirs:
			// the issuer is asked for a token as if the person had agreed.
			grant := func(scope string) string {
				return "Bearer " + s.issuer.Token(authtest.Claims{"sub": "ada", "scope": scope})
			}
			more := challenged(t, send(t, http.MethodGet, resource, "Authorization", grant("openid")), http.StatusForbidden)
			if more.params["error"] != "insufficient_scope" || more.params["resource_metadata"] != where {
				t.Errorf("challenge for want of a scope: %+v", more)
			}
			if !slices.Contains(metadata.Scopes, more.params["scope"]) {
				t.Errorf(
					"the challenge wants the scope %q, which the metadata does not know: %q",
					more.params["scope"],
					metadata.Scopes,
				)
			}
			last := send(t, http.MethodGet, resource, "Authorization", grant(more.params["scope"]))
			if body, err := io.ReadAll(last.body); last.status != http.StatusOK || err != nil || string(body) != "ada" {
				t.Errorf("at the end: %d %q, %v", last.status, body, err)
			}
		})
	}
}

// challenged returns the only challenge of an answer, which must have that status.
func challenged(t *testing.T, got answer, status int) challenge {
	t.Helper()
	all := got.header.Values("WWW-Authenticate")
	if got.status != status || len(all) != 1 {
		t.Fatalf("got %d with the challenges %q, want %d with one", got.status, all, status)
	}
	c, err := parseChallenge(all[0])
	if err != nil || !strings.EqualFold(c.scheme, "Bearer") {
		t.Fatalf("%q: %+v, %v", all[0], c, err)
	}
	return c
}

// document fetches a public JSON document, without any credentials.
func document(t *testing.T, where string, into any) {
	t.Helper()
	answer := send(t, http.MethodGet, where)
	if got := answer.header.Get("Content-Type"); answer.status != http.StatusOK || got != "application/json" {
		t.Fatalf("%s: %d %q", where, answer.status, got)
	}
	if err := json.NewDecoder(answer.body).Decode(into); err != nil {
		t.Fatalf("%s: %v", where, err)
	}
}

// wellKnown inserts a well-known path between host and path (RFC 8414 §3.1).
func wellKnown(t *testing.T, issuer, name string) string {
	t.Helper()
	u, err := url.Parse(issuer)
	if err != nil {
		t.Fatal(err)
	}
	return u.Scheme + "://" + u.Host + "/.well-known/" + name + strings.TrimSuffix(u.Path, "/")
}
