package providers_test

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"testing"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/providers"
	"github.com/revstackhq/auth-go/core/providers/providertest"
)

// TestEveryQuirkIsNeeded takes each rule out of the contracts in turn: at least
// one sample must then get another verdict, or be refused for another claim. A
// rule that nothing needs is either untested or of no use.
func TestEveryQuirkIsNeeded(t *testing.T) {
	issuer := newIssuer(t)
	world := newInternet(t, issuer)
	for _, p := range providers.All() {
		t.Run(p.Slug, func(t *testing.T) {
			good, bad, err := providertest.Tokens(p.Slug)
			must(t, err)
			idle := map[string]bool{} // true for a rule that no sample has needed so far
			for _, token := range slices.Concat(good, bad) {
				contract := contracts(t, issuer, token)["built"]
				raw := mint(t, issuer, token)
				verdict := ""
				if byRule(token.Code) {
					_, err := verifier(t, world, contract, token).Verify(t.Context(), raw)
					verdict = verdictOf(err)
				}
				for i, rule := range contract.Rules().ClaimRules {
					name := purpose(t, rule)
					if idler, seen := idle[name]; seen && !idler {
						continue
					}
					if idle[name] = true; !byRule(token.Code) {
						continue // no rule applies between this token and its verdict
					}
					_, err := verifier(t, world, without(t, contract, i), token).Verify(t.Context(), raw)
					idle[name] = verdictOf(err) == verdict
				}
			}
			for _, name := range slices.Sorted(maps.Keys(idle)) {
				if idle[name] {
					t.Errorf("no sample needs the rule %s", name)
				}
			}
		})
	}
}

func verdictOf(err error) string {
	var refusal *core.Error
	if errors.As(err, &refusal) {
		return string(refusal.Code) + " " + refusal.Claim
	}
	return string(core.CodeOf(err))
}

// byRule reports whether a claim rule can be what refuses a token.
func byRule(code core.Code) bool {
	return slices.Contains([]core.Code{
		core.CodeClaimMismatch, core.CodeMissingClaim, core.CodeAudienceMismatch, core.CodePartyMismatch,
	}, code)
}

// purpose names a rule without the values that a configuration fills in.
func purpose(t *testing.T, rule core.ClaimRule) string {
	t.Helper()
	for _, values := range []*[]string{&rule.OneOf, &rule.NoneOf, &rule.ContainsAny, &rule.Prefixes} {
		if *values != nil {
			*values = []string{"…"}
		}
	}
	rule.When = nil
	data, err := json.Marshal(rule)
	must(t, err)
	return string(data)
}

// without is the contract less one of its rules.
func without(t *testing.T, contract *core.Contract, i int) *core.Contract {
	t.Helper()
	rules := contract.Rules()
	rules.ClaimRules = slices.Delete(slices.Clone(rules.ClaimRules), i, i+1)
	less, err := core.NewContract(rules)
	must(t, err)
	return less
}
