package policy

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/internal/faults"
)

// Description is a policy as plain data: what it asks of a session, for an API
// description, a page for administrators or a test that no route is left open. It
// marshals to JSON and belongs to its caller.
type Description struct {
	// Kind is the name of the constructor, such as "All", "Scope" or "FreshWithin". It
	// is [KindCustom] for a policy of another package that does not describe itself.
	Kind string `json:"kind"`
	// Values are the arguments: the scopes, roles, permissions, organization ids,
	// kinds of token, context classes or values of the claim. For Func it is the name,
	// and for a custom policy its text.
	Values []string `json:"values,omitempty"`
	// Claim is the path of the claim that Claim reads.
	Claim string `json:"claim,omitempty"`
	// MaxAge is the duration of FreshWithin, in JSON as a number of nanoseconds.
	MaxAge time.Duration `json:"maxAge,omitempty"`
	// Level is the minimum of AAL.
	Level int `json:"level,omitempty"`
	// Parts are the policies inside All, Any and Not, and what a provider's policy
	// consists of.
	Parts []Description `json:"parts,omitempty"`
}

// KindCustom is the kind of a policy that only its own package knows.
const KindCustom = "Custom"

// Describe returns what the policy asks for. It describes a policy of another package
// with its method Describe() Description, if it has one. It panics on a nil policy.
func Describe(p core.Policy) Description {
	if faults.IsNil(p) {
		panic("policy: Describe: the policy is nil")
	}
	return termOf(p).about.clone()
}

// describeCustom describes a policy that this package did not make.
func describeCustom(p core.Policy, text string) Description {
	if d, ok := p.(interface{ Describe() Description }); ok {
		return d.Describe()
	}
	return Description{Kind: KindCustom, Values: []string{text}}
}

func (d Description) clone() Description {
	d.Values, d.Parts = slices.Clone(d.Values), slices.Clone(d.Parts)
	for i, part := range d.Parts {
		d.Parts[i] = part.clone()
	}
	return d
}

// maxScopeSets bounds ScopeSets: every AnyScope inside an All multiplies the number
// of alternatives.
const maxScopeSets = 64

// ScopeSets returns the alternatives of OAuth scopes with which the policy can hold,
// in the order of its parts: a token needs every scope of one set. This is the form of
// an OpenAPI security requirement. A set is empty where the policy can hold without any
// scope; what else it asks for, such as a role, is not in the sets, and what a Not
// contains is not either. Beyond 64 alternatives it returns one set, with the scopes
// that all of them need.
func (d Description) ScopeSets() [][]string {
	switch d.Kind {
	case "Scope":
		return [][]string{slices.Clone(d.Values)}
	case "AnyScope":
		var sets [][]string
		for _, scope := range d.Values {
			sets = appendSet(sets, []string{scope})
		}
		return limitSets(sets)
	case "Any":
		var sets [][]string
		for _, part := range d.Parts {
			for _, set := range part.ScopeSets() {
				sets = appendSet(sets, set)
			}
		}
		return limitSets(sets)
	case "All":
		sets := [][]string{{}}
		for _, part := range d.Parts {
			var product [][]string
			more := part.ScopeSets()
			for _, set := range sets {
				for _, other := range more {
					product = appendSet(product, union(set, other))
				}
			}
			sets = limitSets(product)
		}
		return sets
	default:
		return [][]string{{}}
	}
}

// Scopes returns the scopes that a client without a token should ask for: the first
// of ScopeSets, or none if the policy can hold without any scope.
func (d Description) Scopes() []string {
	sets := d.ScopeSets()
	if slices.ContainsFunc(sets, func(set []string) bool { return len(set) == 0 }) {
		return nil
	}
	return sets[0]
}

// Walk calls visit for the description and for every part of it, parents first.
func (d Description) Walk(visit func(Description)) {
	visit(d)
	for _, part := range d.Parts {
		part.Walk(visit)
	}
}

func appendSet(sets [][]string, set []string) [][]string {
	if slices.ContainsFunc(sets, func(s []string) bool { return slices.Equal(s, set) }) {
		return sets
	}
	return append(sets, set)
}

// limitSets keeps the scopes that every set has, if there are too many sets.
func limitSets(sets [][]string) [][]string {
	if len(sets) <= maxScopeSets {
		return sets
	}
	common := sets[0]
	for _, set := range sets[1:] {
		common = slices.DeleteFunc(slices.Clone(common), func(s string) bool { return !slices.Contains(set, s) })
	}
	return [][]string{common}
}

// union returns a followed by what b adds to it.
func union(a, b []string) []string {
	both := slices.Clone(a)
	for _, s := range b {
		if !slices.Contains(both, s) {
			both = append(both, s)
		}
	}
	return both
}

// Scopes returns the scopes that a client without a token should ask for. Package guard
// puts them into the challenge.
func (t *term) Scopes() []string { return t.about.Scopes() }

var _ interface{ Scopes() []string } = (*term)(nil)

// describeParts describes All, Any and Not.
func describeParts(kind string, terms []*term) Description {
	d := Description{Kind: kind}
	for _, t := range terms {
		d.Parts = append(d.Parts, t.about)
	}
	return d
}

// String returns the description in Go syntax, as the policy prints itself.
func (d Description) String() string {
	switch {
	case d.Kind == KindCustom && len(d.Values) == 1:
		return d.Values[0]
	case d.Kind == "Claim":
		return call(d.Kind, append([]string{d.Claim}, d.Values...))
	case d.MaxAge != 0:
		return d.Kind + "(" + d.MaxAge.String() + ")"
	case d.Level != 0:
		return fmt.Sprintf("%s(%d)", d.Kind, d.Level)
	case len(d.Parts) > 0:
		parts := make([]string, len(d.Parts))
		for i, part := range d.Parts {
			parts[i] = part.String()
		}
		return d.Kind + "(" + strings.Join(parts, ", ") + ")"
	default:
		return call(d.Kind, d.Values)
	}
}
