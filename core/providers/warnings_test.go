package providers_test

import (
	"strings"
	"testing"

	"github.com/revstackhq/auth-go/core/providers"
)

// TestWarningsNameTheFieldThatClosesThem: what a preset lets in by default is
// said, and the field that the warning names silences it.
func TestWarningsNameTheFieldThatClosesThem(t *testing.T) {
	for _, c := range []struct{ slug, open, closed, field string }{
		{"firebase", `{"projectId":"p"}`, `{"projectId":"p","refuseAnonymous":true}`, "RefuseAnonymous"},
		{"firebase", `{"projectId":"p"}`, `{"projectId":"p","signInProviders":["password"]}`, "SignInProviders"},
		{
			"kubernetes", `{"issuer":"https://k.example","audience":"a"}`,
			`{"issuer":"https://k.example","audience":"a","namespaces":["billing"]}`, "Namespaces",
		},
		{
			"kubernetes", `{"issuer":"https://k.example","audience":"a"}`,
			`{"issuer":"https://k.example","audience":"a","serviceAccounts":["billing/a"]}`, "ServiceAccounts",
		},
		{
			"auth0", `{"domain":"t.eu.auth0.com","audience":"pQ7rT2vXzL9kMnB4wYcJ8sHd5FgA1eUo"}`,
			`{"domain":"t.eu.auth0.com","audience":"https://api.northwind.example"}`, "Audience",
		},
		{
			"clerk", `{"issuerUrl":"https://clerk.n.example","accept":["session","machine"],"audience":"mch_1"}`,
			`{"issuerUrl":"https://clerk.n.example","accept":["session","machine"],"audience":"mch_1","authorizedParties":["https://n.example"]}`,
			"AuthorizedParties",
		},
	} {
		open, err := providers.Build(c.slug, []byte(c.open))
		must(t, err)
		if w := open.Warnings(); len(w) != 1 || !strings.Contains(w[0], c.field) {
			t.Errorf("%s %s: %q does not name %s", c.slug, c.open, w, c.field)
		}
		closed, err := providers.Build(c.slug, []byte(c.closed))
		must(t, err)
		if w := closed.Warnings(); len(w) != 0 {
			t.Errorf("%s %s: %q", c.slug, c.closed, w)
		}
	}
}
