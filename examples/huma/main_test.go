package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core/authtest"
)

// document is the part of the OpenAPI document that this test reads.
type document struct {
	Paths map[string]map[string]struct {
		Security []map[string][]string `json:"security"`
		Policy   struct {
			Kind string `json:"kind"`
		} `json:"x-policy"`
	} `json:"paths"`
	Components struct {
		Schemes map[string]struct {
			Type  string `json:"type"`
			Flows struct {
				Code struct {
					Scopes map[string]string `json:"scopes"`
				} `json:"authorizationCode"`
			} `json:"flows"`
		} `json:"securitySchemes"`
	} `json:"components"`
}

// TestTheDocumentIsWhatIsEnforced reads the published document and tries every alternative
// of every operation: its scopes let a token in, and without one of them no token is let in.
func TestTheDocumentIsWhatIsEnforced(t *testing.T) {
	issuer := authtest.NewIssuer(t)
	handler, err := routes(issuer.Contract(), issuer.URL())
	if err != nil {
		t.Fatal(err)
	}
	send := func(method, path string, scopes []string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(method, strings.ReplaceAll(path, "{id}", "7"), http.NoBody)
		if scopes != nil {
			authtest.Authorize(r, issuer.Token(authtest.Claims{
				"sub": "ada", "scope": strings.Join(scopes, " "), "roles": []string{"editor"},
				"auth_time": time.Now().Unix(),
			}))
		}
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		return w
	}
	var d document
	body, err := io.ReadAll(send(http.MethodGet, "/openapi.json", nil).Body)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(body, &d); err != nil {
		t.Fatal(err)
	}
	known := d.Components.Schemes[scheme].Flows.Code.Scopes
	tried := 0
	for path, operations := range d.Paths {
		for method, op := range operations {
			method = strings.ToUpper(method)
			w := send(method, path, nil)
			challenge := w.Header().Get("WWW-Authenticate")
			if w.Code != http.StatusUnauthorized || !strings.Contains(challenge, `scope="`) {
				t.Errorf("%s %s without a token: %d %s", method, path, w.Code, challenge)
			}
			if len(op.Security) == 0 || op.Policy.Kind == "" {
				t.Errorf("%s %s documents no policy", method, path)
			}
			for _, requirement := range op.Security {
				scopes := requirement[scheme]
				if w := send(method, path, scopes); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), `"ada"`) {
					t.Errorf("%s %s with %q: %d %s", method, path, scopes, w.Code, w.Body)
				}
				for i, scope := range scopes {
					tried++
					if _, ok := known[scope]; !ok {
						t.Errorf("the security scheme does not list %q", scope)
					}
					fewer := slices.Delete(slices.Clone(scopes), i, i+1)
					if w := send(method, path, fewer); w.Code != http.StatusForbidden {
						t.Errorf("%s %s with %q: %d", method, path, fewer, w.Code)
					}
				}
			}
		}
	}
	if tried != 6 || len(known) != 3 {
		t.Errorf("%d scopes were tried, %d are listed: is the document read at all? %s", tried, len(known), body)
	}
}
