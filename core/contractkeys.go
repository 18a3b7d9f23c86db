package core

import (
	"slices"
	"strings"

	"github.com/revstackhq/auth-go/core/internal/faults"
	"github.com/revstackhq/auth-go/core/internal/jwks"
)

func (c *contract) takeStatic(field string, set *jwks.Set, err error, f *configErrors) {
	switch {
	case err != nil:
		f.Invalid(field, "", "%s", strings.TrimPrefix(err.Error(), "jwks: "))
	case !slices.ContainsFunc(set.Keys(), c.serves):
		f.Invalid(
			field,
			"",
			"holds no key for %s%s%s",
			strings.Join(c.rules.Algorithms, ", "),
			skippedReasons(set),
			otherKeys(set, f.Names),
		)
	default:
		c.static = set
	}
}

// serves reports whether key can check a signature that the contract accepts.
func (c *contract) serves(key *jwks.Key) bool {
	return slices.ContainsFunc(c.rules.Algorithms, key.Fits)
}

// otherKeys describes the keys of a set that serve none of the algorithms, such as
// "EC P-256", and what to do.
func otherKeys(set *jwks.Set, names faults.Names) string {
	var kinds []string
	for _, key := range set.Keys() {
		kind := strings.Join(strings.Fields(key.Kty+" "+key.Crv+" "+key.Algorithm), " ")
		if !slices.Contains(kinds, kind) {
			kinds = append(kinds, kind)
		}
	}
	if len(kinds) == 0 {
		return ""
	}
	return ", only " + strings.Join(kinds, ", ") + ": " +
		faults.Remedies(names, "give another key", "name the algorithm of this one in {Algorithms}")
}

func skippedReasons(set *jwks.Set) string {
	var b strings.Builder
	for _, s := range set.Skipped() {
		b.WriteString("; entry " + itoa(s.Index) + ": " + s.Reason)
	}
	return b.String()
}

// anyOf lists fields for a reason, without those that the configuration does not
// have: names has them as "".
func anyOf(names faults.Names, fields ...string) string {
	fields = slices.DeleteFunc(fields, func(field string) bool {
		name, ok := names[field]
		return ok && name == ""
	})
	last := len(fields) - 1
	if last == 0 {
		return "{" + fields[0] + "}"
	}
	return "{" + strings.Join(fields[:last], "}, {") + "} or {" + fields[last] + "}"
}
