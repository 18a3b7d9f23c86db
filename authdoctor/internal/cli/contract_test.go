package cli_test

import (
	"encoding/json"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/revstackhq/auth-go/core/providers"
)

const good = `{"issuer":"https://issuer.example","jwksUri":"https://issuer.example/keys","audience":"api"}`

// brokenContracts are five that people write.
var brokenContracts = []struct{ name, text string }{
	{"a misspelled check and a number in quotes", `{
  "provider": "clerk",
  "issuer": "https://clerk.example.com",
  "authorisedParties": ["https://app.example.com"],
  "leewaySeconds": "30"
}
`},
	{"the dashboard in place of the issuer", `{
  "provider": "clerk",
  "config": {"issuerUrl": "https://dashboard.clerk.com"}
}
`},
	{"an unset variable in a template", `{
  "issuer": "https://issuer.example",
  "jwksUri": "https://issuer.example/keys",
  "audience": ""
}
`},
	{"keys over http, and an audience that is checked and waived", `{
  "issuer": "https://issuer.example",
  "jwksUri": "http://issuer.example/keys",
  "audience": ["api"],
  "insecureAnyAudience": true
}
`},
	{"a public key where a secret belongs, and no such algorithm", `{
  "issuer": "https://issuer.example",
  "signingSecret": "-----BEGIN PUBLIC KEY-----",
  "strategy": "SHA256",
  "audience": "api"
}
`},
}

func TestBrokenContracts(t *testing.T) {
	var record strings.Builder
	for _, c := range brokenContracts {
		out := person{stdin: c.text}.run(t, "contract", "validate", "-")
		out.want(t, 1, "INVALID", "config-errors.md#")
		if strings.Contains(out.stdout, "BEGIN PUBLIC") {
			t.Error("a secret is shown")
		}
		record.WriteString("# " + c.name + "\n\n" + c.text + "\n$ authdoctor contract validate -\n" + out.stdout + "\n")
		var parsed struct {
			Valid  bool
			Errors []struct{ Field, Reason string }
		}
		asJSON := person{stdin: c.text}.run(t, "contract", "validate", "-", "--json")
		if err := json.Unmarshal([]byte(asJSON.stdout), &parsed); err != nil || parsed.Valid || len(parsed.Errors) == 0 ||
			asJSON.code != 1 {
			t.Errorf("as JSON: %v, %d\n%s", err, asJSON.code, asJSON.stdout)
		}
	}
	golden(t, "contracts.txt", record.String())
}

func TestContractValidate(t *testing.T) {
	run(t, "contract", "validate", writeFile(t, "good.json", good)).want(t, 0, "VALID", "https://issuer.example")
	run(t, "contract", "validate", filepath.Join(t.TempDir(), "none.json")).want(t, 2, "none.json")
	several := `{"contracts":[` + good + `,{"provider":"clerk","config":{"issuerUrl":"https://dashboard.clerk.com"}}]}`
	person{stdin: several}.run(t, "contract", "validate", "-").want(t, 1, "contracts[1].config.issuerUrl")
	person{stdin: "{"}.run(t, "contract", "validate", "-").want(t, 1, "ends too early")
	person{stdin: strings.Repeat(" ", 5<<20)}.run(t, "contract", "validate", "-").want(t, 2, "not a contract")
}

func TestContractPrint(t *testing.T) {
	out := run(t, "contract", "print", "--provider", "cognito", "--audience", "4h8s2kq9v1",
		"--set", "userPoolId=eu-west-1_Example01", "--set", "leewaySeconds=5")
	out.want(t, 0, `"provider": "cognito"`, `"leewaySeconds": 5`, "4h8s2kq9v1")
	again, err := providers.ParseContract([]byte(out.stdout))
	if err != nil || again.Provider() != "cognito" {
		t.Errorf("what is printed is not a contract: %v", err)
	}
	file := writeFile(t, "contracts.json", `{"contracts":[`+good+`]}`)
	run(t, "contract", "print", "--config", file).want(t, 0, "https://issuer.example")
}

func TestContractSource(t *testing.T) {
	file := writeFile(t, "contract.json", good)
	for name, c := range map[string]struct {
		args []string
		code int
		want string
	}{
		"none":             {nil, 2, "--contract=FILE or --config=FILE or --provider=SLUG"},
		"two":              {[]string{"--contract", file, "--provider", "clerk"}, 2, "--provider"},
		"flags for a file": {[]string{"--contract", file, "--audience", "api"}, 2, "configure a --provider"},
		"a secret": {[]string{
			"--provider", "auth0", "--set", "signingSecret=hush hush",
		}, 2, "signingSecretEnv=NAME"},
		"unknown provider":   {[]string{"--provider", "clark"}, 1, "use one of"},
		"what Auth0 needs":   {[]string{"--provider", "auth0", "--issuer", "https://t.eu.auth0.com/"}, 1, "audience"},
		"a misspelled field": {[]string{"--provider", "clerk", "--set", "acept=x"}, 1, "write accept"},
	} {
		t.Run(name, func(t *testing.T) {
			out := run(t, append([]string{"contract", "print"}, c.args...)...)
			out.want(t, c.code, c.want)
			if strings.Contains(out.stdout+out.stderr, "hush") {
				t.Error("the secret is repeated")
			}
		})
	}
	for _, provider := range []string{"clerk", "auth0", "supabase", "oidc"} {
		run(t, "contract", "print", "--provider", provider, "--issuer", "https://issuer.example", "--audience", "api").
			want(t, 0, `"issuer": "https://issuer.example`)
	}
}

func TestContractGrade(t *testing.T) {
	file := writeFile(t, "good.json", good)
	run(t, "contract", "grade", "--contract", file).want(t, 0, "A  custom")
	clerk := []string{"contract", "grade", "--provider", "clerk", "--issuer", "https://clerk.example.com"}
	run(t, clerk...).want(t, 0, "C  clerk", "closed by Audience (in JSON audience), AuthorizedParties")
	run(t, append(clerk, "--least", "B")...).want(t, 1)
	run(t, append(clerk, "--least", "C", "--json")...).want(t, 0, `"grade": "C"`)
	run(t, append(clerk, "--authorized-party", "https://app.example.com")...).want(t, 0, "A  clerk")
}

func TestContractDiff(t *testing.T) {
	old := writeFile(t, "old.json", strings.Replace(good, `,"audience":"api"`, "", 1))
	now := writeFile(t, "now.json", good)
	run(t, "contract", "diff", now, now).want(t, 0, "EQUAL")
	run(t, "contract", "diff", old, now).want(t, 1, "DIFFERENT  grade C before, A after", `+ "api"`, "- true")
	broken := writeFile(t, "broken.json", `{}`)
	run(t, "contract", "diff", old, broken).want(t, 2, "contract validate "+broken)

	t.Setenv("DOCTOR_OLD", strings.Repeat("hush1", 8))
	t.Setenv("DOCTOR_NEW", strings.Repeat("hush2", 8))
	secret := `{"issuer":"https://issuer.example","audience":"api","strategy":"HS256","signingSecretEnv":"`
	a, b := writeFile(t, "a.json", secret+`DOCTOR_OLD"}`), writeFile(t, "b.json", secret+`DOCTOR_NEW"}`)
	out := run(t, "contract", "diff", a, b)
	out.want(t, 1, "DOCTOR_NEW")
	if regexp.MustCompile("hush").MatchString(out.stdout) {
		t.Error("a secret is shown")
	}
}

func TestContractTest(t *testing.T) {
	with := func(tests string) string {
		return writeFile(t, "contract.json", strings.TrimSuffix(good, "}")+`,"tests":`+tests+"}")
	}
	tests := `[{"name":"good","claims":{},"expect":"ACCEPTED"},{"name":"other","claims":{"aud":"x"},"expect":"AUDIENCE_MISMATCH"}]`
	run(t, "contract", "test", with(tests)).want(t, 0, "pass  good", "2 tests, 0 failed")
	wrong := with(strings.Replace(tests, "AUDIENCE_MISMATCH", "TOKEN_EXPIRED", 1))
	run(
		t,
		"contract",
		"test",
		wrong,
	).want(t, 1, "FAIL  other", "got AUDIENCE_MISMATCH, expected TOKEN_EXPIRED", "2 tests, 1 failed")
	run(t, "contract", "test", wrong, "--json").want(t, 1, `"got": "AUDIENCE_MISMATCH"`)
	run(t, "contract", "test", writeFile(t, "none.json", good)).want(t, 2, "has no tests")
	run(
		t,
		"contract",
		"test",
		writeFile(t, "bad.json", `{"tests":[{"name":"a","claims":{},"expect":"X"}]}`),
	).want(t, 2, "INVALID")
	// The file can be deployed as it is.
	run(t, "contract", "validate", with(tests)).want(t, 0, "VALID")
}
