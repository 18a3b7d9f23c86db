package core_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/revstackhq/auth-go/core"
)

// num is a number as the token spells it.
func num(text string) json.Number { return json.Number(text) }

type claimsCase struct {
	name   string
	claims map[string]any
	want   core.Code
}

// verifyAll verifies each case twice, as a new token and as a remembered one: the
// results must be the same.
func verifyAll(t *testing.T, rules core.Rules, cases []claimsCase) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			v := newVerifier(t, rules)
			token := hs256(t, c.claims)
			for range 2 {
				_, err := v.Verify(t.Context(), token)
				wantCode(t, err, c.want)
			}
		})
	}
}

func TestVerifyAudience(t *testing.T) {
	verifyAll(t, with(func(r *core.Rules) { r.Audiences = []string{"api", "api2"} }), []claimsCase{
		{"one", map[string]any{"aud": "api2"}, ""},
		{"a list with one", map[string]any{"aud": []string{"x", "api"}}, ""},
		{"another", map[string]any{"aud": "x"}, core.CodeAudienceMismatch},
		{"a list of others", map[string]any{"aud": []string{"x", "y"}}, core.CodeAudienceMismatch},
		{"another case", map[string]any{"aud": "API"}, core.CodeAudienceMismatch},
		{"a part", map[string]any{"aud": "api3"}, core.CodeAudienceMismatch},
		{"a padded one", map[string]any{"aud": "api "}, core.CodeAudienceMismatch},
		{"none", map[string]any{"aud": nil}, core.CodeAudienceMismatch},
		{"an empty list", map[string]any{"aud": []string{}}, core.CodeAudienceMismatch},
		{"a number", map[string]any{"aud": 7}, core.CodeInvalidFormat},
		{"null", map[string]any{"aud": json.RawMessage("null")}, core.CodeInvalidFormat},
		{"mixed types", map[string]any{"aud": []any{"api", 7}}, core.CodeInvalidFormat},
		{"an object", map[string]any{"aud": map[string]any{"api": true}}, core.CodeInvalidFormat},
	})
	verifyAll(t, with(func(r *core.Rules) { r.Audiences, r.InsecureAnyAudience = nil, true }), []claimsCase{
		{"any: another", map[string]any{"aud": "x"}, ""},
		{"any: none", map[string]any{"aud": nil}, ""},
		{"any: still of the right type", map[string]any{"aud": 7}, core.CodeInvalidFormat},
	})
}

func TestVerifyAuthorizedParty(t *testing.T) {
	verifyAll(t, with(func(r *core.Rules) { r.AuthorizedParties = []string{"https://app.example", "spa"} }), []claimsCase{
		{"accepted", map[string]any{"azp": "spa"}, ""},
		{"another", map[string]any{"azp": "evil"}, core.CodePartyMismatch},
		{"absent", nil, core.CodePartyMismatch},
		{"empty", map[string]any{"azp": ""}, core.CodePartyMismatch},
		{"null", map[string]any{"azp": json.RawMessage("null")}, core.CodePartyMismatch},
		{"a list", map[string]any{"azp": []string{"spa"}}, core.CodePartyMismatch},
	})
	verifyAll(
		t,
		with(func(r *core.Rules) { r.AuthorizedParties, r.InsecureMissingParty = []string{"spa"}, true }),
		[]claimsCase{
			{"may be missing: accepted", map[string]any{"azp": "spa"}, ""},
			{"may be missing: absent", nil, ""},
			{"may be missing: another", map[string]any{"azp": "evil"}, core.CodePartyMismatch},
			{"may be missing: null", map[string]any{"azp": json.RawMessage("null")}, core.CodePartyMismatch},
		},
	)
	verifyAll(t, secretRules(), []claimsCase{{"off", map[string]any{"azp": "evil"}, ""}})
}

func TestVerifyTokenType(t *testing.T) {
	cases := []struct {
		accepted []string
		typ      any
		want     core.Code
	}{
		{nil, "anything", ""},
		{[]string{"at+jwt"}, "at+jwt", ""},
		{[]string{"at+jwt"}, "AT+JWT", ""},
		{[]string{"at+jwt"}, "application/at+jwt", ""},
		{[]string{"at+jwt"}, "Application/At+Jwt", ""},
		{[]string{"application/at+jwt"}, "at+jwt", ""},
		{[]string{"at+jwt"}, "JWT", core.CodeClaimMismatch},
		{[]string{"at+jwt"}, nil, core.CodeClaimMismatch},
		{[]string{"at+jwt"}, "text/at+jwt", core.CodeClaimMismatch},
		{[]string{"at+jwt"}, "application/", core.CodeClaimMismatch},
		{[]string{"JWT", ""}, nil, ""},
		{[]string{"JWT", ""}, "", ""},
		{[]string{"JWT", ""}, "at+jwt", core.CodeClaimMismatch},
	}
	for _, c := range cases {
		t.Run(fmt.Sprint(c.accepted, c.typ), func(t *testing.T) {
			header := map[string]any{}
			if c.typ != nil {
				header["typ"] = c.typ
			}
			v := newVerifier(t, with(func(r *core.Rules) { r.TokenTypes = c.accepted }))
			_, err := v.Verify(t.Context(), mint(t, "HS256", []byte(kitSecret), header, claimsWith(nil)))
			wantCode(t, err, c.want)
		})
	}
}

func TestVerifyConfirmation(t *testing.T) {
	bound := map[string]any{"cnf": map[string]any{"jkt": "x"}}
	null := map[string]any{"cnf": json.RawMessage("null")}
	verifyAll(t, secretRules(), []claimsCase{
		{"bound", bound, core.CodeClaimMismatch}, {"null", null, core.CodeClaimMismatch},
	})
	verifyAll(t, with(func(r *core.Rules) { r.InsecureIgnoreConfirmation = true }), []claimsCase{{"waived", bound, ""}})
}

func TestVerifyRequiredClaims(t *testing.T) {
	rules := with(func(r *core.Rules) { r.RequiredClaims = []string{"jti", "a.b"} })
	verifyAll(t, rules, []claimsCase{
		{"there", map[string]any{"jti": "1", "a": map[string]any{"b": false}}, ""},
		{"empty is there", map[string]any{"jti": "", "a": map[string]any{"b": 0}}, ""},
		{"null is not", map[string]any{"jti": json.RawMessage("null"), "a": map[string]any{"b": 1}}, core.CodeMissingClaim},
		{"absent", map[string]any{"a": map[string]any{"b": 1}}, core.CodeMissingClaim},
		{"absent inside", map[string]any{"jti": "1", "a": map[string]any{}}, core.CodeMissingClaim},
		{"a dotted name is not a path", map[string]any{"jti": "1", "a.b": 1}, core.CodeMissingClaim},
		{"another case", map[string]any{"JTI": "1", "a": map[string]any{"b": 1}}, core.CodeMissingClaim},
	})
}

func TestVerifyClaimRules(t *testing.T) {
	const uuid = "3d9a1f64-0b57-4c2e-a8d3-7e5f1c62b490"
	mismatch, missing := core.CodeClaimMismatch, core.CodeMissingClaim
	cases := []struct {
		name string
		rule core.ClaimRule
		want map[string]core.Code // by the claim "c" as JSON; "" is none
	}{
		{"oneOf", core.ClaimRule{OneOf: []string{"a", "7", "true"}}, map[string]core.Code{
			`"a"`:   "",
			`7`:     "",
			`true`:  "",
			`"7"`:   "",
			`"b"`:   mismatch,
			`8`:     mismatch,
			`["a"]`: mismatch,
			`{}`:    mismatch,
			``:      missing,
			`null`:  missing,
		}},
		{"noneOf", core.ClaimRule{NoneOf: []string{"a", "7"}}, map[string]core.Code{
			`"b"`: "", `8`: "", `["b"]`: "", `"a"`: mismatch, `7`: mismatch, `["b","a"]`: mismatch, `[7]`: mismatch, ``: missing,
		}},
		{"containsAny", core.ClaimRule{ContainsAny: []string{"a", "b"}}, map[string]core.Code{
			`"a"`:       "",
			`["x","b"]`: "",
			`"x"`:       mismatch,
			`["x"]`:     mismatch,
			`[]`:        mismatch,
			`["a",7]`:   mismatch,
			`7`:         mismatch,
			``:          missing,
		}},
		{"prefixes", core.ClaimRule{Prefixes: []string{"user_", "u:"}}, map[string]core.Code{
			`"user_1"`:   "",
			`"u:"`:       "",
			`"User_1"`:   mismatch,
			`"x"`:        mismatch,
			`["user_1"]`: mismatch,
			`7`:          mismatch,
			``:           missing,
		}},
		{"notSuffixes", core.ClaimRule{NotSuffixes: []string{"@clients"}}, map[string]core.Code{
			`"a"`: "", `"@clients."`: "", `"x@clients"`: mismatch, `7`: mismatch, ``: missing,
		}},
		{"maxLength", core.ClaimRule{MaxLength: 3}, map[string]core.Code{
			`"abc"`: "", `""`: "", `"é1"`: "", `"éé"`: mismatch, `"abcd"`: mismatch, `7`: mismatch, ``: missing,
		}},
		{"uuid", core.ClaimRule{Format: "uuid"}, map[string]core.Code{
			`"` + uuid + `"`: "", `"` + strings.ToUpper(uuid) + `"`: "", `"` + uuid[:35] + `"`: mismatch,
			`"` + uuid + `0"`: mismatch,
			`"` + strings.Replace(uuid, "-", "a", 1) + `"`: mismatch,
			`"` + strings.Replace(uuid, "3", "g", 1) + `"`: mismatch, `7`: mismatch, ``: missing,
		}},
		{"nonEmpty", core.ClaimRule{Format: "nonEmpty"}, map[string]core.Code{
			`"a"`: "",
			`""`:  mismatch,
			`7`:   mismatch,
			``:    missing,
		}},
		{"string", core.ClaimRule{Type: "string"}, map[string]core.Code{
			`"a"`: "",
			`7`:   mismatch,
			`[]`:  mismatch,
			``:    missing,
		}},
		{"number", core.ClaimRule{Type: "number"}, map[string]core.Code{`7`: "", `-1e3`: "", `"7"`: mismatch}},
		{"boolean", core.ClaimRule{Type: "boolean"}, map[string]core.Code{`false`: "", `0`: mismatch}},
		{"array", core.ClaimRule{Type: "array"}, map[string]core.Code{`[]`: "", `{}`: mismatch}},
		{"object", core.ClaimRule{Type: "object"}, map[string]core.Code{`{}`: "", `[]`: mismatch, `null`: missing}},
		{"inPast", core.ClaimRule{InPast: true}, map[string]core.Code{
			`1800000000`: "", `1800000030`: "", `1800000031`: mismatch, `"1"`: mismatch, `0`: "", ``: missing,
		}},
		{"absent", core.ClaimRule{Absent: true}, map[string]core.Code{``: "", `null`: "", `""`: mismatch, `false`: mismatch}},
		{"optional", core.ClaimRule{Optional: true, OneOf: []string{"a"}}, map[string]core.Code{
			``:     "",
			`null`: "",
			`"a"`:  "",
			`"b"`:  mismatch,
		}},
		{"all conditions", core.ClaimRule{Prefixes: []string{"a"}, MaxLength: 2, Type: "string"}, map[string]core.Code{
			`"ab"`: "", `"abc"`: mismatch, `"b"`: mismatch,
		}},
		{"as an audience", core.ClaimRule{OneOf: []string{"a"}, Code: core.CodeAudienceMismatch}, map[string]core.Code{
			`"a"`: "", `"b"`: core.CodeAudienceMismatch, ``: core.CodeAudienceMismatch,
		}},
		{"as a party", core.ClaimRule{OneOf: []string{"a"}, Code: core.CodePartyMismatch}, map[string]core.Code{
			`"b"`: core.CodePartyMismatch, ``: core.CodePartyMismatch,
		}},
		{
			"by its own name",
			core.ClaimRule{OneOf: []string{"a"}, Code: mismatch},
			map[string]core.Code{`"b"`: mismatch, ``: missing},
		},
		{"when it holds", core.ClaimRule{
			OneOf: []string{"a"},
			When:  []core.ClaimRule{{Claim: "sub", OneOf: []string{"user_1"}}, {Claim: "x", Absent: true}},
		}, map[string]core.Code{
			`"a"`: "", `"b"`: mismatch,
		}},
		{"when one does not", core.ClaimRule{
			OneOf: []string{"a"},
			When:  []core.ClaimRule{{Claim: "sub", OneOf: []string{"user_1"}}, {Claim: "x", Type: "string"}},
		}, map[string]core.Code{
			`"b"`: "", ``: "",
		}},
	}
	for _, c := range cases {
		for value, want := range c.want {
			t.Run(c.name+" "+value, func(t *testing.T) {
				c.rule.Claim, c.rule.Reason = "c", "because"
				v := newVerifier(t, with(func(r *core.Rules) { r.ClaimRules = []core.ClaimRule{c.rule} }))
				changes := map[string]any{}
				if value != "" {
					changes["c"] = json.RawMessage(value)
				}
				token := hs256(t, changes)
				for range 2 {
					_, err := v.Verify(t.Context(), token)
					wantCode(t, err, want)
					if err != nil && !strings.Contains(err.Error(), "because") {
						t.Errorf("the reason is not in %v", err)
					}
				}
			})
		}
	}
}

func TestVerifyHeaderRules(t *testing.T) {
	v := newVerifier(t, with(func(r *core.Rules) {
		r.ClaimRules = []core.ClaimRule{{Header: "cat", NoneOf: []string{"m2m"}, Optional: true}}
	}))
	for cat, want := range map[any]core.Code{nil: "", "session": "", "m2m": core.CodeClaimMismatch} {
		header := map[string]any{}
		if cat != nil {
			header["cat"] = cat
		}
		_, err := v.Verify(t.Context(), mint(t, "HS256", []byte(kitSecret), header, claimsWith(map[string]any{"cat": "m2m"})))
		wantCode(t, err, want)
	}
}

func TestVerifyIssuer(t *testing.T) {
	verifyAll(t, with(func(r *core.Rules) { r.Issuers = []string{"https://b.example", "c"} }), []claimsCase{
		{"first", nil, ""},
		{"second", map[string]any{"iss": "https://b.example"}, ""},
		{"third", map[string]any{"iss": "c"}, ""},
		{"slash behind", map[string]any{"iss": kitIssuer + "/"}, core.CodeIssuerMismatch},
		{"another case", map[string]any{"iss": "C"}, core.CodeIssuerMismatch},
		{"empty", map[string]any{"iss": ""}, core.CodeIssuerMismatch},
		{"none", map[string]any{"iss": nil}, core.CodeIssuerMismatch},
	})
	verifyAll(t, with(func(r *core.Rules) { r.Issuer, r.InsecureAnyIssuer = "", true }), []claimsCase{
		{"any: another", map[string]any{"iss": "x"}, ""},
		{"any: none", map[string]any{"iss": nil}, ""},
		{"any: still a string", map[string]any{"iss": 7}, core.CodeInvalidFormat},
	})
	template := with(func(r *core.Rules) { r.Issuer, r.IssuerTemplate = "", "https://login.example/{tid}/v2.0" })
	entra := func(tid, iss any) map[string]any { return map[string]any{"tid": tid, "iss": iss} }
	verifyAll(t, template, []claimsCase{
		{"its tenant", entra("t1", "https://login.example/t1/v2.0"), ""},
		{"another tenant", entra("t1", "https://login.example/t2/v2.0"), core.CodeIssuerMismatch},
		{"no tenant", entra(nil, "https://login.example/t1/v2.0"), core.CodeIssuerMismatch},
		{"empty tenant", entra("", "https://login.example//v2.0"), core.CodeIssuerMismatch},
		{"a number", entra(1, "https://login.example/1/v2.0"), core.CodeIssuerMismatch},
		{"a path", entra("a/b", "https://login.example/a/b/v2.0"), core.CodeIssuerMismatch},
		{"dots", entra("..", "https://login.example/../v2.0"), core.CodeIssuerMismatch},
		{"a dot", entra(".", "https://login.example/./v2.0"), core.CodeIssuerMismatch},
		{"escaped", entra("%2e%2e", "https://login.example/%2e%2e/v2.0"), core.CodeIssuerMismatch},
		{"backslash", entra(`a\b`, `https://login.example/a\b/v2.0`), core.CodeIssuerMismatch},
		{"a query", entra("a?b", "https://login.example/a?b/v2.0"), core.CodeIssuerMismatch},
		{"a fragment", entra("a#b", "https://login.example/a#b/v2.0"), core.CodeIssuerMismatch},
		{"another host", entra("t1", "https://evil.example/t1/v2.0"), core.CodeIssuerMismatch},
		{"the claim alone", entra("/v2.0", "/v2.0"), core.CodeIssuerMismatch},
		{"without its beginning", entra("t1", "t1/v2.0"), core.CodeIssuerMismatch},
		{"another end", entra("t1", "https://login.example/t1/v1.0"), core.CodeIssuerMismatch},
		{"the template itself", entra("{tid}", "https://login.example/{tid}/v2.0x"), core.CodeIssuerMismatch},
		{"nothing between overlapping parts", entra("", "https://login.example/v2.0"), core.CodeIssuerMismatch},
	})
	subdomain := with(func(r *core.Rules) { r.Issuer, r.IssuerTemplate = "", "https://{org}.login.example/" })
	verifyAll(t, subdomain, []claimsCase{
		{"host: its own", map[string]any{"org": "acme", "iss": "https://acme.login.example/"}, ""},
		{"host: user info", map[string]any{"org": "a@b", "iss": "https://a@b.login.example/"}, core.CodeIssuerMismatch},
		{"host: port", map[string]any{"org": "a:1", "iss": "https://a:1.login.example/"}, core.CodeIssuerMismatch},
		{"host: path", map[string]any{
			"org": "evil.example/",
			"iss": "https://evil.example/.login.example/",
		}, core.CodeIssuerMismatch},
	})
}
