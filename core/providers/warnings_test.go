package providers_test

import (
	"slices"
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

// TestWarningsOfCoreNameThePresetsFields: what core warns about is named as the
// Config names it, or as the wire form does, and no field is named that the
// preset does not have.
func TestWarningsOfCoreNameThePresetsFields(t *testing.T) {
	const noAudience = "no audience: a token this issuer made for any other service is accepted; "
	const short = "short secret: a secret shorter than its hash can be guessed from one token; "
	for _, c := range []struct{ json, want string }{
		{`{"provider":"auth0","config":{"domain":"t.eu.auth0.com","insecureAnyAudience":true}}`, noAudience + "set Audience"},
		{
			`{"provider":"clerk","config":{"issuerUrl":"https://clerk.n.example"}}`,
			noAudience + "set Audience, or AuthorizedParties",
		},
		{
			`{"provider":"cognito","config":{"userPoolId":"eu-west-1_Qm7Tz4LxB","insecureAnyClient":true}}`,
			noAudience + "set ClientID",
		},
		{
			`{"provider":"custom","config":{"issuer":"i","audience":"a","signingSecret":"short","insecureShortSecret":true}}`,
			short + "set a longer SigningSecret and remove InsecureShortSecret",
		},
		{`{"provider":"descope","config":{"projectId":"P2sVYkZrT0qN8xW4mJcL6hEbD1uA"}}`, noAudience + "set Audience"},
		{
			`{"provider":"entra","config":{"insecureAnyTenant":true,"audience":"0f8fad5b-d9cb-469f-a165-70867728950e"}}`,
			"any tenant: every tenant of the issuer is accepted; restrict the template's claim in Tenants, or " +
				"check the session's organization",
		},
		{
			`{"provider":"keycloak","config":{"issuer":"https://id.example/realms/r","insecureAnyAudience":true}}`,
			noAudience + "set Audience, or ClientIDs",
		},
		{
			`{"provider":"ory","config":{"kind":"session","issuer":"https://o.example","jwksUri":"https://o.example/keys"}}`,
			noAudience + "set Audience",
		},
		{`{"provider":"workos","config":{"clientId":"client_01HZX"}}`, noAudience + "set Audience"},
		{`{"provider":"auth0","issuer":"https://t.eu.auth0.com/"}`, noAudience + "set audience, or authorizedParties"},
		{`{"provider":"clerk","issuer":"https://clerk.n.example"}`, noAudience + "set audience, or authorizedParties"},
	} {
		contract, err := providers.ParseContract([]byte(c.json))
		must(t, err)
		if got := contract.Warnings(); !slices.Contains(got, c.want) {
			t.Errorf("%s:\n%q lack\n%q", c.json, got, c.want)
		}
	}
}
