package core_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/guard"
)

// keyRules are valid rules with a key set on the network.
func keyRules() core.Rules {
	return core.Rules{Issuer: kitIssuer, Audiences: []string{kitAudience}, JWKSURL: kitIssuer + "/jwks"}
}

func TestContractAccepts(t *testing.T) {
	t.Setenv("KIT_SECRET", kitSecret)
	cases := []struct {
		name   string
		base   func() core.Rules
		change func(r *core.Rules)
	}{
		{
			"loopback over http", keyRules,
			func(r *core.Rules) { r.Issuer, r.JWKSURL = "http://localhost:9000", "http://127.0.0.1:9000/jwks" },
		},
		{"IPv6 loopback", keyRules, func(r *core.Rules) { r.JWKSURL = "http://[::1]:9000/jwks" }},
		{"http by waiver", keyRules, func(r *core.Rules) {
			r.InsecureHTTP, r.Issuer, r.JWKSURL = true, "http://id.internal", "http://id.internal/jwks"
		}},
		{"issuer that is no URL", keyRules, func(r *core.Rules) { r.Issuer = "accounts.google.com" }},
		{"key set with a query", keyRules, func(r *core.Rules) { r.JWKSURL += "?p=policy" }},
		{
			"short secret by waiver", secretRules,
			func(r *core.Rules) { r.Secret, r.InsecureShortSecret = core.NewSecret("short"), true },
		},
		{
			"secret from its variable", secretRules,
			func(r *core.Rules) { r.Secret, r.SecretEnv = core.Secret{}, "KIT_SECRET" },
		},
		{"secret beside a key set", keyRules, func(r *core.Rules) { r.Secret = core.NewSecret(kitSecret) }},
		{"any audience by waiver", keyRules, func(r *core.Rules) { r.Audiences, r.InsecureAnyAudience = nil, true }},
		{"longest leeway", keyRules, func(r *core.Rules) { r.Leeway = 10 * time.Minute }},
		{"only further issuers", keyRules, func(r *core.Rules) { r.Issuer, r.Issuers = "", []string{"https://b.example"} }},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			rules := c.base()
			c.change(&rules)
			newContract(t, rules)
		})
	}
}

func TestContractDefaults(t *testing.T) {
	rules := newContract(t, core.Rules{
		Issuer:    kitIssuer,
		Audiences: []string{"api"},
		JWKSURL:   kitIssuer + "/jwks",
		Secret:    core.NewSecret(kitSecret),
	}).Rules()
	if rules.Provider != "custom" || rules.UserIDClaim != "sub" || rules.Leeway != 30*time.Second ||
		rules.MaxTokenBytes != 16<<10 {
		t.Errorf("defaults: %+v", rules)
	}
	if !slices.Equal(rules.Algorithms, []string{"RS256", "HS256"}) {
		t.Errorf("algorithms: %v", rules.Algorithms)
	}
	if !rules.Secret.IsZero() {
		t.Error("Rules gave the secret out")
	}
	if rules.Session.Kind != core.KindSession || len(rules.Session.Scopes) != 2 {
		t.Errorf("mapping: %+v", rules.Session)
	}
	negative := secretRules()
	negative.Leeway = -time.Hour
	if got := newContract(t, negative).Rules().Leeway; got >= 0 {
		t.Errorf("a negative leeway became %v", got)
	}
}

func TestZeroContract(t *testing.T) {
	for name, c := range map[string]*core.Contract{"nil": nil, "zero": {}} {
		t.Run(name, func(t *testing.T) {
			if c.Warnings() != nil || c.Provider() != "" || c.Issuer() != "" || c.Rules().Issuer != "" {
				t.Error("an accessor made something up")
			}
			if got := c.String(); got != "auth contract (invalid)" {
				t.Errorf("String: %s", got)
			}
			if got := c.LogValue().String(); got != "invalid contract" {
				t.Errorf("LogValue: %s", got)
			}
			if _, err := c.MarshalJSON(); err == nil {
				t.Error("MarshalJSON took it")
			}
			good := newContract(t, secretRules())
			if c.Equal(good) || good.Equal(c) || !c.Equal(nil) {
				t.Error("Equal")
			}
			if _, err := core.NewVerifier(c); len(core.ConfigErrors(err)) != 1 {
				t.Errorf("NewVerifier: %v", err)
			}
			if _, err := guard.New(c); len(core.ConfigErrors(err)) != 1 {
				t.Errorf("guard.New: %v", err)
			}
		})
	}
}

// Whoever keeps the rules, before or after, must not be able to change a contract.
func TestContractIsImmutable(t *testing.T) {
	rules := secretRules()
	rules.Issuers = []string{"https://b.example"}
	rules.AuthorizedParties = []string{"spa"}
	rules.RequiredClaims = []string{"jti"}
	rules.TokenTypes = []string{"JWT"}
	rules.ClaimRules = []core.ClaimRule{{
		Claim: "use", OneOf: []string{"access"}, NoneOf: []string{"id"}, Prefixes: []string{"a"}, NotSuffixes: []string{"z"},
		ContainsAny: []string{"access"}, When: []core.ClaimRule{{Claim: "v", OneOf: []string{"2"}}},
	}}
	rules.Session.Roles = []core.ClaimRef{{Path: "roles"}}
	rules.Session.PackedPermissions = &core.PackedPermissions{
		Features:          "f",
		Permissions:       "p",
		Masks:             "m",
		OrganizationScope: "o",
	}
	rules.Session.Kinds = []core.KindRule{
		{Kind: core.KindMachine, When: []core.ClaimRule{{Claim: "m", OneOf: []string{"yes"}}}},
	}
	contract := newContract(t, rules)
	before := asJSON(t, contract)
	spoil := func(r *core.Rules) {
		r.Issuers[0], r.Audiences[0], r.AuthorizedParties[0], r.RequiredClaims[0], r.TokenTypes[0] = "x", "x", "x", "x", "x"
		one := &r.ClaimRules[0]
		one.OneOf[0], one.NoneOf[0], one.Prefixes[0], one.NotSuffixes[0], one.ContainsAny[0] = "x", "x", "x", "x", "x"
		one.When[0].OneOf[0] = "x"
		one.Claim = "x"
		r.Session.Roles[0].Path, r.Session.PackedPermissions.Features = "x", "x"
		r.Session.Kinds[0].When[0].OneOf[0], r.Session.Kinds[0].Kind = "x", "x"
	}
	spoil(&rules)
	handed := contract.Rules()
	spoil(&handed)
	if after := asJSON(t, contract); after != before {
		t.Errorf("the contract changed:\n%s\n%s", before, after)
	}
	v, err := core.NewVerifier(contract, core.WithClock(newClock()))
	if err != nil {
		t.Fatal(err)
	}
	s, err := v.Verify(t.Context(), mint(t, "HS256", []byte(kitSecret), map[string]any{"typ": "JWT"},
		claimsWith(map[string]any{"jti": "1", "azp": "spa", "v": "2", "use": "access", "m": "yes", "roles": "r"})))
	if err != nil || s.Kind() != core.KindMachine || !s.HasRole("r") {
		t.Errorf("what the contract does changed: %v %v", s, err)
	}
	warnings := newContract(t, core.Rules{
		InsecureAnyIssuer:   true,
		InsecureAnyAudience: true,
		Secret:              core.NewSecret(kitSecret),
	}).Warnings()
	warnings[0] = "x"
}

func TestContractAccessors(t *testing.T) {
	if got := newContract(t, secretRules()).Issuer(); got != kitIssuer {
		t.Errorf("Issuer: %s", got)
	}
	rules := keyRules()
	rules.Issuer, rules.IssuerTemplate, rules.Provider = "", "https://login.example/{tid}/v2.0", "entra"
	c := newContract(t, rules)
	if c.Issuer() != rules.IssuerTemplate || c.Provider() != "entra" {
		t.Errorf("Issuer %s, Provider %s", c.Issuer(), c.Provider())
	}
	if got := c.String(); got != `auth contract entra "https://login.example/{tid}/v2.0"` {
		t.Errorf("String: %s", got)
	}
}

func TestContractEqual(t *testing.T) {
	a, b := newContract(t, secretRules()), newContract(t, secretRules())
	if !a.Equal(b) {
		t.Error("equal rules are not equal")
	}
	rules := secretRules()
	rules.Secret = core.NewSecret(rules.Secret.Reveal() + "!")
	if a.Equal(newContract(t, rules)) {
		t.Error("another secret is equal")
	}
	rules = secretRules()
	rules.MaxAge = time.Second
	if a.Equal(newContract(t, rules)) {
		t.Error("other rules are equal")
	}
	if a.Equal(newContract(t, keyRules())) {
		t.Error("a secret is equal to a key set")
	}
}

func TestNewContractTellsAllFaults(t *testing.T) {
	_, err := core.NewContract(core.Rules{
		Issuer: "http://id.example.com", JWKSURL: "http://id.example.com/jwks", Algorithms: []string{"RS1"},
		UserIDClaim: "..", Leeway: time.Hour, ClaimRules: []core.ClaimRule{{Claim: "a"}, {}},
	})
	var fields []string
	for _, f := range core.ConfigErrors(err) {
		fields = append(fields, f.Field)
	}
	for _, want := range []string{
		"Leeway", "Issuer", "Algorithms", "JWKSURL", "UserIDClaim", "ClaimRules[0]", "ClaimRules[1]", "Audiences",
	} {
		if !slices.Contains(fields, want) {
			t.Errorf("%s is not among %q", want, fields)
		}
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%s is not in the text", want)
		}
	}
	var first *core.ConfigError
	if !errors.As(err, &first) || first.Field != fields[0] {
		t.Errorf("errors.As found %v, want the first of %q", first, fields)
	}
	if core.ConfigErrors(nil) != nil || core.ConfigErrors(errors.New("other")) != nil {
		t.Error("ConfigErrors found some where there are none")
	}
}
