package core_test

import (
	"encoding/json"
	"encoding/pem"
	"strings"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core"
)

func TestNewContractFaults(t *testing.T) {
	t.Setenv("KIT_EMPTY", "")
	t.Setenv("KIT_SECRET", kitSecret)
	weak := json.RawMessage(
		`{"keys":[{"kty":"RSA","kid":"weak","e":"AQAB","n":"` + b64(strings.Repeat("\xff", 128)) + `"}]}`,
	)
	private := string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: []byte("0123456789")}))
	cases := []struct {
		name   string
		base   func() core.Rules
		change func(r *core.Rules)
		field  string
		value  string // what the error shows of what was given
		remedy string // what the error tells to do
	}{
		{"no issuer", keyRules, func(r *core.Rules) { r.Issuer = "" }, "Issuer", "", "name the exact value"},
		{
			"http issuer", keyRules, func(r *core.Rules) { r.Issuer = "http://id.example.com" }, "Issuer",
			`"http://id.example.com"`, "must be https",
		},
		{
			"ftp issuer", keyRules, func(r *core.Rules) { r.Issuer = "ftp://id.example.com" }, "Issuer",
			`"ftp://id.example.com"`, "must be https",
		},
		{
			"issuer without slashes", keyRules, func(r *core.Rules) { r.Issuer = "https:id.example.com" }, "Issuer", "https:",
			"has no host",
		},
		{
			"issuer with credentials", keyRules, func(r *core.Rules) { r.Issuer = "https://me:pw@id.example.com" }, "Issuer",
			`"https://id.example.com"`, "remove the part before @",
		},
		{
			"issuer with query", keyRules, func(r *core.Rules) { r.Issuer = kitIssuer + "?a=b" }, "Issuer",
			`"https://id.example.com"`, "must not have a query",
		},
		{
			"issuer with bare query", keyRules, func(r *core.Rules) { r.Issuer = kitIssuer + "?" }, "Issuer", "",
			"must not have a query",
		},
		{
			"issuer with fragment", keyRules, func(r *core.Rules) { r.Issuer = kitIssuer + "#a" }, "Issuer", "",
			"must not have a fragment",
		},
		{
			"issuer with bare fragment", keyRules, func(r *core.Rules) { r.Issuer = kitIssuer + "#" }, "Issuer", "",
			"must not have a fragment",
		},
		{
			"issuer with a space", keyRules, func(r *core.Rules) { r.Issuer = kitIssuer + " " }, "Issuer",
			`"https://id.example.com "`, "printable ASCII",
		},
		{
			"issuer with a line break", keyRules, func(r *core.Rules) { r.Issuer = "gateway\r\nX: y" }, "Issuer", `\r\n`,
			"printable ASCII",
		},
		{
			"endless issuer", keyRules, func(r *core.Rules) { r.Issuer = "https://" + strings.Repeat("a", 4000) }, "Issuer",
			"…", "at most 2048 bytes",
		},
		{"issuer without host", keyRules, func(r *core.Rules) { r.Issuer = "https:///path" }, "Issuer", "", "has no host"},
		{
			"bad further issuer", keyRules, func(r *core.Rules) { r.Issuers = []string{"http://b.example"} }, "Issuers[0]",
			"b.example", "must be https",
		},
		{
			"any and a named issuer", keyRules, func(r *core.Rules) { r.InsecureAnyIssuer = true }, "InsecureAnyIssuer",
			"true", "remove one",
		},

		{
			"template without braces", keyRules,
			func(r *core.Rules) { r.Issuer, r.IssuerTemplate = "", "https://a.example/tid" }, "IssuerTemplate", "tid",
			"exactly one {claim}",
		},
		{
			"template with two claims", keyRules,
			func(r *core.Rules) { r.Issuer, r.IssuerTemplate = "", "https://a.example/{a}/{b}" }, "IssuerTemplate", "{b}",
			"exactly one {claim}",
		},
		{
			"template without a name", keyRules,
			func(r *core.Rules) { r.Issuer, r.IssuerTemplate = "", "https://a.example/{}" }, "IssuerTemplate", "{}",
			"exactly one {claim}",
		},
		{
			"template left open", keyRules, func(r *core.Rules) { r.Issuer, r.IssuerTemplate = "", "https://a.example/{tid" },
			"IssuerTemplate", "{tid", "exactly one {claim}",
		},
		{
			"template over http", keyRules, func(r *core.Rules) { r.Issuer, r.IssuerTemplate = "", "http://a.example/{tid}" },
			"IssuerTemplate", "http://a.example", "must be https",
		},
		{
			"template that fixes nothing", keyRules, func(r *core.Rules) { r.Issuer, r.IssuerTemplate = "", "{iss}" },
			"IssuerTemplate", "{iss}", "InsecureAnyIssuer",
		},

		{
			"no keys", secretRules, func(r *core.Rules) { r.Secret = core.Secret{} }, "JWKSURL", "",
			"set JWKSURL, Discovery, KeyURLTemplate, JWKS, PEM, Secret or ExternalKeys",
		},
		{"two key sources", keyRules, func(r *core.Rules) { r.Discovery = true }, "Discovery, JWKSURL", "", "keep one"},
		{
			"http key set", keyRules, func(r *core.Rules) { r.JWKSURL = "http://id.example.com/jwks" }, "JWKSURL",
			"http://id.example.com/jwks", "must be https",
		},
		{
			"key set with credentials", keyRules, func(r *core.Rules) { r.JWKSURL = "https://me:pw@id.example.com/jwks" },
			"JWKSURL", `"https://id.example.com/jwks"`, "remove the part before @",
		},
		{
			"key set with fragment", keyRules, func(r *core.Rules) { r.JWKSURL += "#keys" }, "JWKSURL", "",
			"must not have a fragment",
		},
		{
			"key set that is no URL", keyRules, func(r *core.Rules) { r.JWKSURL = "https://%zz" }, "JWKSURL", "",
			"is not a URL",
		},
		{"discovery of two issuers", keyRules, func(r *core.Rules) {
			r.JWKSURL, r.Discovery, r.Issuers = "", true, []string{"https://b.example"}
		}, "Discovery", "true", "exactly one Issuer"},
		{
			"discovery of a bare name", keyRules,
			func(r *core.Rules) { r.JWKSURL, r.Discovery, r.Issuer = "", true, "accounts.google.com" }, "Discovery", "true",
			"needs an Issuer that is a URL",
		},
		{
			"key set that is no JSON", keyRules, func(r *core.Rules) { r.JWKSURL, r.JWKS = "", json.RawMessage("{") }, "JWKS",
			"", "broken JSON",
		},
		{
			"only weak keys", keyRules, func(r *core.Rules) { r.JWKSURL, r.JWKS = "", weak }, "JWKS", "",
			"shorter than 2048 bits",
		},
		{"private key", keyRules, func(r *core.Rules) { r.JWKSURL, r.PEM = "", private }, "PEM", "", "give the public key"},
		{
			"PEM without a block", keyRules, func(r *core.Rules) { r.JWKSURL, r.PEM = "", "ssh-rsa AAAA" }, "PEM", "",
			"BEGIN and END lines",
		},
		{
			"PEM of another algorithm", keyRules,
			func(r *core.Rules) { r.JWKSURL, r.PEM = "", publicPEM(t, &p256Key().PublicKey) }, "PEM", "",
			"holds no key for RS256, only EC P-256: give another key, or name the algorithm of this one in Algorithms",
		},

		{
			"unknown algorithm", keyRules, func(r *core.Rules) { r.Algorithms = []string{"RS256", "rs256"} }, "Algorithms",
			`"rs256"`, "use ES256",
		},
		{
			"algorithm none", keyRules, func(r *core.Rules) { r.Algorithms = []string{"RS256", "none"} }, "Algorithms",
			`"none"`, "use ES256",
		},
		{
			"HS256 with a key set", keyRules, func(r *core.Rules) { r.Algorithms = []string{"RS256", "HS256"} }, "Algorithms",
			`"HS256"`, "needs Secret",
		},
		{
			"RS256 with a secret", secretRules, func(r *core.Rules) { r.Algorithms = []string{"HS256", "RS256"} },
			"Algorithms", `"RS256"`, "needs public keys",
		},
		{
			"secret nobody uses", keyRules,
			func(r *core.Rules) { r.Secret, r.Algorithms = core.NewSecret(kitSecret), []string{"RS256"} }, "Secret", "",
			"add HS256 or remove it",
		},
		{
			"keys nobody uses", keyRules,
			func(r *core.Rules) { r.Secret, r.Algorithms = core.NewSecret(kitSecret), []string{"HS256"} }, "Algorithms",
			"HS256", "add RS256 or remove the keys",
		},
		{
			"short secret", secretRules, func(r *core.Rules) { r.Secret = core.NewSecret(kitSecret[:31]) }, "Secret", "",
			"has 31 bytes, HS256 needs at least 32",
		},
		{
			"secret too short for its hash", secretRules,
			func(r *core.Rules) { r.Secret, r.Algorithms = core.NewSecret(kitSecret[:63]), []string{"HS512"} }, "Secret", "",
			"HS512 needs at least 64",
		},
		{
			"secret's variable not set", secretRules,
			func(r *core.Rules) { r.Secret, r.SecretEnv = core.Secret{}, "KIT_NOT_SET" }, "SecretEnv", "", "set the variable",
		},
		{
			"secret's variable empty", secretRules, func(r *core.Rules) { r.Secret, r.SecretEnv = core.Secret{}, "KIT_EMPTY" },
			"SecretEnv", "", "set the variable",
		},
		{
			"secret in place of its variable", secretRules,
			func(r *core.Rules) { r.Secret, r.SecretEnv = core.Secret{}, kitSecret }, "SecretEnv", "", "give its name",
		},
		{
			"secret and its variable", secretRules, func(r *core.Rules) { r.SecretEnv = "KIT_SECRET" }, "SecretEnv", "",
			"keep one",
		},
		{
			"secret in quotes", secretRules,
			func(r *core.Rules) { r.Secret = core.NewSecret(`"` + strings.Repeat("k", 64) + `"`) }, "Secret", "",
			"is in quotes",
		},
		{
			"secret that was taken out", secretRules, func(r *core.Rules) { r.Secret = core.NewSecret("[REDACTED]") },
			"Secret", "", "in SecretEnv",
		},

		{"no audience", secretRules, func(r *core.Rules) { r.Audiences = nil }, "Audiences", "", "InsecureAnyAudience"},
		{
			"empty audience", secretRules, func(r *core.Rules) { r.Audiences = []string{"api", ""} }, "Audiences[1]", "",
			"is empty",
		},
		{
			"padded audience", secretRules, func(r *core.Rules) { r.Audiences = []string{" api"} }, "Audiences[0]", `" api"`,
			"padded",
		},
		{
			"any and a named audience", secretRules, func(r *core.Rules) { r.InsecureAnyAudience = true },
			"InsecureAnyAudience", "true", "remove one",
		},
		{
			"empty party", secretRules, func(r *core.Rules) { r.AuthorizedParties = []string{""} }, "AuthorizedParties[0]",
			"", "is empty",
		},
		{
			"missing party without a list", secretRules, func(r *core.Rules) { r.InsecureMissingParty = true },
			"InsecureMissingParty", "true", "name the accepted parties",
		},

		{
			"long leeway", secretRules, func(r *core.Rules) { r.Leeway = 10*time.Minute + 1 }, "Leeway", "10m0.000000001s",
			"at most 10m0s",
		},
		{"negative age", secretRules, func(r *core.Rules) { r.MaxAge = -1 }, "MaxAge", "-1ns", "0 means no bound"},
		{"endless age", secretRules, func(r *core.Rules) { r.MaxAge = 1<<63 - 1 }, "MaxAge", "2562047h", "0 means no bound"},
		{
			"negative size", secretRules, func(r *core.Rules) { r.MaxTokenBytes = -1 }, "MaxTokenBytes", "-1",
			"between 1 and 1048576",
		},
		{
			"huge size", secretRules, func(r *core.Rules) { r.MaxTokenBytes = 1<<20 + 1 }, "MaxTokenBytes", "1048577",
			"between 1 and 1048576",
		},

		{
			"bad user-id path", secretRules, func(r *core.Rules) { r.UserIDClaim = "a..b" }, "UserIDClaim", `"a..b"`,
			"empty segment",
		},
		{
			"bad fallback path", secretRules, func(r *core.Rules) { r.UserIDFallbacks = []string{`a\b`} },
			"UserIDFallbacks[0]", `a\\b`, "unknown escape",
		},
		{
			"bad required path", secretRules, func(r *core.Rules) { r.RequiredClaims = []string{"ok", "/a~2"} },
			"RequiredClaims[1]", `"/a~2"`, "~0 and ~1",
		},
		{
			"rule without a claim", secretRules, rule(core.ClaimRule{OneOf: []string{"a"}}), "ClaimRules[0]", "",
			"exactly one of claim and header",
		},
		{"rule with claim and header", secretRules, rule(core.ClaimRule{
			Claim:  "a",
			Header: "b",
			OneOf:  []string{"a"},
		}), "ClaimRules[0]", "", "exactly one of claim and header"},
		{
			"rule without a condition", secretRules, rule(core.ClaimRule{Claim: "a"}), "ClaimRules[0]", "",
			"use requiredClaims",
		},
		{"rule with an empty list", secretRules, rule(core.ClaimRule{
			Claim:  "a",
			Absent: true,
			OneOf:  []string{},
		}), "ClaimRules[0].oneOf", "", "name at least one value"},
		{"rule absent and optional", secretRules, rule(core.ClaimRule{
			Claim:    "a",
			Absent:   true,
			Optional: true,
		}), "ClaimRules[0]", "", "cannot be combined"},
		{
			"rule with a bad path", secretRules, rule(core.ClaimRule{Claim: ".", Absent: true}), "ClaimRules[0].claim", `"."`,
			"empty segment",
		},
		{
			"rule with a bad length", secretRules, rule(core.ClaimRule{Claim: "a", MaxLength: -1}), "ClaimRules[0].maxLength",
			"-1", "must be positive",
		},
		{
			"rule with a bad format", secretRules, rule(core.ClaimRule{Claim: "a", Format: "email"}), "ClaimRules[0].format",
			`"email"`, `use "uuid"`,
		},
		{
			"rule with a bad type", secretRules, rule(core.ClaimRule{Claim: "a", Type: "null"}), "ClaimRules[0].type",
			`"null"`, "use string, number",
		},
		{"rule with a bad code", secretRules, rule(core.ClaimRule{
			Claim:  "a",
			Absent: true,
			Code:   core.CodeTokenExpired,
		}), "ClaimRules[0].code", `"TOKEN_EXPIRED"`, "use CLAIM_MISMATCH"},
		{"bad rule in when", secretRules, rule(core.ClaimRule{
			Claim:  "a",
			Absent: true,
			When:   []core.ClaimRule{{Claim: "b"}},
		}), "ClaimRules[0].when[0]", "", "no condition"},

		{
			"bad kind", secretRules, func(r *core.Rules) { r.Session.Kind = "robot" }, "session.kind", `"robot"`,
			"use session, access",
		},
		{"bad kind rule", secretRules, func(r *core.Rules) {
			r.Session.Kinds = []core.KindRule{{Kind: "robot", When: []core.ClaimRule{{Claim: "a", Absent: true}}}}
		}, "session.kinds[0].kind", `"robot"`, "use session, access"},
		{
			"kind rule for everybody", secretRules,
			func(r *core.Rules) { r.Session.Kinds = []core.KindRule{{Kind: core.KindMachine}} }, "session.kinds[0].when", "",
			"at least one condition",
		},
		{
			"bad mapping path", secretRules,
			func(r *core.Rules) { r.Session.Roles = []core.ClaimRef{{Path: "ok"}, {Path: ""}} }, "session.roles[1]", `""`,
			"is empty",
		},
		{
			"bad factor ages", secretRules, func(r *core.Rules) { r.Session.FactorAgesClaim = "a." },
			"session.factorAgesClaim", `"a."`, "empty segment",
		},
		{
			"key issuer claims that nothing uses", secretRules,
			func(r *core.Rules) { r.KeyIssuerClaims = map[string]string{"a": "b"} }, "KeyIssuerClaims", "", "is not used",
		},
		{"bits without a scope", secretRules, func(r *core.Rules) {
			r.Session.PackedPermissions = &core.PackedPermissions{Features: "f", Permissions: "p", Masks: "m"}
		}, "session.packedPermissions.organizationScope", "", "is required"},
		{"bits without masks", secretRules, func(r *core.Rules) {
			r.Session.PackedPermissions = &core.PackedPermissions{Features: "f", Permissions: "p", OrganizationScope: "o"}
		}, "session.packedPermissions.masks", `""`, "is empty"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			rules := c.base()
			newContract(t, rules) // the fault is the change's alone
			c.change(&rules)
			contract, err := core.NewContract(rules)
			if contract != nil {
				t.Fatal("a contract with the error, or instead of it")
			}
			faults := core.ConfigErrors(err)
			if len(faults) != 1 {
				t.Fatalf("got %d faults, want one: %v", len(faults), err)
			}
			f := faults[0]
			if f.Field != c.field || !strings.Contains(f.Value, c.value) || !strings.Contains(f.Reason, c.remedy) {
				t.Fatalf("got field %q, value %q, reason %q", f.Field, f.Value, f.Reason)
			}
			if text := err.Error(); !strings.Contains(text, c.field) || !strings.Contains(text, c.value) ||
				!strings.Contains(text, c.remedy) {
				t.Fatalf("the text lacks field, value or remedy: %s", text)
			}
			for _, secret := range []string{"me:pw", kitSecret[:31], b64("0123456789")[:8]} {
				if strings.Contains(err.Error(), secret) {
					t.Fatalf("the error shows a secret: %s", err)
				}
			}
		})
	}
}

func rule(r core.ClaimRule) func(*core.Rules) {
	return func(rules *core.Rules) { rules.ClaimRules = []core.ClaimRule{r} }
}
