package providers_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/providers"
	"github.com/revstackhq/auth-go/core/providers/providertest"
)

// wireForms are what buildAuthContract of @revstackhq/auth makes.
var wireForms = []struct {
	name, json string
	// accepted and refused are samples by name.
	accepted []string
	refused  map[string]core.Code
	// mended are the members that come back changed.
	mended   map[string]string
	warnings int
}{
	{
		name: "auth0",
		json: `{"provider":"auth0","strategy":"RS256","jwksUri":"https://northwind.eu.auth0.com/.well-known/jwks.json",
			"issuer":"https://northwind.eu.auth0.com/","audience":"https://api.northwind.example","userIdClaim":"sub"}`,
		accepted: []string{"access token of a person", "RFC 9068 profile with an actor", "machine"},
		refused: map[string]core.Code{
			"ID token where the audience is a client id": core.CodeAudienceMismatch,
			"logout token": core.CodeClaimMismatch,
		},
	},
	{
		name: "auth0 without audience, with a slash too many",
		json: `{"provider":"auth0","strategy":"RS256","jwksUri":"https://northwind.eu.auth0.com//.well-known/jwks.json",
			"issuer":"https://northwind.eu.auth0.com//","userIdClaim":"sub"}`,
		accepted: []string{"access token of a person"},
		refused: map[string]core.Code{
			"ID token": core.CodeClaimMismatch,
			"ID token without nonce where any audience is accepted": core.CodeMissingClaim,
		},
		mended: map[string]string{
			"issuer":  `"https://northwind.eu.auth0.com/"`,
			"jwksUri": `"https://northwind.eu.auth0.com/.well-known/jwks.json"`,
		},
		warnings: 1,
	},
	{
		name: "clerk",
		json: `{"provider":"clerk","strategy":"RS256","jwksUri":"https://clerk.northwind.example/.well-known/jwks.json",
			"issuer":"https://clerk.northwind.example","userIdClaim":"sub"}`,
		accepted: []string{"session of version 2 with an organization", "session of version 1 with an organization"},
		refused: map[string]core.Code{
			"JWT template as a session":  core.CodeClaimMismatch,
			"machine token as a session": core.CodeClaimMismatch,
			"pending session":            core.CodeClaimMismatch,
		},
		warnings: 1,
	},
	{
		name: "clerk, the organization as user id",
		json: `{"provider":"clerk","strategy":"RS256","jwksUri":"https://clerk.northwind.example/.well-known/jwks.json",
			"issuer":"https://clerk.northwind.example","userIdClaim":"organization_id"}`,
		accepted: []string{"static key and a user id of the organization"},
		refused:  map[string]core.Code{"no session id": core.CodeMissingClaim},
		warnings: 1,
	},
	{
		name:     "clerk, keys behind a proxy",
		json:     `{"provider":"clerk","strategy":"RS256","jwksUri":"https://proxy.northwind.example/clerk/jwks","issuer":"https://clerk.northwind.example"}`,
		accepted: []string{"session of version 2 with an organization"},
		refused:  map[string]core.Code{"pending session": core.CodeClaimMismatch},
		warnings: 1,
	},
	{
		name: "supabase",
		json: `{"provider":"supabase","strategy":"RS256","jwksUri":"https://qwertnorthwindabcxyz.supabase.co/rest/v1/auth/jwks",
			"issuer":"https://qwertnorthwindabcxyz.supabase.co/auth/v1","audience":"authenticated","userIdClaim":"sub"}`,
		accepted: []string{"session with a second factor", "RS256 with methods that a hook reduced to names"},
		refused: map[string]core.Code{
			"role service_role":        core.CodeClaimMismatch,
			"is_anonymous as a string": core.CodeClaimMismatch,
		},
		mended: map[string]string{"jwksUri": `"https://qwertnorthwindabcxyz.supabase.co/auth/v1/.well-known/jwks.json"`},
	},
	{
		name: "supabase with a secret",
		json: `{"provider":"supabase","strategy":"HS256","signingSecret":"super-secret-jwt-token-with-at-least-32-characters-long",
			"issuer":"https://qwertnorthwindabcxyz.supabase.co/auth/v1","userIdClaim":"sub"}`,
		accepted: []string{"legacy secret"},
		refused: map[string]core.Code{
			"anon key":                     core.CodeIssuerMismatch,
			"session with a second factor": core.CodeAlgorithmNotAllowed,
		},
		mended: map[string]string{"signingSecret": `"[REDACTED]"`, "audience": `"authenticated"`},
	},
	{
		name: "cognito",
		json: `{"provider":"cognito","strategy":"RS256","jwksUri":"https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Qm7Tz4LxB/.well-known/jwks.json",
			"issuer":"https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Qm7Tz4LxB","audience":"4h8s2kq9v1n7x3t6b5d0mfcrjw","userIdClaim":"sub"}`,
		accepted: []string{"access token", "ID token", "machine"},
		refused: map[string]core.Code{
			"another client":             core.CodeAudienceMismatch,
			"ID token of another client": core.CodeAudienceMismatch,
			"no token_use":               core.CodeMissingClaim,
		},
		mended: map[string]string{"audience": ""},
	},
	{
		name: "cognito without client",
		json: `{"provider":"cognito","strategy":"RS256","jwksUri":"https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Qm7Tz4LxB/.well-known/jwks.json",
			"issuer":"https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Qm7Tz4LxB","userIdClaim":"sub"}`,
		accepted: []string{"access token", "ID token"},
		refused:  map[string]core.Code{"no token_use": core.CodeMissingClaim},
		warnings: 1,
	},
	{
		name: "firebase",
		json: `{"provider":"firebase","strategy":"RS256","jwksUri":"https://www.googleapis.com/service_accounts/v1/jwk/securetoken@system.gserviceaccount.com",
			"issuer":"https://securetoken.google.com/northwind-prod","audience":"northwind-prod","userIdClaim":"user_id"}`,
		accepted: []string{"ID token", "ID token of a tenant"},
		refused:  map[string]core.Code{"sign-in in the future": core.CodeClaimMismatch, "no kid": core.CodeMissingClaim},
		warnings: 1,
	},
	{
		name: "custom",
		json: `{"provider":"custom","strategy":"HS256","signingSecret":"northwind-gateway's own secret, 32 bytes or more",
			"issuer":"northwind-gateway","audience":"northwind-internal","userIdClaim":"sub"}`,
		accepted: []string{"shared secret"},
		refused:  map[string]core.Code{"another service": core.CodeAudienceMismatch},
		mended:   map[string]string{"signingSecret": `"[REDACTED]"`},
	},
	{
		name:     "custom with nothing but a secret",
		json:     `{"provider":"custom","strategy":"HS256","signingSecret":"northwind-gateway's own secret, 32 bytes or more","userIdClaim":"sub"}`,
		accepted: []string{"shared secret"},
		refused:  map[string]core.Code{"no exp": core.CodeMissingClaim},
		mended:   map[string]string{"signingSecret": `"[REDACTED]"`},
		warnings: 2,
	},
}

func TestParseContractReadsTheWireForm(t *testing.T) {
	issuer := newIssuer(t)
	world := newInternet(t, issuer)
	for _, c := range wireForms {
		t.Run(c.name, func(t *testing.T) {
			contract, err := providers.ParseContract([]byte(c.json))
			must(t, err)
			if w := contract.Warnings(); len(w) != c.warnings {
				t.Errorf("%d warnings, not %d: %q", len(w), c.warnings, w)
			}
			tokens := samples(t, contract.Provider())
			for _, name := range c.accepted {
				token := tokens[name]
				raw := mint(t, issuer, token)
				if session, err := verifier(t, world, contract, token).Verify(t.Context(), raw); err != nil {
					t.Errorf("%s: %v", name, err)
				} else if session.UserID() != token.Want.UserID {
					t.Errorf("%s: the user is %q, not %q", name, session.UserID(), token.Want.UserID)
				}
			}
			for name, code := range c.refused {
				token := tokens[name]
				raw := mint(t, issuer, token)
				_, err := verifier(t, world, contract, token).Verify(t.Context(), raw)
				if core.CodeOf(err) != code {
					t.Errorf("%s: %v, not %s", name, err, code)
				}
			}
			checkSurvival(t, c.json, c.mended, contract)
		})
	}
}

// checkSurvival demands every member of the wire form back, but those that are
// known to be mended.
func checkSurvival(t *testing.T, wire string, mended map[string]string, contract *core.Contract) {
	t.Helper()
	data, err := json.Marshal(contract)
	must(t, err)
	var before, after map[string]json.RawMessage
	must(t, json.Unmarshal([]byte(wire), &before))
	must(t, json.Unmarshal(data, &after))
	for name, want := range mended {
		if got := string(after[name]); got != want {
			t.Errorf("%s came back as %s, not as %s", name, got, want)
		}
	}
	for name, want := range before {
		if _, changes := mended[name]; !changes && string(after[name]) != string(want) {
			t.Errorf("%s %s came back as %s", name, want, after[name])
		}
	}
	if _, secret := before["signingSecret"]; secret {
		return // a literal secret is not in the JSON
	}
	again, err := providers.ParseContract(data)
	must(t, err)
	if !again.Equal(contract) {
		t.Errorf("the contract changed on its way through JSON: %s", data)
	}
}

// samples are all tokens of a provider by name.
func samples(t *testing.T, slug string) map[string]providertest.Token {
	t.Helper()
	good, bad, err := providertest.Tokens(slug)
	must(t, err)
	all := map[string]providertest.Token{}
	for _, token := range slices.Concat(good, bad) {
		all[token.Name] = token
	}
	return all
}

func TestParseContractFetchesTheKeysThatTheWireNames(t *testing.T) {
	issuer := newIssuer(t)
	for _, c := range []struct{ provider, token, wire, want string }{
		{
			"supabase", "session with a second factor", `{"provider":"supabase","strategy":"RS256",
			"jwksUri":"https://qwertnorthwindabcxyz.supabase.co/rest/v1/auth/jwks","issuer":"https://qwertnorthwindabcxyz.supabase.co/auth/v1"}`,
			"https://qwertnorthwindabcxyz.supabase.co/auth/v1/.well-known/jwks.json",
		},
		{
			"clerk", "session of version 2 with an organization", `{"provider":"clerk","strategy":"RS256",
			"jwksUri":"https://proxy.northwind.example/clerk/jwks","issuer":"https://clerk.northwind.example"}`,
			"https://proxy.northwind.example/clerk/jwks",
		},
	} {
		t.Run(c.provider, func(t *testing.T) {
			world := newInternet(t, issuer)
			contract, err := providers.ParseContract([]byte(c.wire))
			must(t, err)
			token := samples(t, c.provider)[c.token]
			raw := mint(t, issuer, token)
			_, err = verifier(t, world, contract, token).Verify(t.Context(), raw)
			must(t, err)
			if !slices.Equal(world.asked, []string{c.want}) {
				t.Errorf("fetched %q, not %q", world.asked, c.want)
			}
		})
	}
}

func TestParseContractReadsASecretFromTheEnvironment(t *testing.T) {
	t.Setenv("SUPABASE_JWT_SECRET", "super-secret-jwt-token-with-at-least-32-characters-long")
	contract, err := providers.ParseContract([]byte(`{"provider":"supabase","strategy":"HS256",
		"signingSecretEnv":"SUPABASE_JWT_SECRET","issuer":"https://qwertnorthwindabcxyz.supabase.co/auth/v1"}`))
	must(t, err)
	data, err := json.Marshal(contract)
	must(t, err)
	again, err := providers.ParseContract(data)
	must(t, err)
	if !again.Equal(contract) || contract.Rules().SecretEnv != "SUPABASE_JWT_SECRET" {
		t.Errorf("the contract changed on its way through JSON: %s", data)
	}
}

func TestParseContractNamesTheMemberAtFault(t *testing.T) {
	for _, c := range []struct {
		name, json string
		fields     []string
	}{
		{"auth0 without issuer", `{"provider":"auth0","strategy":"RS256","audience":"a"}`, []string{"issuer"}},
		{
			"auth0 with a path", `{"provider":"auth0","strategy":"RS256","issuer":"https://t.eu.auth0.com/x/"}`,
			[]string{"issuer"},
		},
		{
			"auth0 with ES256", `{"provider":"auth0","strategy":"ES256","issuer":"https://t.eu.auth0.com/"}`,
			[]string{"strategy"},
		},
		{
			"clerk with http", `{"provider":"clerk","strategy":"RS256","issuer":"http://clerk.example.com"}`,
			[]string{"issuer"},
		},
		{
			"clerk with a secret",
			`{"provider":"clerk","strategy":"HS256","issuer":"https://clerk.example.com","signingSecret":"s"}`,
			[]string{"signingSecret"},
		},
		{
			"clerk with HS256", `{"provider":"clerk","strategy":"HS256","issuer":"https://clerk.example.com"}`,
			[]string{"strategy"},
		},
		{
			"supabase with keys beside a secret", `{"provider":"supabase","strategy":"HS256","issuer":"https://x.supabase.co/auth/v1",
			"signingSecret":"super-secret-jwt-token-with-at-least-32-characters-long","jwksUri":"https://x.supabase.co/keys"}`, []string{"jwksUri"},
		},
		{
			"supabase with a short secret",
			`{"provider":"supabase","strategy":"HS256","issuer":"https://x.supabase.co/auth/v1","signingSecret":"short"}`,
			[]string{"signingSecret"},
		},
		{
			"supabase of another path",
			`{"provider":"supabase","strategy":"RS256","issuer":"https://x.supabase.co/elsewhere"}`,
			[]string{"issuer"},
		},
		{"cognito without issuer", `{"provider":"cognito","strategy":"RS256","audience":"c"}`, []string{"issuer"}},
		{
			"firebase with a foreign issuer", `{"provider":"firebase","strategy":"RS256","issuer":"https://evil.example/p"}`,
			[]string{"issuer"},
		},
		{
			"firebase with another audience",
			`{"provider":"firebase","strategy":"RS256","issuer":"https://securetoken.google.com/p-1","audience":"p-2"}`,
			[]string{"audience"},
		},
		{
			"custom with a short secret", `{"provider":"custom","strategy":"HS256","signingSecret":"short"}`,
			[]string{"signingSecret"},
		},
		{
			"a provider of one's own without keys",
			`{"provider":"acme","strategy":"RS256","issuer":"https://id.acme.example"}`,
			[]string{"jwksUri", "strategy"},
		},
		{"a misspelled member", `{"provider":"auth0","audiance":"a"}`, []string{"audiance"}},
		{"no JSON", `provider: auth0`, []string{"contract"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			contract, err := providers.ParseContract([]byte(c.json))
			if err == nil {
				t.Fatalf("accepted as %s", contract)
			}
			if got := faultyFields(err); !slices.Equal(got, c.fields) {
				t.Errorf("the fields are %q, not %q: %v", got, c.fields, err)
			}
		})
	}
}

func faultyFields(err error) []string {
	var fields []string
	for _, e := range core.ConfigErrors(err) {
		fields = append(fields, e.Field)
	}
	return fields
}
