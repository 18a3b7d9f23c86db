package core_test

import (
	"encoding/json"
	"testing"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/core/providers/clerk"
	"github.com/revstackhq/auth-go/core/providers/clerk/clerktest"
)

// TestSessionJSON holds the form that a handler returns with json.Marshal(session).
func TestSessionJSON(t *testing.T) {
	clock := authtest.NewClock(epoch())
	issuer := authtest.NewIssuer(t, authtest.WithClock(clock))
	contract, err := clerk.NewContract(clerk.Config{
		IssuerURL:         issuer.URL(),
		AuthorizedParties: []string{"https://app.example"},
	})
	if err != nil {
		t.Fatal(err)
	}
	v := must(core.NewVerifier(contract, core.WithClock(clock)))
	full, err := v.Verify(t.Context(), clerktest.SessionToken(issuer, clerktest.Token{
		UserID: "user_1", SessionID: "sess_1", AuthorizedParty: "https://app.example", OrganizationID: "org_1",
		OrganizationSlug: "northwind", Role: "admin", Permissions: []string{"org:invoices:read"},
	}))
	if err != nil {
		t.Fatal(err)
	}
	least := must(newVerifier(t, secretRules()).Verify(t.Context(), hs256(t, nil)))
	for name, c := range map[string]struct {
		session *core.Session
		want    string
	}{
		"Clerk": {
			full,
			`{"userId":"user_1","provider":"clerk","issuer":"` + issuer.URL() + `","subject":"user_1","kind":"session",` +
				`"sessionId":"sess_1","clientId":"https://app.example",` +
				`"organization":{"id":"org_1","slug":"northwind","role":"org:admin"},"roles":["org:admin"],` +
				`"permissions":["org:invoices:read"],"issuedAt":"2027-01-15T08:00:00Z","expiresAt":"2027-01-15T08:01:00Z"}`,
		},
		"the least": {
			least,
			`{"userId":"user_1","provider":"custom","issuer":"https://id.example.com","subject":"user_1","kind":"session",` +
				`"issuedAt":"2027-01-15T08:00:00Z","expiresAt":"2027-01-15T09:00:00Z"}`,
		},
		"zero": {new(core.Session), "null"},
		"nil":  {nil, "null"},
	} {
		got, err := json.Marshal(c.session)
		if err != nil || string(got) != c.want {
			t.Errorf("%s: %v\n got %s\nwant %s", name, err, got, c.want)
		}
	}
	if got, err := json.Marshal(core.Organization{Slug: "s", Name: "n"}); err != nil ||
		string(got) != `{"slug":"s","name":"n"}` {
		t.Errorf("%s, %v", got, err)
	}
}
