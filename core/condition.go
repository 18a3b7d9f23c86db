package core

import (
	"slices"
	"strings"
	"time"

	"github.com/revstackhq/auth-go/core/internal/jose"
	"github.com/revstackhq/auth-go/core/internal/uuid"
)

// condition is one compiled condition of a claim rule.
type condition struct {
	says  string // what the condition requires, for the detail of a refusal
	holds func(v jose.Value, claims jose.Object, now time.Time) bool
}

// compileConditions fills r.conditions, cheapest first.
func (r *claimRule) compileConditions() {
	add := func(says string, holds func(v jose.Value) bool) {
		r.conditions = append(r.conditions, condition{
			says, func(v jose.Value, _ jose.Object, _ time.Time) bool { return holds(v) },
		})
	}
	if r.Type != "" {
		add("must be a JSON "+r.Type, func(v jose.Value) bool { return typeName(v.Kind()) == r.Type })
	}
	is := func(v jose.Value, want string) bool { return scalarIs(v, want, r.IgnoreCase) }
	if r.Header == "typ" {
		is = typeIs
	}
	if r.OneOf != nil {
		add("must be one of "+strings.Join(r.OneOf, ", "), func(v jose.Value) bool { return isOneOf(v, r.OneOf, is) })
	}
	if r.NoneOf != nil {
		add("must not be one of "+strings.Join(r.NoneOf, ", "), func(v jose.Value) bool {
			return holdsNoneOf(v, r.NoneOf, is)
		})
	}
	if r.ContainsAny != nil {
		add("must contain one of "+strings.Join(r.ContainsAny, ", "), func(v jose.Value) bool {
			return slices.ContainsFunc(r.ContainsAny, v.HasText)
		})
	}
	r.compileTextConditions(add)
	if r.InPast {
		r.conditions = append(r.conditions, condition{"must be a time that is not in the future", inPast})
	}
	if r.same != nil {
		r.conditions = append(r.conditions, condition{"must be the same as " + r.SameAs, sameAs(r.same)})
	}
}

func (r *claimRule) compileTextConditions(add func(string, func(jose.Value) bool)) {
	onText := func(says string, holds func(text []byte) bool) {
		add(says, func(v jose.Value) bool {
			text, isText := v.TextBytes()
			return isText && holds(text)
		})
	}
	if r.Prefixes != nil {
		onText("must be a string that starts with one of "+strings.Join(r.Prefixes, ", "), func(text []byte) bool {
			return slices.ContainsFunc(r.Prefixes, func(p string) bool { return hasPrefix(text, p, r.IgnoreCase) })
		})
	}
	if r.Suffixes != nil {
		onText("must be a string that ends with one of "+strings.Join(r.Suffixes, ", "), func(text []byte) bool {
			return slices.ContainsFunc(r.Suffixes, func(s string) bool { return hasSuffix(text, s, r.IgnoreCase) })
		})
	}
	if r.NotSuffixes != nil {
		onText("must be a string that does not end with "+strings.Join(r.NotSuffixes, ", "), func(text []byte) bool {
			return !slices.ContainsFunc(r.NotSuffixes, func(s string) bool { return hasSuffix(text, s, r.IgnoreCase) })
		})
	}
	if r.MaxLength != 0 {
		onText(
			"must be a string of at most "+itoa(r.MaxLength)+" bytes",
			func(text []byte) bool { return len(text) <= r.MaxLength },
		)
	}
	switch r.Format {
	case formatUUID:
		onText("must be a UUID", uuid.Valid[[]byte])
	case formatNonEmpty:
		onText("must be a string that is not empty", func(text []byte) bool { return len(text) > 0 })
	}
}

func inPast(v jose.Value, _ jose.Object, now time.Time) bool {
	at, err := v.Time()
	return err == nil && !at.After(now)
}

func sameAs(path *jose.Path) func(jose.Value, jose.Object, time.Time) bool {
	return func(v jose.Value, claims jose.Object, _ time.Time) bool {
		other, _ := path.In(claims)
		text, isText := other.Text()
		return isText && v.HasText(text)
	}
}

func isOneOf(v jose.Value, list []string, is func(jose.Value, string) bool) bool {
	for _, want := range list {
		if is(v, want) {
			return true
		}
	}
	return false
}

// holdsNoneOf reports whether neither v nor any element of v, if it is an array, is in the list.
func holdsNoneOf(v jose.Value, list []string, is func(jose.Value, string) bool) bool {
	if isOneOf(v, list, is) {
		return false
	}
	for e := range v.Elements() {
		if isOneOf(e, list, is) {
			return false
		}
	}
	return true
}

// scalarIs compares a string by its text, and a number or boolean as JSON writes it.
func scalarIs(v jose.Value, want string, ignoreCase bool) bool {
	switch v.Kind() {
	case jose.KindString:
		if ignoreCase {
			text, _ := v.TextBytes()
			return equalFold(text, want)
		}
		return v.TextIs(want)
	case jose.KindNumber, jose.KindBool:
		return string(v.Raw()) == want
	default:
		return false
	}
}

func hasPrefix(text []byte, prefix string, ignoreCase bool) bool {
	if len(text) < len(prefix) {
		return false
	}
	head := text[:len(prefix)]
	return string(head) == prefix || ignoreCase && equalFold(head, prefix)
}

func hasSuffix(text []byte, suffix string, ignoreCase bool) bool {
	if len(text) < len(suffix) {
		return false
	}
	tail := text[len(text)-len(suffix):]
	return string(tail) == suffix || ignoreCase && equalFold(tail, suffix)
}

// equalFold folds ASCII letters only. Under Unicode's rules the Kelvin sign
// equals k, so a different name would match the configured one.
func equalFold(a []byte, b string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if lowerASCII(a[i]) != lowerASCII(b[i]) {
			return false
		}
	}
	return true
}

func lowerASCII(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

// typeIs compares the header's typ as a media type (RFC 7515 §4.1.9): regardless of
// case, and with or without "application/".
func typeIs(v jose.Value, want string) bool {
	text, isText := v.TextBytes()
	return isText && equalFold(bareType(text), bareType(want))
}

func typeName(k jose.Kind) string {
	switch k {
	case jose.KindString:
		return "string"
	case jose.KindNumber:
		return "number"
	case jose.KindBool:
		return "boolean"
	case jose.KindArray:
		return "array"
	case jose.KindObject:
		return "object"
	default:
		return "null"
	}
}

// bareType removes the "application/" that a typ may omit (RFC 7515 §4.1.9).
func bareType[T string | []byte](typ T) T {
	const prefix = "application/"
	if len(typ) > len(prefix) && strings.EqualFold(string(typ[:len(prefix)]), prefix) {
		return typ[len(prefix):]
	}
	return typ
}
