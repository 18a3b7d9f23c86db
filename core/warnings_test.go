package core_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/revstackhq/auth-go/core"
)

// open are rules that leave open all that can be left open at once.
func open(provider string) core.Rules {
	return core.Rules{
		Provider:                   provider,
		InsecureAnyIssuer:          true,
		InsecureAnyAudience:        true,
		Secret:                     core.NewSecret("short"),
		InsecureShortSecret:        true,
		InsecureNoExpiry:           true,
		InsecureHTTP:               true,
		InsecureIgnoreConfirmation: true,
		InsecureEmulator:           true,
	}
}

// TestWarningsNameTheField: a warning says what to set.
func TestWarningsNameTheField(t *testing.T) {
	for _, w := range newContract(t, open("custom")).Warnings() {
		if _, remedy, ok := strings.Cut(w, "; "); !ok || !strings.ContainsAny(remedy, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") {
			t.Errorf("no field closes %q", w)
		}
	}
}

// TestProviderOnlyNames: a contract of one's own that has the name of a preset
// gets the warnings of any other.
func TestProviderOnlyNames(t *testing.T) {
	want := newContract(t, open("custom")).Warnings()
	if len(want) < 7 {
		t.Fatalf("only %q", want)
	}
	for _, preset := range []string{"clerk", "entra", "firebase", "supabase"} {
		if got := newContract(t, open(preset)).Warnings(); !slices.Equal(got, want) {
			t.Errorf("%s: %q, not %q", preset, got, want)
		}
	}
}

// TestFieldNames: errors and warnings name the fields of a preset's Config, also
// in a contract that was marshaled.
func TestFieldNames(t *testing.T) {
	rules := open("acme")
	rules.FieldNames = map[string]string{
		"Audiences":         "ClientIDs",
		"AuthorizedParties": "",
		"Issuer":            "Tenant",
		"Issuers[]":         "Tenant",
		"Secret":            "SigningSecret",
	}
	contract := newContract(t, rules)
	want := []string{
		"any issuer: a holder of any accepted key can claim to be any issuer; set Tenant",
		"no audience: a token this issuer made for any other service is accepted; set ClientIDs",
	}
	if got := contract.Warnings(); !slices.Equal(got[:2], want) {
		t.Errorf("the warnings are %q, not %q", got, want)
	}
	data, err := json.Marshal(newContract(t, core.Rules{
		JWKSURL:             "https://acme.example/keys",
		InsecureAnyIssuer:   true,
		InsecureAnyAudience: true,
		FieldNames:          rules.FieldNames,
	}))
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := core.ParseContract(data)
	if err != nil {
		t.Fatal(err)
	}
	if got := parsed.Warnings(); !slices.Equal(got, want) {
		t.Errorf("after JSON the warnings are %q, not %q", got, want)
	}

	rules.InsecureShortSecret, rules.InsecureEmulator = false, false
	rules.Audiences, rules.Issuers = []string{"a", " "}, []string{"https://a.example", "ftp://b.example"}
	_, err = core.NewContract(rules)
	var got []string
	for _, e := range core.ConfigErrors(err) {
		got = append(got, e.Field+" "+strings.Join(e.Related, " "))
	}
	slices.Sort(got)
	if want := []string{
		"ClientIDs[1] ",
		"InsecureAnyAudience ClientIDs",
		"InsecureAnyIssuer ",
		"SigningSecret InsecureShortSecret",
		"Tenant ",
	}; !slices.Equal(got, want) {
		t.Errorf("the fields are %q, not %q: %v", got, want, err)
	}
	if !strings.Contains(err.Error(), "ClientIDs is set: remove one of the two") {
		t.Errorf("the reason names another field: %v", err)
	}
}
