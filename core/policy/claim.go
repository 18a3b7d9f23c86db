package policy

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/revstackhq/auth-go/core"
)

// Claim asks about a claim, whose path is written like core.Rules.UserIDClaim.
//
// With values it holds if the claim equals one of them, or is an array that
// holds one. Strings are compared exactly, numbers and booleans as JSON writes
// them ("42", "true"). Without values it holds if the claim says something:
// false, 0, "", [] and {} say nothing, and neither do the strings "false", "0"
// and "null" in any case: some issuers write email_verified as a string.
//
// A claim that is missing, null or of a shape that can't be compared (an
// object, a number beyond 2⁵³) leaves it undecided, so that Not refuses too.
// Claim panics on a path that can't be read and on an empty value.
func Claim(path string, values ...string) core.Policy {
	if err := core.CheckClaimPath(path); err != nil {
		panic("policy: Claim: " + strconv.Quote(path) + ": " + err.Error())
	}
	if len(values) > 0 {
		values = names("Claim", "value", values)
	}
	text := call("Claim", append([]string{path}, values...))
	return &term{text: text, judge: func(s *core.Session) *refusal {
		v, ok := s.Claim(path)
		if !ok || v == nil {
			return lacks(core.CodeForbidden, asks{}, text, path)
		}
		found, whole := saysSomething(v), true
		if len(values) > 0 {
			found, whole = holdsOne(v, values)
		}
		if found {
			return nil
		}
		r := forbid(fails, text, "the claim has another value")
		if !whole {
			r = forbid(undecided, text, "the claim has a shape that can't be compared")
		}
		r.claim = path
		return r
	}}
}

func saysSomething(v any) bool {
	switch v := v.(type) {
	case string: // some issuers write booleans and numbers as strings
		return !slices.Contains([]string{"", "false", "0", "null"}, strings.ToLower(strings.TrimSpace(v)))
	case bool:
		return v
	case float64:
		return v != 0
	case []any:
		return len(v) > 0
	case map[string]any:
		return len(v) > 0
	default:
		return false
	}
}

// holdsOne reports whether v is or contains one of the values, and whether all
// of v could be compared.
func holdsOne(v any, values []string) (found, whole bool) {
	list, isList := v.([]any)
	if !isList {
		list = []any{v}
	}
	whole = true
	for _, e := range list {
		text, ok := scalar(e)
		whole = whole && ok
		for _, want := range values {
			if ok && text == want {
				return true, true
			}
		}
	}
	return false, whole
}

func scalar(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case bool:
		return strconv.FormatBool(v), true
	case float64:
		const exact = 1 << 53 // beyond it a float64 stands for several numbers
		return strconv.FormatFloat(v, 'f', -1, 64), math.Abs(v) < exact
	default:
		return "", false
	}
}
