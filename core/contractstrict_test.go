package core_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/revstackhq/auth-go/core"
)

// TestParseContractPresentButEmpty: a member that a template left empty waives
// no check, and names are compared exactly.
func TestParseContractPresentButEmpty(t *testing.T) {
	const base = `"strategy":"HS256","signingSecret":"` + kitSecret + `"`
	for _, c := range []struct {
		name, members, field, says string
		kind                       string
	}{
		{"empty audience", `"issuer":"g","audience":""`, "audience", "is empty", "missing"},
		{"empty audiences", `"issuer":"g","audience":[]`, "audience", "is empty", "missing"},
		{"null audience", `"issuer":"g","audience":null`, "audience", "is null", "invalid"},
		{"unset variable", `"issuer":"g","audience":"${AUD}"`, "audience", "${AUD}", "invalid"},
		{"empty issuer beside a secret", `"issuer":"","audience":"a"`, "issuer", "is empty", "missing"},
		{"version 0", `"issuer":"g","audience":"a","version":0`, "version", "write version 1", "invalid"},
		{"empty version", `"issuer":"g","audience":"a","version":""`, "version", "is empty", "missing"},
		{
			"no version beside more members",
			`"issuer":"g","requiredClaims":["jti"]`,
			"audience",
			"insecureAnyAudience",
			"missing",
		},
		{"other case", `"issuer":"g","Audience":"strict","audience":"lax"`, "Audience", "write audience", "invalid"},
		{"escaped duplicate", `"issuer":"g","audience":"a","\u0061udience":"b"`, "audience", "twice", "invalid"},
	} {
		t.Run(c.name, func(t *testing.T) {
			contract, err := core.ParseContract([]byte("{\n" + base + ",\n" + c.members + "}"))
			all := core.ConfigErrors(err)
			if len(all) != 1 || all[0].Field != c.field || all[0].Kind != c.kind || !strings.Contains(all[0].Reason, c.says) {
				t.Fatalf("%v, %v", contract, err)
			}
			if strings.Contains(c.members, `"`+c.field+`"`) && all[0].Line != 3 {
				t.Errorf("line %d, column %d", all[0].Line, all[0].Column)
			}
		})
	}
}

// TestNeverWorks: what no token can satisfy is refused at construction.
func TestNeverWorks(t *testing.T) {
	issuer := func(s string) func(*core.Rules) { return func(r *core.Rules) { r.Issuer = s } }
	secret := func(s string) func(*core.Rules) { return func(r *core.Rules) { r.Secret = core.NewSecret(s) } }
	for _, c := range []struct {
		name   string
		change func(*core.Rules)
		field  string
		says   string
	}{
		{"Clerk dashboard", issuer("https://dashboard.clerk.com/apps/app_1"), "Issuer", "Frontend API URL"},
		{"Clerk API", issuer("https://api.clerk.com/v1"), "Issuer", "Frontend API URL"},
		{"Clerk account portal", issuer("https://app.accounts.dev"), "Issuer", "https://app.clerk.accounts.dev"},
		{"Supabase dashboard", issuer("https://supabase.com/dashboard/project/x"), "Issuer", "https://<ref>.supabase.co"},
		{"Auth0 dashboard", issuer("https://manage.auth0.com/dashboard"), "Issuer", "https://your-tenant"},
		{
			"discovery URL",
			issuer("https://id.example/realms/a/.well-known/openid-configuration"),
			"Issuer",
			"probably https://id.example/realms/a",
		},
		{"key set URL", issuer("https://clerk.example/.well-known/jwks.json"), "Issuer", "probably https://clerk.example"},
		{"variable", issuer("https://${HOST}/"), "Issuer", "was not replaced"},
		{
			"wildcard origin",
			func(r *core.Rules) { r.AuthorizedParties = []string{"https://*.example"} },
			"AuthorizedParties[0]",
			"wildcard",
		},
		{"wildcard audience", func(r *core.Rules) { r.Audiences = []string{"*"} }, "Audiences[0]", "wildcard"},
		{"nanoseconds", func(r *core.Rules) { r.Leeway = 5 }, "Leeway", "5 * time.Second"},
		{"nanoseconds of age", func(r *core.Rules) { r.MaxAge = 3600 }, "MaxAge", "3600 * time.Second"},
		{"line break", secret(kitSecret + "\n"), "Secret", "line break"},
		{"anon key", secret("eyJhbGciOiJIUzI1NiJ9.eyJyb2xlIjoiYW5vbiJ9.AAAA"), "Secret", "is a token"},
		{
			"public key",
			secret("-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhki\n-----END PUBLIC KEY-----"),
			"Secret",
			"is a PEM block",
		},
		{"variable as secret", secret("${JWT_SECRET}"), "Secret", "nothing replaced"},
	} {
		t.Run(c.name, func(t *testing.T) {
			rules := secretRules()
			rules.Provider = "acme"
			c.change(&rules)
			_, err := core.NewContract(rules)
			all := core.ConfigErrors(err)
			if len(all) != 1 || all[0].Field != c.field || !strings.Contains(all[0].Reason, c.says) ||
				all[0].Provider != "acme" {
				t.Errorf("got %v", err)
			}
		})
	}
	binary := secretRules()
	binary.Secret = core.NewSecret(strings.Repeat("\x01\xff", 20) + "\n") // a random key may end so
	newContract(t, binary)
}

// TestErrorsShowNoSecret: neither a password in a URL nor a secret in place of
// its variable's name.
func TestErrorsShowNoSecret(t *testing.T) {
	for name, change := range map[string]func(*core.Rules){
		"issuer":               func(r *core.Rules) { r.Issuer = "https://me:hunter2@id.example" },
		"issuer with a space":  func(r *core.Rules) { r.Issuer = "https://me:hunter2@id.example " },
		"issuer, opaque":       func(r *core.Rules) { r.Issuer = "https:me:hunter2@id.example" },
		"slash in a password":  func(r *core.Rules) { r.Issuer = "https://me:hun/hunter2@id.example " },
		"template":             func(r *core.Rules) { r.IssuerTemplate = "https://me:hunter2@id.example/x" },
		"variable-like secret": func(r *core.Rules) { r.Secret, r.SecretEnv = core.Secret{}, "hunter2" },
	} {
		t.Run(name, func(t *testing.T) {
			rules := secretRules()
			change(&rules)
			if _, err := core.NewContract(rules); err == nil || strings.Contains(err.Error(), "hunter2") {
				t.Errorf("got %v", err)
			}
		})
	}
}

// TestSecretInUnexportedField: fmt asks no methods there.
func TestSecretInUnexportedField(t *testing.T) {
	type holder struct {
		secret core.Secret
		config *core.Rules
	}
	h := holder{core.NewSecret(kitSecret), &core.Rules{Secret: core.NewSecret(kitSecret)}}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
		hidden(t, verb, fmt.Sprintf(verb, h)+fmt.Sprintf(verb, &h))
	}
}

// TestForeignTokenTypes: other tokens that the same keys sign are no sessions.
func TestForeignTokenTypes(t *testing.T) {
	token := func(typ string, extra map[string]any) string {
		return mint(t, "HS256", []byte(kitSecret), map[string]any{"typ": typ}, claimsWith(extra))
	}
	open := newVerifier(t, secretRules())
	for _, typ := range []string{
		"logout+jwt", "application/logout+jwt", "Logout+JWT", "secevent+jwt", "dpop+jwt", "oauth-authz-req+jwt",
		"token-introspection+jwt", "logout+jwt; v=1", "oauth-id-jag+jwt", "statuslist+jwt", "entity-statement+jwt",
		"trust-mark+jwt",
	} {
		_, err := open.Verify(t.Context(), token(typ, nil))
		wantCode(t, err, core.CodeClaimMismatch)
	}
	events := map[string]any{"events": map[string]any{}}
	_, err := open.Verify(t.Context(), token("JWT", events))
	wantCode(t, err, core.CodeClaimMismatch)
	named := newVerifier(t, with(func(r *core.Rules) { r.TokenTypes = []string{"application/logout+jwt"} }))
	_, err = named.Verify(t.Context(), token("logout+jwt", events))
	wantCode(t, err, "")
	rule := newVerifier(
		t,
		with(func(r *core.Rules) { r.ClaimRules = []core.ClaimRule{{Header: "typ", OneOf: []string{"at+jwt"}}} }),
	)
	_, err = rule.Verify(t.Context(), token("application/AT+JWT", nil))
	wantCode(t, err, "")
}

// TestNumericUserIDForms: only where the contract says so, and in one form only.
func TestNumericUserIDForms(t *testing.T) {
	numeric := newVerifier(t, with(func(r *core.Rules) { r.NumericUserID, r.UserIDClaim = true, "user_id" }))
	for raw, want := range map[string]string{
		"42":               "42",
		"-7":               "-7",
		"9007199254740993": "9007199254740993",
		`"42"`:             "42",
		"42.0":             "",
		"4.2e1":            "",
		"-0":               "",
		"true":             "",
	} {
		s, err := numeric.Verify(t.Context(), hs256(t, map[string]any{"user_id": rawJSON(raw)}))
		if (err == nil) != (want != "") || err == nil && s.UserID() != want {
			t.Errorf("%s: %v, %v", raw, s, err)
		}
	}
	sub := newVerifier(t, with(func(r *core.Rules) { r.NumericUserID = true }))
	if s, err := sub.Verify(t.Context(), hs256(t, map[string]any{"sub": 42})); err != nil || s.UserID() != "42" {
		t.Errorf("sub: %v, %v", s, err)
	}
	_, err := newVerifier(t, secretRules()).Verify(t.Context(), hs256(t, map[string]any{"sub": 42}))
	wantCode(t, err, core.CodeInvalidFormat)
}

type rawJSON string

func (r rawJSON) MarshalJSON() ([]byte, error) { return []byte(r), nil }
