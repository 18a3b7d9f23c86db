package core_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/revstackhq/auth-go/core"
)

// What buildAuthContract of @revstackhq/auth returns for each provider.
func TestParseContractWireForm(t *testing.T) {
	const secret = "0123456789abcdef0123456789abcdef"
	cases := []struct {
		name, wire string
		want       core.Rules // of the wire form's members
		warnings   int
	}{
		{
			"auth0",
			`{"provider":"auth0","strategy":"RS256","jwksUri":"https://acme.eu.auth0.com/.well-known/jwks.json","issuer":"https://acme.eu.auth0.com/","audience":"https://api.acme.dev","userIdClaim":"sub"}`,
			core.Rules{
				Provider:  "auth0",
				JWKSURL:   "https://acme.eu.auth0.com/.well-known/jwks.json",
				Issuer:    "https://acme.eu.auth0.com/",
				Audiences: []string{"https://api.acme.dev"},
			},
			0,
		},
		{
			"auth0 without audience",
			`{"provider":"auth0","strategy":"RS256","jwksUri":"https://acme.eu.auth0.com/.well-known/jwks.json","issuer":"https://acme.eu.auth0.com/","userIdClaim":"sub"}`,
			core.Rules{
				Provider:            "auth0",
				JWKSURL:             "https://acme.eu.auth0.com/.well-known/jwks.json",
				Issuer:              "https://acme.eu.auth0.com/",
				InsecureAnyAudience: true,
			},
			1,
		},
		{
			"clerk",
			`{"provider":"clerk","strategy":"RS256","jwksUri":"https://clerk.acme.dev/.well-known/jwks.json","issuer":"https://clerk.acme.dev","userIdClaim":"sub"}`,
			core.Rules{
				Provider:            "clerk",
				JWKSURL:             "https://clerk.acme.dev/.well-known/jwks.json",
				Issuer:              "https://clerk.acme.dev",
				InsecureAnyAudience: true,
			},
			1,
		},
		{
			"supabase with keys",
			`{"provider":"supabase","strategy":"RS256","jwksUri":"https://ref.supabase.co/auth/v1/.well-known/jwks.json","issuer":"https://ref.supabase.co/auth/v1","audience":"authenticated","userIdClaim":"sub"}`,
			core.Rules{
				Provider:  "supabase",
				JWKSURL:   "https://ref.supabase.co/auth/v1/.well-known/jwks.json",
				Issuer:    "https://ref.supabase.co/auth/v1",
				Audiences: []string{"authenticated"},
			},
			0,
		},
		{
			"supabase with a secret",
			`{"provider":"supabase","strategy":"HS256","signingSecret":"` + secret + `","issuer":"https://ref.supabase.co/auth/v1","audience":"authenticated","userIdClaim":"sub"}`,
			core.Rules{
				Provider:  "supabase",
				Secret:    core.NewSecret(secret),
				Issuer:    "https://ref.supabase.co/auth/v1",
				Audiences: []string{"authenticated"},
			},
			0,
		},
		{
			"cognito",
			`{"provider":"cognito","strategy":"RS256","jwksUri":"https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_X/.well-known/jwks.json","issuer":"https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_X","audience":"client1","userIdClaim":"sub"}`,
			core.Rules{
				Provider: "cognito", JWKSURL: "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_X/.well-known/jwks.json",
				Issuer: "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_X", Audiences: []string{"client1"},
			},
			0,
		},
		{
			"firebase",
			`{"provider":"firebase","strategy":"RS256","jwksUri":"https://www.googleapis.com/service_accounts/v1/jwk/securetoken@system.gserviceaccount.com","issuer":"https://securetoken.google.com/acme","audience":"acme","userIdClaim":"user_id"}`,
			core.Rules{
				Provider: "firebase",
				JWKSURL:  "https://www.googleapis.com/service_accounts/v1/jwk/securetoken@system.gserviceaccount.com",
				Issuer:   "https://securetoken.google.com/acme", Audiences: []string{"acme"}, UserIDClaim: "user_id",
			},
			0,
		},
		{
			"custom",
			`{"provider":"custom","strategy":"HS256","signingSecret":"` + secret + `","issuer":"my-gateway","audience":"my-api","userIdClaim":"uid"}`,
			core.Rules{Secret: core.NewSecret(secret), Issuer: "my-gateway", Audiences: []string{"my-api"}, UserIDClaim: "uid"},
			0,
		},
		{
			"custom without issuer",
			`{"provider":"custom","strategy":"HS256","signingSecret":"` + secret + `","userIdClaim":"sub"}`,
			core.Rules{Secret: core.NewSecret(secret), InsecureAnyIssuer: true, InsecureAnyAudience: true},
			2,
		},
		{
			"two audiences, padded with space",
			" {\"provider\":\"custom\",\"strategy\":\"HS256\",\n\"signingSecret\":\"" + secret + `","issuer":"g","audience":["a","b"]} `,
			core.Rules{Secret: core.NewSecret(secret), Issuer: "g", Audiences: []string{"a", "b"}},
			0,
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got, err := core.ParseContract([]byte(c.wire))
			if err != nil {
				t.Fatal(err)
			}
			if want := newContract(t, c.want); !got.Equal(want) {
				t.Errorf("got %s\nwant %s", asJSON(t, got), asJSON(t, want))
			}
			if w := got.Warnings(); len(w) != c.warnings {
				t.Errorf("warnings: %q", w)
			}
		})
	}
}

func TestParseContractRefuses(t *testing.T) {
	good := func(member string) string {
		return `{"issuer":"g","audience":"a","strategy":"HS256","signingSecret":"` + kitSecret + `"` + member + `}`
	}
	if _, err := core.ParseContract([]byte(good(""))); err != nil {
		t.Fatal(err)
	}
	cases := []struct{ name, data, want string }{
		{"nothing", ``, "not a JSON object"},
		{"an array", `[]`, "not a JSON object"},
		{"data behind it", good("") + "{}", "something after the object"},
		{"an unknown member", good(`,"audiance":"b"`), `audiance (line 1, column 132): is unknown: write audience`},
		{"an unknown member deep inside", good(`,"session":{"role":["a"]}`), `session.role (line 1, column 143): is unknown`},
		{
			"an unknown member of a reference", good(`,"session":{"roles":[{"path":"a","splitt":","}]}`),
			`session.roles[0].splitt (line 1, column 164): is unknown: write split`,
		},
		{"a member twice", good(`,"issuer":"h"`), "twice"},
		{"a member twice, deep inside", good(`,"claimRules":[{"claim":"a","absent":true,"absent":false}]`), "twice"},
		{"a member in another case", good(`,"maxTokenBYTES":5`), "is unknown: write maxTokenBytes"},
		{"a member in another case again", good(`,"Audience":"b"`), "is unknown: write audience"},
		{
			"a member of a rule in another case", good(`,"claimRules":[{"claim":"a","absent":true,"Code":"PARTY_MISMATCH"}]`),
			"claimRules[0].Code (line 1, column 173): is unknown: write code",
		},
		{"a newer version", good(`,"version":2`), "is not a version this package reads"},
		{"a secret that was taken out", strings.Replace(good(""), kitSecret, "[REDACTED]", 1), "signingSecretEnv"},
		{"a short secret", strings.Replace(good(""), kitSecret, "short", 1), "has 5 bytes"},
		{"a strategy that is not an algorithm", good(`,"algorithms":["HS384"]`), "not among algorithms"},
		{"a wrong type", good(`,"leewaySeconds":"30"`), "must be a number of seconds, found a string"},
		{"endless seconds", good(`,"maxAgeSeconds":1e300`), "out of range"},
		{"bad rules", good(`,"leewaySeconds":601`), "at most 10m0s"},
		{
			"a number as audience", `{"issuer":"g","audience":7,"strategy":"HS256","signingSecret":"` + kitSecret + `"}`,
			"must be a string or an array of strings, found a number",
		},
		{
			"version 1 without audience", `{"version":1,"issuer":"g","strategy":"HS256","signingSecret":"` + kitSecret + `"}`,
			"insecureAnyAudience",
		},
		{
			"version 1 without issuer", `{"version":1,"audience":"a","strategy":"HS256","signingSecret":"` + kitSecret + `"}`,
			"issuer: is empty",
		},
		{
			"keys without issuer", `{"provider":"custom","strategy":"RS256","jwksUri":"https://a.example/jwks"}`,
			"issuer: is empty",
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			contract, err := core.ParseContract([]byte(c.data))
			var fault *core.ConfigError
			if contract != nil || !errors.As(err, &fault) || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("got %v, %v; want an error with %q", contract, err, c.want)
			}
			if strings.Contains(err.Error(), kitSecret) {
				t.Errorf("the error shows the secret: %v", err)
			}
			kept := *newContract(t, secretRules())
			before := asJSON(t, &kept)
			if err := json.Unmarshal([]byte(c.data), &kept); err == nil || asJSON(t, &kept) != before {
				t.Errorf("json.Unmarshal: %v", err)
			}
		})
	}
}
