package preset

import (
	"maps"
	"strings"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/internal/faults"
)

// Contract builds the contract, or returns the faults and core's mistakes at
// once. fields are the preset's names for core's fields, "" for one that it lacks.
// Several of core's fields may come from one of the preset's: each mistake is
// returned once, and what only follows from a fault is not.
func (f *Faults) Contract(rules core.Rules, fields map[string]string) (*core.Contract, error) {
	return f.contract(rules, fields, derived(&rules))
}

// ContractOfStandIns is Contract for presets that put something good into rules
// in place of what they found fault with: then no mistake of core's follows from
// theirs, and all are returned.
func (f *Faults) ContractOfStandIns(rules core.Rules, fields map[string]string) (*core.Contract, error) {
	return f.contract(rules, fields, nil)
}

// contract builds the contract. derived are the fields of rules that a fault of
// the preset's may have made wrong.
func (f *Faults) contract(rules core.Rules, fields map[string]string, derived []string) (*core.Contract, error) {
	fields = withIssuers(fields)
	rules.FieldNames = fields
	if f.Adjust != nil {
		f.Adjust(&rules)
	}
	contract, err := core.NewContract(rules)
	if err == nil && f.Empty() {
		return contract, nil
	}
	var all configErrors
	all.Append(f.Err())
	explained := f.explained(rules.FieldNames, fields, derived)
	seen := map[string]bool{}
	all.AppendIf(err, func(e *core.ConfigError) bool {
		key := e.Field + ": " + e.Reason
		base, _, _ := strings.Cut(e.Field, "[")
		follows := explained[base] || len(explained) > 0 && len(derived) > 0 && strings.Contains(e.Field, ", ")
		if seen[key] || follows {
			return false
		}
		seen[key] = true
		return true
	})
	for _, e := range core.ConfigErrors(all.Err()) {
		e.Provider = rules.Provider
	}
	return nil, all.Err()
}

// withIssuers says that further issuers come from the same field as the first,
// unless fields says otherwise.
func withIssuers(fields map[string]string) map[string]string {
	fields = maps.Clone(fields)
	list, own := fields["Issuers"]
	if issuer, ok := fields["Issuer"]; ok && (!own || list == issuer) {
		fields["Issuers[]"] = issuer
	}
	return fields
}

// explained are the names, by names, of the fields whose mistakes may only
// follow from a fault of the preset's: it is about the same field, or about one
// that presets derive.
func (f *Faults) explained(names, fields faults.Names, derived []string) map[string]bool {
	explained := map[string]bool{}
	for _, e := range core.ConfigErrors(f.Err()) {
		fault, _, _ := strings.Cut(e.Field, "[")
		explained[names.Of(fault)] = true
		for field, name := range fields {
			if name == fault {
				explained[names.Of(field)] = true
			}
		}
	}
	if len(explained) > 0 {
		for _, field := range derived {
			explained[names.Of(field)] = true
		}
	}
	return explained
}

// derived are the fields of rules that presets derive from others.
func derived(rules *core.Rules) []string {
	fields := []string{
		"Issuer", "Issuers", "IssuerTemplate", "JWKSURL", "Discovery", "KeyURLTemplate", "JWKS", "PEM", "Secret",
		"SecretEnv", "Audiences",
		"InsecureAnyAudience", "InsecureAnyIssuer", "ClaimRules",
	}
	keyless := rules.JWKSURL == "" && !rules.Discovery && rules.KeyURLTemplate == "" && len(rules.JWKS) == 0 &&
		rules.PEM == "" && rules.Secret.IsZero() && rules.SecretEnv == ""
	if keyless {
		fields = append(fields, "Algorithms")
	}
	return fields
}
