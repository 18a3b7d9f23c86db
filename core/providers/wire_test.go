package providers_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/providers"
)

// TestTightenedWireContractKeepsThePreset: no member makes the preset's rules go
// away, so API keys and pending sessions stay out.
func TestTightenedWireContractKeepsThePreset(t *testing.T) {
	issuer := newIssuer(t)
	world := newInternet(t, issuer)
	for _, member := range []string{
		`"authorizedParties":["https://app.northwind.example"]`, `"requiredClaims":["sid"]`,
		`"claimRules":[{"claim":"sid","format":"nonEmpty"}]`,
		`"tokenTypes":["application/jwt"]`, `"leewaySeconds":1`, `"maxAgeSeconds":60`, `"maxTokenBytes":9000`,
	} {
		contract, err := providers.ParseContract(
			[]byte(`{"provider":"clerk","strategy":"RS256","issuer":"https://clerk.northwind.example",` + member + `}`),
		)
		must(t, err)
		tokens := samples(t, "clerk")
		for name, code := range map[string]core.Code{
			"session of version 2 with an organization": "",
			"machine token as a session":                core.CodeClaimMismatch,
			"pending session":                           core.CodeClaimMismatch,
		} {
			token := tokens[name]
			_, err := verifier(t, world, contract, token).Verify(t.Context(), mint(t, issuer, token))
			if got := core.CodeOf(err); got != code && (code == "" || err == nil) {
				t.Errorf("%s, %s: %v", member, name, err)
			}
		}
	}
}

func TestWireContractThatWouldLoseThePreset(t *testing.T) {
	const rest = `,"strategy":"RS256","issuer":"https://clerk.northwind.example"`
	for _, c := range []struct{ name, json, field string }{
		{"another case", `{"provider":"Clerk"` + rest + `}`, "provider"},
		{"padded", `{"provider":"clerk "` + rest + `}`, "provider"},
		{"no wire form", `{"provider":"okta"` + rest + `}`, "provider"},
		{"a version by hand", `{"provider":"clerk","version":1` + rest + `}`, "version"},
		{"a mapping", `{"provider":"clerk","session":{"roles":["r"]}` + rest + `}`, "session"},
		{"a waiver", `{"provider":"clerk","insecureNoExpiry":true` + rest + `}`, "insecureNoExpiry"},
		{"no common type", `{"provider":"clerk","tokenTypes":["at+jwt"]` + rest + `}`, "tokenTypes"},
		{"empty audience", `{"provider":"clerk","audience":""` + rest + `}`, "audience"},
		{"null audience", `{"provider":"clerk","audience":null` + rest + `}`, "audience"},
		{"dashboard", `{"provider":"clerk","strategy":"RS256","issuer":"https://dashboard.clerk.com/x"}`, "issuer"},
	} {
		t.Run(c.name, func(t *testing.T) {
			contract, err := providers.ParseContract([]byte(c.json))
			if !slices.Equal(faultyFields(err), []string{c.field}) {
				t.Fatalf("%v, %v", contract, err)
			}
			if e := core.ConfigErrors(err)[0]; e.Line != 1 || e.Column < 2 {
				t.Errorf("provider %q, line %d, column %d", e.Provider, e.Line, e.Column)
			}
		})
	}
}

// TestWireMistakesOfAllKinds: the preset's mistakes, those of what tightens its
// rules and those of the wire form are returned at once, each by its member.
func TestWireMistakesOfAllKinds(t *testing.T) {
	for _, c := range []struct {
		json   string
		fields []string
		reason string
	}{
		{
			`{"provider":"clerk","strategy":"ES256","issuer":"https://clerk.northwind.example","audience":["a"," "],
			"jwksUri":"http://keys.northwind.example","claimRules":[{"claim":"a..b"}],"maxAgeSeconds":-1}`,
			[]string{"audience[1]", "claimRules[0]", "claimRules[0].claim", "jwksUri", "maxAgeSeconds", "strategy"},
			"",
		},
		{
			`{"provider":"supabase","strategy":"HS256","issuer":"https://x.supabase.co/auth/v1","signingSecret":"short","requiredClaims":["a..b"]}`,
			[]string{"requiredClaims[0]", "signingSecret"},
			"",
		},
		{
			`{"provider":"clerk","issuer":"https://clerk.northwind.example","insecureMissingParty":true}`,
			[]string{"insecureMissingParty"},
			"authorizedParties is empty",
		},
	} {
		_, err := providers.ParseContract([]byte(c.json))
		fields := faultyFields(err)
		slices.Sort(fields)
		if !slices.Equal(fields, c.fields) || !strings.Contains(err.Error(), c.reason) {
			t.Errorf("%s:\nthe fields are %q, not %q: %v", c.json, fields, c.fields, err)
		}
	}
}
