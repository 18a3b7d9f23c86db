package policy

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/internal/jose"
)

// Claim checks a claim. Its path has the syntax of core.Rules.UserIDClaim.
//
// With values, it holds if the claim equals one of them, or is an array that
// contains one of them. Strings are compared exactly, numbers and booleans in
// their JSON form ("42", "true"). Without values, it holds if the claim is set:
// false, 0, "", [] and {} do not count, and neither do the strings "false", "0"
// and "null" in any case, because some issuers write email_verified as a string.
//
// It is undecided if the claim is missing, null or cannot be compared (an object,
// a number beyond 2⁵³), so that Not does not hold either. Claim panics on an
// invalid path and on an empty value.
func Claim(path string, values ...string) core.Policy {
	if _, err := jose.ParsePath(path); err != nil {
		panic("policy: Claim: " + strconv.Quote(path) + ": " + err.Error())
	}
	if len(values) > 0 {
		values = names("Claim", "value", values)
	}
	about := Description{Kind: "Claim", Claim: path, Values: slices.Clone(values)}
	text := about.String()
	return &term{text: text, about: about, judge: func(s *core.Session) *refusal {
		v, ok := s.Claim(path)
		if !ok || v == nil {
			return lacks(core.CodeForbidden, asks{}, text, path)
		}
		found, whole := isSet(v), true
		if len(values) > 0 {
			found, whole = holdsOne(v, values)
		}
		if found {
			return nil
		}
		r := forbid(fails, text, "the claim has another value")
		if !whole {
			r = forbid(undecided, text, "the claim's value cannot be compared")
		}
		r.claim = path
		return r
	}}
}

// isSet reports whether a claim has a value that does not mean "no".
func isSet(v any) bool {
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
		const exact = 1 << 53 // beyond it one float64 represents several integers
		return strconv.FormatFloat(v, 'f', -1, 64), math.Abs(v) < exact
	default:
		return "", false
	}
}
