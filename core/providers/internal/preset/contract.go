package preset

import (
	"maps"
	"strings"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/internal/faults"
)

// Contract builds the contract, or returns the preset's mistakes and core's at
// once. fields are the preset's names for core's fields, "" for one that it lacks.
// Several of core's fields may come from one of the preset's: each mistake is
// returned once, and its consequences are not.
func (f *Faults) Contract(rules core.Rules, fields map[string]string) (*core.Contract, error) {
	return f.contract(rules, fields, derived(&rules))
}

// ContractWithPlaceholders is Contract for presets that replace their invalid
// values with valid ones: a mistake that core finds is then never a consequence of
// one that the preset found, and all are returned.
func (f *Faults) ContractWithPlaceholders(rules core.Rules, fields map[string]string) (*core.Contract, error) {
	return f.contract(rules, fields, nil)
}

// contract builds the contract. derived are the fields of rules that a mistake in
// the preset's configuration may have made invalid.
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

// withIssuers maps further issuers to the field of the first one, unless fields has
// an entry for them.
func withIssuers(fields map[string]string) map[string]string {
	fields = maps.Clone(fields)
	list, own := fields["Issuers"]
	if issuer, ok := fields["Issuer"]; ok && (!own || list == issuer) {
		fields["Issuers[]"] = issuer
	}
	return fields
}

// explained returns the names of the fields whose mistakes are consequences of one
// that the preset found: the same field, and every derived field.
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
		"SecretEnv",
		"InsecureAnyAudience", "InsecureAnyIssuer", "ClaimRules",
	}
	if len(rules.Audiences) > 0 { // an audience that is missing is a mistake of its own
		fields = append(fields, "Audiences")
	}
	keyless := rules.JWKSURL == "" && !rules.Discovery && rules.KeyURLTemplate == "" && len(rules.JWKS) == 0 &&
		rules.PEM == "" && rules.Secret.IsZero() && rules.SecretEnv == ""
	if keyless {
		fields = append(fields, "Algorithms")
	}
	return fields
}
