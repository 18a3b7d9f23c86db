package providers_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"log/slog"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/core/providers"
	"github.com/revstackhq/auth-go/core/providers/providertest"
)

// leastRefusals is how many bad tokens each provider has to have.
const leastRefusals = 6

// newIssuer has a key for every algorithm.
func newIssuer(t *testing.T) *authtest.Issuer {
	t.Helper()
	return authtest.NewIssuer(t, authtest.WithAlgorithms(providertest.Algorithms()...), authtest.WithUUIDKeyIDs())
}

func mint(t *testing.T, issuer *authtest.Issuer, token providertest.Token) string {
	t.Helper()
	raw, err := token.Mint(issuer)
	must(t, err)
	return raw
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

type clock time.Time

func (c clock) Now() time.Time { return time.Time(c) }

// TestProviders runs providertest/samples/<slug>.json: every case against the contract that
// Build makes, and again against that contract read back from its own JSON.
func TestProviders(t *testing.T) {
	issuer := newIssuer(t)
	world := newInternet(t, issuer)
	for _, p := range providers.All() {
		t.Run(p.Slug, func(t *testing.T) {
			good, bad, err := providertest.Tokens(p.Slug)
			must(t, err)
			if len(good) == 0 || len(bad) < leastRefusals {
				t.Errorf("%d good tokens and %d bad ones: at least 1 and %d are needed", len(good), len(bad), leastRefusals)
			}
			for _, token := range good {
				t.Run("accept/"+token.Name, func(t *testing.T) {
					token := withUnknownClaim(t, token)
					raw := mint(t, issuer, token)
					for how, contract := range contracts(t, issuer, token) {
						session := verify(t, world, contract, token, raw, how)
						if session == nil {
							continue
						}
						compare(t, how, session, token)
						if payload, err := json.Marshal(token.Claims); err != nil || !bytes.Equal(session.RawClaims(), payload) {
							t.Errorf("%s: the raw claims are %s, the token's are %s, %v", how, session.RawClaims(), payload, err)
						}
						if p.Claims != nil {
							checkClaims(t, session, p.Claims(), token.Claims)
						}
					}
				})
			}
			for _, token := range bad {
				t.Run("refuse/"+token.Name, func(t *testing.T) {
					raw := mint(t, issuer, token)
					for how, contract := range contracts(t, issuer, token) {
						_, err := verifier(t, world, contract, token).Verify(t.Context(), raw)
						if got := core.CodeOf(err); got != token.Code {
							t.Errorf("%s: the code is %q, not %q: %v", how, got, token.Code, err)
						}
						var refusal *core.Error
						if errors.As(err, &refusal) && token.Claim != "" && refusal.Claim != token.Claim {
							t.Errorf("%s: the claim at fault is %q, not %q: %v", how, refusal.Claim, token.Claim, err)
						}
					}
				})
			}
		})
	}
}

// contracts are the one of the token's configuration and the same, read back.
func contracts(t *testing.T, issuer *authtest.Issuer, token providertest.Token) map[string]*core.Contract {
	t.Helper()
	token.Config = secretInEnvironment(t, token.Config)
	built, err := token.Contract(issuer)
	if err != nil {
		t.Fatalf("Build(%s): %v", token.Config, err)
	}
	again, err := token.Contract(issuer)
	must(t, err)
	if !built.Equal(again) {
		t.Errorf("the same configuration twice makes contracts that differ")
	}
	data, err := json.Marshal(built)
	must(t, err)
	parsed, err := core.ParseContract(data)
	if err != nil {
		t.Fatalf("ParseContract(%s): %v", data, err)
	}
	if !parsed.Equal(built) {
		second, _ := json.Marshal(parsed)
		t.Errorf("the contract changed on its way through JSON:\n%s\n%s", data, second)
	}
	if !slices.Equal(parsed.Warnings(), built.Warnings()) {
		t.Errorf("warnings %q became %q", built.Warnings(), parsed.Warnings())
	}
	return map[string]*core.Contract{"built": built, "read back": parsed}
}

// secretInEnvironment names an environment variable instead of the secret,
// which a contract's JSON would not carry.
func secretInEnvironment(t *testing.T, config providertest.Object) providertest.Object {
	t.Helper()
	raw, ok := config["signingSecret"]
	if !ok {
		return config
	}
	var secret string
	must(t, json.Unmarshal(raw, &secret))
	const name = "AUTH_GO_TEST_SECRET"
	t.Setenv(name, secret)
	config = maps.Clone(config)
	delete(config, "signingSecret")
	config["signingSecretEnv"] = json.RawMessage(`"` + name + `"`)
	return config
}

func verifier(t *testing.T, world *internet, contract *core.Contract, token providertest.Token) *core.Verifier {
	t.Helper()
	world.serve(contract)
	v, err := core.NewVerifier(contract, core.WithHTTPClient(world.client), core.WithClock(clock(token.Now)),
		core.WithLogger(slog.New(slog.DiscardHandler)))
	must(t, err)
	return v
}

func verify(
	t *testing.T,
	world *internet,
	contract *core.Contract,
	token providertest.Token,
	raw, how string,
) *core.Session {
	t.Helper()
	session, err := verifier(t, world, contract, token).Verify(t.Context(), raw)
	if err != nil {
		t.Errorf("%s: refused: %v", how, err)
		return nil
	}
	return session
}

func compare(t *testing.T, how string, session *core.Session, token providertest.Token) {
	t.Helper()
	got, err := json.Marshal(providertest.SessionOf(session))
	must(t, err)
	want, err := json.Marshal(token.Want)
	must(t, err)
	if !bytes.Equal(got, want) {
		t.Errorf("%s: the session is\n%s, not\n%s", how, got, want)
	}
	if session.Provider() != token.Provider {
		t.Errorf("%s: the provider is %q, not %q", how, session.Provider(), token.Provider)
	}
}

// withUnknownClaim adds what no claims type knows, with a number that a float
// would round.
func withUnknownClaim(t *testing.T, token providertest.Token) providertest.Token {
	t.Helper()
	token, err := token.With(map[string]any{
		"https://northwind.example/unknown": json.RawMessage(`{"n":12345678901234567890,"deep":["é",null]}`),
	})
	must(t, err)
	return token
}

// checkClaims demands that every claim which the type names arrives in it.
func checkClaims(t *testing.T, session *core.Session, claims any, payload providertest.Object) {
	t.Helper()
	if err := session.Decode(claims); err != nil {
		t.Errorf("the claims do not decode: %v", err)
		return
	}
	v := reflect.ValueOf(claims).Elem()
	known := 0
	for _, field := range reflect.VisibleFields(v.Type()) {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		raw, sent := payload[name]
		if !sent {
			continue
		}
		known++
		if !slices.Contains([]string{"null", "false", `""`, "0", "[]", "{}"}, string(raw)) &&
			v.FieldByIndex(field.Index).IsZero() {
			t.Errorf("%T.%s is empty, the token's %s is %s", claims, field.Name, name, raw)
		}
	}
	if known < 2 { // exp and who it is: every token says that much
		t.Errorf("%T names %d of the token's claims", claims, known)
	}
}

// TestEveryProviderHasSamples keeps the catalog and the data together.
func TestEveryProviderHasSamples(t *testing.T) {
	var slugs []string
	for _, p := range providers.All() {
		slugs = append(slugs, p.Slug)
		if p.Name == "" || p.Description == "" || len(p.Algorithms) == 0 || p.Claims == nil {
			t.Errorf("%s: name, description, algorithms or claims are missing", p.Slug)
		}
	}
	slices.Sort(slugs)
	if samples := providertest.Slugs(); !slices.Equal(slugs, samples) {
		t.Errorf("the catalog has %v, the samples are of %v", slugs, samples)
	}
}

// The runner's internet serves the keys at every URL, so that this has to be
// told apart.
func TestKeysAreWhereTheProviderPublishesThem(t *testing.T) {
	for _, c := range []struct{ slug, config, want string }{
		{
			"auth0", `{"domain":"https://northwind.eu.auth0.com/","audience":"a"}`,
			"https://northwind.eu.auth0.com/.well-known/jwks.json",
		},
		{"auth0", `{"domain":"t.eu.auth0.com","audience":"a","signingSecret":"0123456789abcdef0123456789abcdef"}`, ""},
		{
			"clerk", `{"issuerUrl":"https://clerk.northwind.example/"}`,
			"https://clerk.northwind.example/.well-known/jwks.json",
		},
		{
			"supabase", `{"projectUrl":"https://x.supabase.co/rest/v1/"}`,
			"https://x.supabase.co/auth/v1/.well-known/jwks.json",
		},
		{"supabase", `{"projectUrl":"https://x.supabase.co/auth/v1"}`, "https://x.supabase.co/auth/v1/.well-known/jwks.json"},
		{"supabase", `{"projectRef":"x"}`, "https://x.supabase.co/auth/v1/.well-known/jwks.json"},
		{
			"supabase", `{"projectUrl":"https://data.example/base","issuer":"https://id.example"}`,
			"https://data.example/base/auth/v1/.well-known/jwks.json",
		},
		{"supabase", `{"projectRef":"x","signingSecret":"0123456789abcdef0123456789abcdef"}`, ""},
		{
			"cognito", `{"userPoolId":"us-gov-west-1_Qm7Tz4LxB","clientId":"c"}`,
			"https://cognito-idp.us-gov-west-1.amazonaws.com/us-gov-west-1_Qm7Tz4LxB/.well-known/jwks.json",
		},
		{
			"firebase", `{"projectId":"p-1"}`,
			"https://www.googleapis.com/service_accounts/v1/jwk/securetoken@system.gserviceaccount.com",
		},
		{
			"firebase", `{"projectId":"p-1","kind":"session-cookie"}`,
			"https://identitytoolkit.googleapis.com/v1/sessionCookiePublicKeys",
		},
		{"firebase", `{"projectId":"p-1","jwksUri":"https://keys.example/set"}`, "https://keys.example/set"},
	} {
		contract, err := providers.Build(c.slug, []byte(c.config))
		if err != nil {
			t.Errorf("%s %s: %v", c.slug, c.config, err)
		} else if got := contract.Rules().JWKSURL; got != c.want {
			t.Errorf("%s %s: the keys are at %q, not %q", c.slug, c.config, got, c.want)
		}
	}
}
