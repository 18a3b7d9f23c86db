package providers_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/providers"
)

func TestBuildNamesTheMemberAtFault(t *testing.T) {
	for _, c := range []struct {
		name, slug, config string
		fields             []string
		says               string
	}{
		{"no JSON", "auth0", `domain: x`, []string{"config"}, "not a JSON object"},
		{"nothing", "auth0", ``, []string{"config"}, ""},
		{"null", "auth0", `null`, []string{"config"}, ""},
		{"more than one object", "auth0", `{} {}`, []string{"config"}, ""},
		{
			"a member twice", "auth0", `{"domain":"a.eu.auth0.com","domain":"b.eu.auth0.com"}`,
			[]string{"domain"},
			"line 1, column 28",
		},
		{
			"every mistake at once", "auth0", `{"realm":"a","domain":7,"clientIds":"x"}`,
			[]string{"realm", "domain", "clientIds"},
			"use algorithms, audience",
		},
		{"another case", "auth0", `{"Domain":"t.eu.auth0.com","audience":"a"}`, []string{"Domain"}, "unknown"},
		{"the Go name", "clerk", `{"IssuerURL":"https://clerk.example.com"}`, []string{"IssuerURL"}, "issuerUrl"},
		{"a null member", "auth0", `{"domain":null}`, []string{"domain"}, "leave the member out"},
		{
			"a number for a list", "auth0", `{"domain":"t.eu.auth0.com","audience":7}`,
			[]string{"audience"},
			"must be a string or an array of strings",
		},
		{
			"an element of a wrong type", "auth0", `{"domain":"t.eu.auth0.com","audience":["a",7]}`,
			[]string{"audience"},
			"must be a string",
		},
		{
			"a string for a boolean", "supabase", `{"projectUrl":"https://x.supabase.co","allowAnonymous":"yes"}`,
			[]string{"allowAnonymous"},
			"true or false",
		},
		{
			"an unknown member further down", "custom", `{"claimRules":[{"claim":"x","one":["a"]}],"issuer":"i"}`,
			[]string{"claimRules[0].one"},
			"is unknown: write oneOf",
		},
		{
			"another case further down", "custom", `{"claimRules":[{"claim":"x","oneof":["a"]}],"issuer":"i"}`,
			[]string{"claimRules[0].oneof"},
			"is unknown: write oneOf",
		},
		{
			"a wrong type further down", "custom", `{"claimRules":[{"claim":7}],"issuer":"i"}`,
			[]string{"claimRules[0].claim"},
			"must be a string",
		},
		{
			"leeway as text", "auth0", `{"domain":"t.eu.auth0.com","audience":"a","leewaySeconds":"30s"}`,
			[]string{"leewaySeconds"},
			"number of seconds",
		},
		{
			"leeway beyond the bound", "auth0", `{"domain":"t.eu.auth0.com","audience":"a","leewaySeconds":3600}`,
			[]string{"leewaySeconds"},
			"at most 10m",
		},
		{
			"leeway beyond reason", "auth0", `{"domain":"t.eu.auth0.com","audience":"a","leewaySeconds":1e300}`,
			[]string{"leewaySeconds"},
			"number of seconds",
		},
		{
			"maxAge where a preset has none", "auth0", `{"domain":"t.eu.auth0.com","audience":"a","maxAgeSeconds":30}`,
			[]string{"maxAgeSeconds"},
			"unknown",
		},
		{
			"a negative age", "custom",
			`{"signingSecret":"0123456789abcdef0123456789abcdef","issuer":"i","audience":"a","maxAgeSeconds":-1}`,
			[]string{"maxAgeSeconds"},
			"0 means no bound",
		},
		{
			"a rule that is none", "custom",
			`{"signingSecret":"0123456789abcdef0123456789abcdef","issuer":"i","audience":"a","claimRules":[{"claim":"x"}]}`,
			[]string{"claimRules[0]"},
			"no condition",
		},
		{
			"the remedy in JSON's words", "custom", `{"issuer":"i","audience":"a"}`,
			[]string{"signingSecret"},
			"one of signingSecretEnv, jwksUri, jwks and pem",
		},
		{"an unknown provider", "auth1", `{}`, []string{"provider"}, "use one of auth0, clerk"},

		{"auth0: nothing", "auth0", `{}`, []string{"domain", "audience"}, "tenant.eu.auth0.com"},
		{"auth0: no audience", "auth0", `{"domain":"t.eu.auth0.com"}`, []string{"audience"}, "insecureAnyAudience"},
		{
			"auth0: both", "auth0", `{"domain":"t.eu.auth0.com","audience":"a","insecureAnyAudience":true}`,
			[]string{"insecureAnyAudience"},
			"",
		},
		{
			"auth0: a path", "auth0", `{"domain":"https://t.eu.auth0.com/api/v2/","audience":"a"}`,
			[]string{"domain"},
			"without a path",
		},
		{
			"auth0: plain http", "auth0", `{"domain":"http://t.eu.auth0.com","audience":"a"}`,
			[]string{"domain"},
			"must be https",
		},
		{
			"auth0: credentials", "auth0", `{"domain":"https://user:hunter2@t.eu.auth0.com","audience":"a"}`,
			[]string{"domain"},
			"holds credentials",
		},
		{
			"auth0: a custom domain's path", "auth0",
			`{"domain":"t.eu.auth0.com","customDomains":["login.example.com/x"],"audience":"a"}`,
			[]string{"customDomains"},
			"without a path",
		},
		{
			"auth0: ES256", "auth0", `{"domain":"t.eu.auth0.com","audience":"a","algorithms":["ES256"]}`,
			[]string{"algorithms"},
			"RS256, PS256 or HS256",
		},
		{
			"auth0: HS256 without secret", "auth0", `{"domain":"t.eu.auth0.com","audience":"a","algorithms":["HS256"]}`,
			[]string{"signingSecret"},
			"required for HS256",
		},
		{
			"auth0: a secret without HS256", "auth0",
			`{"domain":"t.eu.auth0.com","audience":"a","algorithms":["RS256"],"signingSecret":"0123456789abcdef0123456789abcdef"}`,
			[]string{"signingSecret"},
			"none of the algorithms uses it",
		},

		{"supabase: nothing", "supabase", `{}`, []string{"projectUrl"}, "https://<ref>.supabase.co"},
		{
			"supabase: both names", "supabase", `{"projectUrl":"https://x.supabase.co","projectRef":"x"}`,
			[]string{"projectRef"},
			"projectUrl is set too",
		},
		{
			"supabase: a URL for a ref", "supabase", `{"projectRef":"https://x.supabase.co"}`,
			[]string{"projectRef"},
			"lower-case letters",
		},
		{
			"supabase: migrating without secret", "supabase", `{"projectUrl":"https://x.supabase.co","migrating":true}`,
			[]string{"migrating"},
			"needs signingSecret",
		},
		{
			"supabase: algorithms of no key", "supabase",
			`{"projectUrl":"https://x.supabase.co","signingSecret":"0123456789abcdef0123456789abcdef","algorithms":["ES256"]}`,
			[]string{"algorithms"},
			"set migrating",
		},
		{
			"supabase: HS256 by name", "supabase", `{"projectUrl":"https://x.supabase.co","algorithms":["HS256"]}`,
			[]string{"algorithms"},
			"set signingSecret",
		},
		{
			"supabase: a short secret", "supabase", `{"projectUrl":"https://x.supabase.co","signingSecret":"short"}`,
			[]string{"signingSecret"},
			"needs at least 32",
		},
		{
			"supabase: a secret that is not there", "supabase",
			`{"projectUrl":"https://x.supabase.co","signingSecretEnv":"AUTH_GO_NOT_SET"}`,
			[]string{"signingSecretEnv"},
			"set the variable",
		},
		{
			"supabase: level", "supabase", `{"projectUrl":"https://x.supabase.co","minAal":"2"}`,
			[]string{"minAal"},
			"use aal1, aal2 or aal3",
		},
		{
			"supabase: roles that users write", "supabase",
			`{"projectUrl":"https://x.supabase.co","rolesClaim":"user_metadata.role"}`,
			[]string{"rolesClaim"},
			"written by the user",
		},

		{
			"supabase: a user id that users write", "supabase",
			`{"projectUrl":"https://x.supabase.co","userIdClaim":"/user_metadata/id"}`,
			[]string{"userIdClaim"},
			"written by the user",
		},
		{
			"supabase: an API key as secret", "supabase",
			`{"projectUrl":"https://x.supabase.co","signingSecret":"sb_secret_0123456789abcdef0123456789abcdef"}`,
			[]string{"signingSecret"},
			"API key",
		},
		{
			"supabase: the anon key as secret", "supabase",
			`{"projectUrl":"https://x.supabase.co","signingSecret":"eyJhbGciOiJIUzI1NiJ9.eyJyb2xlIjoiYW5vbiJ9.AAAA"}`,
			[]string{"signingSecret"},
			"anon",
		},
		{
			"supabase: the dashboard", "supabase", `{"projectUrl":"https://supabase.com/dashboard/project/x"}`,
			[]string{"projectUrl"},
			"<ref>.supabase.co",
		},
		{
			"clerk: the account portal", "clerk", `{"issuerUrl":"https://app.accounts.dev"}`,
			[]string{"issuerUrl"},
			"https://app.clerk.accounts.dev",
		},
		{"auth0: the dashboard", "auth0", `{"domain":"manage.auth0.com","audience":"a"}`, []string{"domain"}, "tenant"},
		{
			"cognito: no region", "cognito", `{"userPoolId":"eu-wset-1_Qm7Tz4LxB","clientId":"c"}`,
			[]string{"userPoolId"},
			"not an AWS region",
		},
		{"cognito: nothing", "cognito", `{}`, []string{"userPoolId", "clientId"}, "say insecureAnyClient"},
		{
			"cognito: no pool", "cognito", `{"userPoolId":"Qm7Tz4LxB","clientId":"c"}`,
			[]string{"userPoolId"},
			"eu-west-1_Qm7Tz4LxB",
		},
		{
			"cognito: another region", "cognito", `{"region":"us-east-1","userPoolId":"eu-west-1_Qm7Tz4LxB","clientId":"c"}`,
			[]string{"region"},
			"userPoolId says eu-west-1",
		},
		{
			"cognito: China", "cognito", `{"userPoolId":"cn-north-1_Qm7Tz4LxB","clientId":"c"}`,
			[]string{"userPoolId"},
			"set issuerUrl",
		},
		{
			"cognito: two names", "cognito",
			`{"issuerUrl":"https://x.example/p","userPoolId":"eu-west-1_Qm7Tz4LxB","clientId":"c"}`,
			[]string{"issuerUrl"},
			"remove region and userPoolId",
		},
		{
			"cognito: both clients", "cognito", `{"userPoolId":"eu-west-1_Qm7Tz4LxB","clientId":"c","insecureAnyClient":true}`,
			[]string{"insecureAnyClient"},
			"clientId is set",
		},
		{
			"cognito: an empty client", "cognito", `{"userPoolId":"eu-west-1_Qm7Tz4LxB","clientId":["c",""]}`,
			[]string{"clientId"},
			"empty",
		},
		{
			"cognito: kind", "cognito", `{"userPoolId":"eu-west-1_Qm7Tz4LxB","clientId":"c","tokenUse":"refresh"}`,
			[]string{"tokenUse"},
			"access, id or either",
		},
		{
			"cognito: a resource for ID tokens", "cognito",
			`{"userPoolId":"eu-west-1_Qm7Tz4LxB","clientId":"c","tokenUse":"id","audience":"r"}`,
			[]string{"audience"},
			"compared with clientId",
		},

		{"firebase: nothing", "firebase", `{}`, []string{"projectId"}, "project settings"},
		{
			"firebase: a URL", "firebase", `{"projectId":"https://securetoken.google.com/p"}`,
			[]string{"projectId"},
			"use the bare ID",
		},
		{
			"firebase: kind", "firebase", `{"projectId":"p-1","kind":"custom-token"}`,
			[]string{"kind"},
			"id-token or session-cookie",
		},
		{
			"firebase: tenants", "firebase", `{"projectId":"p-1","tenant":"t","insecureAnyTenant":true}`,
			[]string{"insecureAnyTenant"},
			"tenant is set",
		},
		{
			"firebase: an empty tenant", "firebase", `{"projectId":"p-1","tenant":["t",""]}`,
			[]string{"tenant"},
			"leave tenant out",
		},
		{
			"firebase: keys over http", "firebase", `{"projectId":"p-1","jwksUri":"http://keys.example/x"}`,
			[]string{"jwksUri"},
			"must be https",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			contract, err := providers.Build(c.slug, []byte(c.config))
			if err == nil {
				t.Fatalf("accepted as %s", contract)
			}
			if got := faultyFields(err); !slices.Equal(got, c.fields) {
				t.Errorf("the fields are %q, not %q: %v", got, c.fields, err)
			}
			if !strings.Contains(err.Error(), c.says) {
				t.Errorf("the error does not say %q: %v", c.says, err)
			}
		})
	}
}

// A secret must not be in any error, whatever else is wrong.
func TestBuildNeverTellsASecret(t *testing.T) {
	for _, p := range providers.All() {
		for _, config := range []string{
			`{"signingSecret":"hunter2-hunter2"}`, `{"signingSecret":["hunter2-hunter2"]}`,
			`{"signingSecret":{"hunter2-hunter2":1}}`,
			`{"signingSecret":"hunter2-hunter2","issuer":7,"domain":7,"projectUrl":7}`, `{"signingSecret":"hunter2-hunter2`,
			`{"signingSecret":"hunter2-hunter2","signingSecret":"hunter2-hunter2"}`,
			`{"projectUrl":"https://x.supabase.co","domain":"t.eu.auth0.com","signingSecret":"hunter2-hunter2"}`,
			`{"provider":"` + p.Slug + `","strategy":"HS256","signingSecret":"hunter2-hunter2","issuer":7}`,
			`{"provider":"` + p.Slug + `","strategy":"HS256","signingSecret":"hunter2-hunter2","jwksUri":"x"}`,
			`{"provider":"` + p.Slug + `","strategy":"HS256","signingSecret":["hunter2-hunter2"]}`,
		} {
			_, err := providers.Build(p.Slug, []byte(config))
			_, parseErr := providers.ParseContract([]byte(config))
			for _, e := range []error{err, parseErr} {
				if text := fmt.Sprintf("%v %+v %#v %q", e, e, e, core.ConfigErrors(e)); strings.Contains(text, "hunter2") {
					t.Errorf("%s, %s: the error contains the secret: %s", p.Slug, config, text)
				}
			}
		}
	}
}

func TestBuildReadsDurations(t *testing.T) {
	contract, err := providers.Build(
		"custom",
		[]byte(`{"signingSecret":"0123456789abcdef0123456789abcdef","issuer":"i","audience":"a",
		"leewaySeconds":1.5,"maxAgeSeconds":600}`),
	)
	must(t, err)
	if r := contract.Rules(); r.Leeway != 1500*time.Millisecond || r.MaxAge != 10*time.Minute {
		t.Errorf("leeway %v and age %v, not 1.5s and 10m", r.Leeway, r.MaxAge)
	}
}
