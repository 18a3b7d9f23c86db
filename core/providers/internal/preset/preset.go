// Package preset is what the provider presets have in common: reading hosts and
// base URLs the forgiving way people paste them, and reporting mistakes in terms
// of the preset's own configuration.
package preset

import (
	"net/url"
	"slices"
	"strings"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/internal/faults"
)

// Faults collects a preset's configuration mistakes. In reasons a field of the
// preset's Config is written {FieldName}: errors name it as its user wrote it.
type Faults struct {
	configErrors
}

type configErrors = faults.List[core.ConfigError, *core.ConfigError]

// Add notes a value that can't work; value must not be a secret.
func (f *Faults) Add(field, value, reason string, args ...any) {
	f.Invalid(field, show(value), reason, args...)
}

// Conflict notes a value that contradicts another one; value must not be a
// secret.
func (f *Faults) Conflict(field, value, reason string, args ...any) {
	f.configErrors.Conflict(field, show(value), reason, args...)
}

// Prohibit notes a value that would work, and must not be used; value must not
// be a secret.
func (f *Faults) Prohibit(field, value, reason string, args ...any) {
	f.configErrors.Prohibit(field, show(value), reason, args...)
}

func show(value string) faults.Shown {
	if value == "" {
		return ""
	}
	return faults.Show(value)
}

// Required notes an empty value; where says where to find it.
func (f *Faults) Required(field, value, where string) {
	if strings.TrimSpace(value) == "" {
		f.Missing(field, "is required: "+where)
	}
}

// BaseURL reads a base URL, with or without scheme and trailing slashes, and
// returns it as scheme://host[/path] without a trailing slash. http is left for
// loopback only.
func (f *Faults) BaseURL(field, raw string) string {
	s := strings.TrimSpace(raw)
	if s == "" {
		return ""
	}
	if !strings.Contains(s, "://") {
		s = "https://" + s
	}
	// Whether http is accepted for this host is decided when the contract is made.
	if !f.URL(field, s, faults.URLRules{IssuerHost: true, InsecureHTTP: true}) {
		return ""
	}
	u, err := url.Parse(s)
	if err != nil {
		return "" // URL has noted it
	}
	return strings.ToLower(u.Scheme) + "://" + strings.ToLower(u.Host) + strings.TrimRight(u.EscapedPath(), "/")
}

// Contract builds the contract, or returns the faults and core's mistakes at
// once, core's by the preset's field names. Several of core's fields may come
// from one of the preset's: each mistake is returned once, and what only follows
// from a fault is not.
func (f *Faults) Contract(rules core.Rules, fields map[string]string) (*core.Contract, error) {
	return f.contract(rules, fields, f.explains)
}

// ContractOfStandIns is Contract for presets that put something good into rules
// in place of what they found fault with: then no mistake of core's follows from
// theirs, and all are returned.
func (f *Faults) ContractOfStandIns(rules core.Rules, fields map[string]string) (*core.Contract, error) {
	return f.contract(rules, fields, func(_ core.Rules, _, field string) bool { return f.about(field) })
}

func (f *Faults) contract(
	rules core.Rules, fields map[string]string, explains func(_ core.Rules, coreField, field string) bool,
) (*core.Contract, error) {
	contract, err := core.NewContract(rules)
	if err == nil && f.Empty() {
		return contract, nil
	}
	var all configErrors
	all.Append(f.Err())
	seen := map[string]bool{}
	for _, e := range core.ConfigErrors(err) {
		base, _, _ := strings.Cut(e.Field, "[")
		e = e.Renamed(func(field string) string { return nameIn(fields, field) })
		if key := e.Field + ": " + e.Reason; !seen[key] && !explains(rules, base, e.Field) {
			seen[key] = true
			all.Append(e)
		}
	}
	for _, e := range core.ConfigErrors(all.Err()) {
		e.Provider = rules.Provider
	}
	return nil, all.Err()
}

// nameIn is the preset's name for a field of core's. Further issuers come from
// the same field as the first, unless fields says otherwise.
func nameIn(fields map[string]string, field string) string {
	name, ok := fields[field]
	if list, own := fields["Issuers"]; !ok && strings.HasPrefix(field, "Issuers[") && (!own || list == fields["Issuer"]) {
		name, ok = fields["Issuer"]
	}
	if !ok {
		return field
	}
	return name
}

// explains reports whether a mistake of core's may only follow from a fault of
// the preset's: it is about the same field, or about one that presets derive.
func (f *Faults) explains(rules core.Rules, coreField, field string) bool {
	if f.Empty() {
		return false
	}
	keyless := rules.JWKSURL == "" && !rules.Discovery && rules.KeyURLTemplate == "" && len(rules.JWKS) == 0 && rules.PEM == "" && rules.Secret.IsZero() && rules.SecretEnv == ""
	if keyless && coreField == "Algorithms" || strings.Contains(coreField, ", ") {
		return true
	}
	derived := []string{
		"Issuer", "Issuers", "IssuerTemplate", "JWKSURL", "Discovery", "KeyURLTemplate", "JWKS", "PEM", "Secret", "SecretEnv", "Audiences",
		"InsecureAnyAudience", "InsecureAnyIssuer", "ClaimRules",
	}
	return slices.Contains(derived, coreField) || f.about(field)
}

// about reports whether the preset found fault with field, or an entry of it.
func (f *Faults) about(field string) bool {
	name, _, _ := strings.Cut(field, "[")
	return slices.ContainsFunc(core.ConfigErrors(f.Err()), func(e *core.ConfigError) bool {
		found, _, _ := strings.Cut(e.Field, "[")
		return found == name
	})
}
