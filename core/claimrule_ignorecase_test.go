package core_test

import (
	"testing"

	"github.com/golang-jwt/jwt/v5"

	"github.com/revstackhq/auth-go/core"
)

func TestClaimRuleIgnoreCase(t *testing.T) {
	cases := []struct {
		name  string
		rule  core.ClaimRule
		value any
		code  core.Code
	}{
		{"one of", core.ClaimRule{OneOf: []string{"Acme/Api"}}, "acme/API", ""},
		{"one of, another", core.ClaimRule{OneOf: []string{"acme/api"}}, "acme/apis", core.CodeClaimMismatch},
		{"one of, Kelvin sign", core.ClaimRule{OneOf: []string{"kelvin"}}, "\u212Aelvin", core.CodeClaimMismatch},
		{"one of, a character that is not a letter", core.ClaimRule{OneOf: []string{"a@b"}}, "a`b", core.CodeClaimMismatch},
		{"none of", core.ClaimRule{NoneOf: []string{"anon"}}, "ANON", core.CodeClaimMismatch},
		{"none of, in an array", core.ClaimRule{NoneOf: []string{"anon"}}, []string{"user", "Anon"}, core.CodeClaimMismatch},
		{"none of, another", core.ClaimRule{NoneOf: []string{"anon"}}, "user", ""},
		{"prefix", core.ClaimRule{Prefixes: []string{"acme/"}}, "ACME/api", ""},
		{"prefix, too short", core.ClaimRule{Prefixes: []string{"acme/"}}, "ACM", core.CodeClaimMismatch},
		{"suffix", core.ClaimRule{Suffixes: []string{".Example"}}, "a.EXAMPLE", ""},
		{"not suffix", core.ClaimRule{NotSuffixes: []string{".example"}}, "a.EXAMPLE", core.CodeClaimMismatch},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			c.rule.Claim, c.rule.IgnoreCase = "x", true
			_, err := sameAsVerify(t, core.Rules{ClaimRules: []core.ClaimRule{c.rule}}, jwt.MapClaims{"sub": "u", "x": c.value})
			if got := core.CodeOf(err); got != c.code {
				t.Errorf("with IgnoreCase: got %q, want %q: %v", got, c.code, err)
			}
		})
	}
	exact := core.ClaimRule{Claim: "x", OneOf: []string{"acme"}}
	_, err := sameAsVerify(t, core.Rules{ClaimRules: []core.ClaimRule{exact}}, jwt.MapClaims{"sub": "u", "x": "Acme"})
	if err == nil {
		t.Error("without IgnoreCase another case is accepted")
	}
}

// TestClaimRuleIgnoreCaseAlone: a rule whose conditions IgnoreCase can't loosen
// would look looser than it is.
func TestClaimRuleIgnoreCaseAlone(t *testing.T) {
	for _, rule := range []core.ClaimRule{
		{Claim: "x", Format: "nonEmpty", IgnoreCase: true},
		{Claim: "x", ContainsAny: []string{"a"}, IgnoreCase: true},
		{Claim: "x", OneOf: []string{"a"}, SameAs: "y", IgnoreCase: true},
	} {
		_, err := core.NewContract(core.Rules{
			Issuer: "a", Audiences: []string{"b"}, Secret: core.NewSecret(sameAsSecret), ClaimRules: []core.ClaimRule{rule},
		})
		if all := core.ConfigErrors(err); len(all) != 1 || all[0].Field != "ClaimRules[0].ignoreCase" {
			t.Errorf("%+v: %v", rule, err)
		}
	}
}
