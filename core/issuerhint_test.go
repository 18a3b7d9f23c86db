package core_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
)

// TestIssuerHintsAreCopied: what a program does to its rules later changes no contract.
func TestIssuerHintsAreCopied(t *testing.T) {
	rules := core.Rules{
		Issuer: "https://a.example", Audiences: []string{"b"}, Secret: core.NewSecret(sameAsSecret),
		IssuerHints: map[string]string{"https://": "a hint"},
	}
	contract, err := core.NewContract(rules)
	if err != nil {
		t.Fatal(err)
	}
	rules.IssuerHints["https://"] = "changed"
	if got := contract.Rules().IssuerHints["https://"]; got != "a hint" {
		t.Errorf("the hint is %q", got)
	}
	contract.Rules().IssuerHints["https://"] = "changed"
	if got := contract.Rules().IssuerHints["https://"]; got != "a hint" {
		t.Errorf("the hint is %q after a change of a copy", got)
	}
}

// TestIssuerHints: a hint explains a refusal, whichever way the contract is
// used, and never turns it into something else.
func TestIssuerHints(t *testing.T) {
	issuer := authtest.NewIssuer(t)
	contract, err := core.NewContract(core.Rules{
		Issuer: issuer.URL(), JWKSURL: issuer.JWKSURL(), Audiences: []string{authtest.Audience},
		IssuerHints: map[string]string{
			"": "no name", "https://old.example/": "the old form", "https://old.example/tenant/": "the old form of a tenant",
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(contract)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := core.ParseContract(data)
	if err != nil || !parsed.Equal(contract) {
		t.Fatalf("%v: %s", err, data)
	}
	other, err := core.NewContract(core.Rules{
		Issuer:    "https://other.example",
		JWKSURL:   issuer.JWKSURL(),
		Audiences: []string{"a"},
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, opts := range map[string][]core.Option{"alone": nil, "beside another": {other}} {
		v, err := core.NewVerifier(parsed, opts...)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			iss  any
			want string
		}{
			{nil, "; no name"},
			{"https://old.example/x", "; the old form"},
			{"https://old.example/tenant/x", "; the old form of a tenant"},
			{"https://new.example", ""},
		} {
			_, err := v.Verify(t.Context(), issuer.Token(authtest.Claims{"iss": c.iss}))
			if core.CodeOf(err) != core.CodeIssuerMismatch {
				t.Fatalf("%s, iss %v: %v", name, c.iss, err)
			}
			if !strings.HasSuffix(err.Error(), c.want) || c.want == "" && strings.Contains(err.Error(), ";") {
				t.Errorf("%s, iss %v: %v does not end with %q", name, c.iss, err, c.want)
			}
		}
	}
}

// TestPresetWarnings: what a preset says about its configuration is among the
// contract's warnings, after JSON too.
func TestPresetWarnings(t *testing.T) {
	contract, err := core.NewContract(core.Rules{
		Issuer: "a", Audiences: []string{"b"}, Algorithms: []string{"RS256"}, JWKSURL: "https://a.example/keys",
		Warnings: []string{"anonymous users are accepted: set SignInProviders"},
	})
	if err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(contract)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := core.ParseContract(data)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"anonymous users are accepted: set SignInProviders"}
	if !slices.Equal(contract.Warnings(), want) || !slices.Equal(parsed.Warnings(), want) {
		t.Errorf("%q and %q", contract.Warnings(), parsed.Warnings())
	}
}
