package vectors_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/revstackhq/auth-go/vectors"
)

func load(t *testing.T) []vectors.Class {
	t.Helper()
	classes, err := vectors.Load()
	if err != nil {
		t.Fatal(err)
	}
	return classes
}

// TestLoad: the files hold what the README promises of them.
func TestLoad(t *testing.T) {
	codes := []string{
		"TOKEN_TOO_LARGE", "INVALID_FORMAT", "ALGORITHM_NOT_ALLOWED", "ISSUER_MISMATCH", "UNKNOWN_KEY", "INVALID_SIGNATURE",
		"TOKEN_EXPIRED", "TOKEN_NOT_ACTIVE", "AUDIENCE_MISMATCH", "PARTY_MISMATCH", "INVALID_PROOF", "MISSING_CLAIM",
		"CLAIM_MISMATCH", "INVALID_CONTRACT",
	}
	reference := regexp.MustCompile(
		`^(CVE-\d{4}-\d{4,}|RFC \d{4}( (section|appendix) .+)?|FIPS \S+ section .+|SEC 1 section .+|OpenID Connect .+)$`)
	cases := 0
	for _, class := range load(t) {
		names := map[string]bool{}
		for _, c := range class.Cases {
			if names[c.Name] {
				t.Errorf("%s: two cases are called %q", class.Name, c.Name)
			}
			names[c.Name] = true
			if !c.Accept && !slices.Contains(codes, c.Code) {
				t.Errorf("%s: %s: the README does not describe the code %q", class.Name, c.Name, c.Code)
			}
			if c.Why == "" || c.Time.IsZero() {
				t.Errorf("%s: %s: no reason or no time", class.Name, c.Name)
			}
		}
		if class.About == "" || len(class.References) == 0 {
			t.Errorf("%s has no description or no reference", class.Name)
		}
		for _, r := range class.References {
			if !reference.MatchString(r) {
				t.Errorf("%s: reference %q is neither a CVE nor a section of a specification", class.Name, r)
			}
		}
		cases += len(class.Cases)
	}
	if cases < 800 {
		t.Errorf("%d cases, want at least 800", cases)
	}
}

// TestReadRefuses: a case that can't be used is an error that names it.
func TestReadRefuses(t *testing.T) {
	const contract = `"contracts":{"a":{"issuer":"x","audience":["y"],"algorithms":["HS256"]}},` +
		`"keySets":{"k":{"keys":[{"kty":"oct","k":"AAAA"}]}}`
	for _, tt := range []struct{ name, text, reason string }{
		{"no JSON", `{`, "unexpected EOF"},
		{"an unknown member", `{"class":"x","kases":[]}`, "kases"},
		{"no name", `{` + contract + `,"cases":[{"verdict":"accept"}]}`, "no name"},
		{"no verdict", `{` + contract + `,"cases":[{"name":"n"}]}`, `"n": its verdict is ""`},
		{
			"a refusal without a code",
			`{` + contract + `,"cases":[{"name":"n","verdict":"reject"}]}`,
			"a refusal has a code",
		},
		{
			"an accepted token with a code",
			`{` + contract + `,"cases":[{"name":"n","verdict":"accept","code":"X"}]}`,
			"a refusal has a code",
		},
		{
			"an accepted token without a user",
			`{` + contract + `,"cases":[{"name":"n","verdict":"accept"}]}`,
			"has a user",
		},
		{
			"an unknown basis",
			`{` + contract + `,"cases":[{"name":"n","verdict":"reject","code":"X","basis":"y"}]}`,
			"its basis",
		},
		{
			"an unknown contract",
			`{` + contract + `,"cases":[{"name":"n","verdict":"reject","code":"X","contract":"b","keys":"k"}]}`,
			`its contract "b"`,
		},
		{
			"unknown keys",
			`{` + contract + `,"cases":[{"name":"n","verdict":"reject","code":"X","contract":"a","keys":"b"}]}`,
			`its keys "b"`,
		},
		{
			"a broken secret",
			`{"keySets":{"k":{"keys":[{"kty":"oct","k":"="}]}}}`,
			`key set "k": the secret`,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := vectors.Read(strings.NewReader(tt.text))
			if err == nil || !strings.Contains(err.Error(), tt.reason) {
				t.Errorf("got %v, want an error with %q", err, tt.reason)
			}
		})
	}
}

// TestKeysAreAsWritten: a set that is malformed on purpose reaches the verifier unchanged, and a secret does not.
func TestKeysAreAsWritten(t *testing.T) {
	const entry = `{"kty":"EC", "kid":"a","kid":"b"}`
	const text = `{"contracts":{"a":{"issuer":"x","audience":["y"],"algorithms":["ES256"]}},` +
		`"keySets":{"k":{"keys":[` + entry + `,null,{"kty":"oct","k":"AAAA"}]}},"cases":[{"name":"n","verdict":"reject","code":"X","contract":"a","keys":"k"}]}`
	class, err := vectors.Read(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	keys := class.Cases[0].Keys
	if want := `{"keys":[` + entry + `,null]}`; string(keys.Set) != want {
		t.Errorf("set %s, want %s", keys.Set, want)
	}
	if string(keys.Secret) != "\x00\x00\x00" {
		t.Errorf("secret %x, want three zeros", keys.Secret)
	}
}
