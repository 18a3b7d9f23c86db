package core_test

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/revstackhq/auth-go/core"
)

const sameAsSecret = "0123456789abcdef0123456789abcdef"

// sameAsVerify holds claims against rules, after the contract went through JSON.
func sameAsVerify(t *testing.T, rules core.Rules, claims jwt.MapClaims) (*core.Session, error) {
	t.Helper()
	t.Setenv("SAME_AS_SECRET", sameAsSecret)
	rules.Issuer, rules.Audiences, rules.SecretEnv = "gateway", []string{"api"}, "SAME_AS_SECRET"
	made, err := core.NewContract(rules)
	if err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(made)
	if err != nil {
		t.Fatal(err)
	}
	contract, err := core.ParseContract(data)
	if err != nil {
		t.Fatal(err)
	}
	if !contract.Equal(made) {
		t.Fatalf("the contract is another one after JSON: %s", data)
	}
	verifier, err := core.NewVerifier(contract)
	if err != nil {
		t.Fatal(err)
	}
	claims["iss"], claims["aud"], claims["exp"] = "gateway", "api", time.Now().Add(time.Hour).Unix()
	token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, claims).SignedString([]byte(sameAsSecret))
	if err != nil {
		t.Fatal(err)
	}
	return verifier.Verify(t.Context(), token)
}

func TestClaimRuleSameAs(t *testing.T) {
	same := core.ClaimRule{Claim: "sub", SameAs: "client.id"}
	machine := []core.ClaimRule{{Claim: "sub", Absent: true, When: []core.ClaimRule{same}}}
	cases := []struct {
		name   string
		rules  []core.ClaimRule
		claims jwt.MapClaims
		code   core.Code
	}{
		{"equal", []core.ClaimRule{same}, jwt.MapClaims{"sub": "c1", "client": map[string]any{"id": "c1"}}, ""},
		{"different", []core.ClaimRule{same}, jwt.MapClaims{
			"sub":    "u1",
			"client": map[string]any{"id": "c1"},
		}, core.CodeClaimMismatch},
		{"other missing", []core.ClaimRule{same}, jwt.MapClaims{"sub": "u1"}, core.CodeClaimMismatch},
		{
			"other missing, and the claim empty",
			[]core.ClaimRule{{Claim: "mail", SameAs: "client.id"}},
			jwt.MapClaims{"sub": "u1", "mail": ""},
			core.CodeClaimMismatch,
		},
		{
			"other not a string, and the claim empty",
			[]core.ClaimRule{{Claim: "mail", SameAs: "client"}},
			jwt.MapClaims{"sub": "u1", "mail": "", "client": 7},
			core.CodeClaimMismatch,
		},
		{
			"both empty",
			[]core.ClaimRule{{Claim: "mail", SameAs: "client"}},
			jwt.MapClaims{"sub": "u1", "mail": "", "client": ""},
			"",
		},
		{"other not a string", []core.ClaimRule{same}, jwt.MapClaims{
			"sub":    "1",
			"client": map[string]any{"id": 1},
		}, core.CodeClaimMismatch},
		{
			"suffix",
			[]core.ClaimRule{{Claim: "mail", Suffixes: []string{".a", ".b"}}},
			jwt.MapClaims{"sub": "u", "mail": "x.b"},
			"",
		},
		{
			"no suffix",
			[]core.ClaimRule{{Claim: "mail", Suffixes: []string{".a", ".b"}}},
			jwt.MapClaims{"sub": "u", "mail": "x.b.c"},
			core.CodeClaimMismatch,
		},
		{
			"suffix of a number",
			[]core.ClaimRule{{Claim: "mail", Suffixes: []string{"1"}}},
			jwt.MapClaims{"sub": "u", "mail": 1},
			core.CodeClaimMismatch,
		},
		{"as a condition: equal", machine, jwt.MapClaims{
			"sub":    "c1",
			"client": map[string]any{"id": "c1"},
		}, core.CodeClaimMismatch},
		{"as a condition: different", machine, jwt.MapClaims{"sub": "u1", "client": map[string]any{"id": "c1"}}, ""},
		{"as a condition: other missing", machine, jwt.MapClaims{"sub": "u1"}, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := sameAsVerify(t, core.Rules{ClaimRules: c.rules}, c.claims)
			if got := core.CodeOf(err); got != c.code {
				t.Fatalf("code %q, want %q: %v", got, c.code, err)
			}
		})
	}
}

func TestClaimRuleSameAsPath(t *testing.T) {
	_, err := core.NewContract(core.Rules{
		Issuer: "gateway", Audiences: []string{"api"}, Secret: core.NewSecret(sameAsSecret),
		ClaimRules: []core.ClaimRule{{Claim: "sub", SameAs: "a..b"}},
	})
	faults := core.ConfigErrors(err)
	if len(faults) != 1 || faults[0].Field != "ClaimRules[0].sameAs" {
		t.Fatalf("got %v", err)
	}
}

func TestClaimRefKeys(t *testing.T) {
	mapping := core.Mapping{Roles: []core.ClaimRef{{Path: "grants", Keys: true}}}
	cases := []struct {
		name   string
		grants any
		want   []string
	}{
		{"object", map[string]any{"admin": map[string]any{}}, []string{"admin"}},
		{"array of objects", []any{
			map[string]any{"admin": 1}, "no object", map[string]any{"billing": 2},
		}, []string{"admin", "billing"}},
		{"string", "admin", nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s, err := sameAsVerify(t, core.Rules{Session: mapping}, jwt.MapClaims{"sub": "u1", "grants": c.grants})
			if err != nil {
				t.Fatal(err)
			}
			if got := s.Roles(); !slices.Equal(got, c.want) {
				t.Fatalf("roles %q, want %q", got, c.want)
			}
		})
	}
}
