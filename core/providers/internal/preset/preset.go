// Package preset is what the provider presets have in common: reading hosts and
// base URLs the forgiving way people paste them, and telling mistakes in the
// words of the preset's own configuration.
package preset

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/revstackhq/auth-go/core"
)

// Faults collects a preset's configuration mistakes.
type Faults []error

// Add notes a mistake; value must not be a secret.
func (f *Faults) Add(field, value, reason string, args ...any) {
	if value != "" {
		value = fmt.Sprintf("%.96q", value)
	}
	*f = append(*f, &core.ConfigError{Field: field, Value: value, Reason: fmt.Sprintf(reason, args...)})
}

// Required notes an empty value; where says where to find it.
func (f *Faults) Required(field, value, where string) {
	if strings.TrimSpace(value) == "" {
		f.Add(field, "", "is required: %s", where)
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
	u, err := url.Parse(s)
	switch {
	case err != nil || u.Host == "":
		f.Add(field, "", "is not a URL: write https://host")
		return ""
	case u.User != nil:
		f.Add(field, u.Host, "holds credentials: remove the part before @")
		return ""
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		f.Add(field, u.Scheme+"://"+u.Host+u.Path, "must not have a query or fragment")
		return ""
	}
	return strings.ToLower(u.Scheme) + "://" + strings.ToLower(u.Host) + strings.TrimRight(u.EscapedPath(), "/")
}

// Contract builds the contract, or tells the faults and core's mistakes at
// once, core's by the preset's field names. Several of core's fields may come
// from one of the preset's: each mistake is told once, and what only follows
// from a fault is not.
func (f Faults) Contract(rules core.Rules, fields map[string]string) (*core.Contract, error) {
	contract, err := core.NewContract(rules)
	if err == nil && len(f) == 0 {
		return contract, nil
	}
	all := slices.Clone(f)
	told := map[core.ConfigError]bool{}
	for _, e := range core.ConfigErrors(err) {
		base, _, _ := strings.Cut(e.Field, "[")
		if name, ok := fields[e.Field]; ok {
			e.Field = name // one entry of core's list is a field of the preset's
		} else if name, ok := fields[base]; ok {
			e.Field = name + strings.TrimPrefix(e.Field, base)
		}
		key := core.ConfigError{Field: e.Field, Reason: e.Reason}
		if !told[key] && !f.explains(rules, base, e.Field) {
			told[key] = true
			all = append(all, e)
		}
	}
	return nil, errors.Join(all...)
}

// ContractOfStandIns is Contract for presets that put something good into rules
// in place of what they found fault with: then no mistake of core's follows from
// theirs, and all are told.
func (f Faults) ContractOfStandIns(rules core.Rules, fields map[string]string) (*core.Contract, error) {
	contract, err := Faults(nil).Contract(rules, fields)
	if len(f) > 0 {
		return nil, errors.Join(append(f, err)...)
	}
	return contract, err
}

// explains reports whether a mistake of core's may only follow from a fault of
// the preset's: it is about the same field, or about one that presets derive.
func (f Faults) explains(rules core.Rules, coreField, field string) bool {
	if len(f) == 0 {
		return false
	}
	keyless := rules.JWKSURL == "" && !rules.Discovery && len(rules.JWKS) == 0 && rules.PEM == "" && rules.Secret == "" && rules.SecretEnv == ""
	if keyless && coreField == "Algorithms" || strings.Contains(coreField, ", ") {
		return true
	}
	derived := []string{
		"Issuer", "Issuers", "IssuerTemplate", "JWKSURL", "Discovery", "JWKS", "PEM", "Secret", "SecretEnv", "Audiences",
		"InsecureAnyAudience", "InsecureAnyIssuer", "ClaimRules",
	}
	name, _, _ := strings.Cut(field, "[")
	return slices.Contains(derived, coreField) || slices.ContainsFunc(core.ConfigErrors(errors.Join(f...)), func(e *core.ConfigError) bool {
		told, _, _ := strings.Cut(e.Field, "[")
		return told == name
	})
}
