package core

import (
	"slices"
	"strings"
	"time"

	"github.com/revstackhq/auth-go/core/internal/jose"
)

// ClaimRule is one condition on a claim or a header parameter, as data. All
// conditions that are set must hold. A claim that is absent (or null) fails,
// unless Optional or Absent says otherwise.
type ClaimRule struct {
	// Claim is a path, written like [Rules.UserIDClaim]. Header is the name of
	// a JOSE header parameter instead. Exactly one of them is set.
	Claim  string `json:"claim,omitempty"`
	Header string `json:"header,omitempty"`

	// Optional lets a token without the claim pass.
	Optional bool `json:"optional,omitempty"`
	// Absent demands that the claim is not there.
	Absent bool `json:"absent,omitempty"`

	// OneOf: the value (a string, or a number or boolean as JSON writes it) is
	// one of these. NoneOf: it is none of these; for an array, no element is.
	OneOf  []string `json:"oneOf,omitempty"`
	NoneOf []string `json:"noneOf,omitempty"`
	// ContainsAny: the value is, or is an array of strings containing, one of
	// these.
	ContainsAny []string `json:"containsAny,omitempty"`
	// SameAs is the path of another claim: the value is the same string as that
	// one's. A token without the other claim fails.
	SameAs string `json:"sameAs,omitempty"`
	// Prefixes: the string starts with one of these.
	Prefixes []string `json:"prefixes,omitempty"`
	// NotSuffixes: the string ends with none of these.
	NotSuffixes []string `json:"notSuffixes,omitempty"`
	// MaxLength bounds the string, in bytes.
	MaxLength int `json:"maxLength,omitempty"`
	// Format is "uuid" or "nonEmpty".
	Format string `json:"format,omitempty"`
	// Type is the JSON type: string, number, boolean, array or object.
	Type string `json:"type,omitempty"`
	// InPast: the value is a NumericDate that is not in the future.
	InPast bool `json:"inPast,omitempty"`

	// When limits the rule to tokens for which all of these hold.
	When []ClaimRule `json:"when,omitempty"`

	// Code is what a failure reports: CLAIM_MISMATCH by default, or
	// AUDIENCE_MISMATCH or PARTY_MISMATCH. A missing claim reports
	// MISSING_CLAIM under the default code.
	Code Code `json:"code,omitempty"`
	// Reason says in words what the rule is for; it goes to the server's log.
	Reason string `json:"reason,omitempty"`
}

// claimRule is a ClaimRule whose paths are parsed.
type claimRule struct {
	ClaimRule
	path jose.Path
	same *jose.Path // of SameAs, nil if there is none
	when []claimRule
}

const (
	formatUUID     = "uuid"
	formatNonEmpty = "nonEmpty"
)

func compileRules(field string, rules []ClaimRule, f *faults) []claimRule {
	compiled := make([]claimRule, 0, len(rules))
	for i, r := range rules {
		at := field + "[" + itoa(i) + "]"
		c := claimRule{ClaimRule: r, when: compileRules(at+".when", r.When, f)}
		switch {
		case (r.Claim == "") == (r.Header == ""):
			f.add(at, "", "set exactly one of claim and header")
		case r.Claim != "":
			c.path = compilePath(at+".claim", r.Claim, f)
		}
		if r.SameAs != "" {
			same := compilePath(at+".sameAs", r.SameAs, f)
			c.same = &same
		}
		if !r.constrains() {
			f.add(at, "", "the rule has no condition; to demand presence only, use requiredClaims")
		}
		if r.Absent && r.Optional {
			f.add(at, "", "absent and optional exclude each other")
		}
		if r.MaxLength < 0 {
			f.add(at+".maxLength", itoa(r.MaxLength), "must be positive")
		}
		if !slices.Contains([]string{"", formatUUID, formatNonEmpty}, r.Format) {
			f.add(at+".format", quoted(r.Format), `use "uuid" or "nonEmpty"`)
		}
		if !slices.Contains([]string{"", "string", "number", "boolean", "array", "object"}, r.Type) {
			f.add(at+".type", quoted(r.Type), "use string, number, boolean, array or object")
		}
		if !slices.Contains([]Code{"", CodeClaimMismatch, CodeAudienceMismatch, CodePartyMismatch}, r.Code) {
			f.add(at+".code", quoted(string(r.Code)), "use CLAIM_MISMATCH, AUDIENCE_MISMATCH or PARTY_MISMATCH")
		}
		compiled = append(compiled, c)
	}
	return compiled
}

func (r *ClaimRule) constrains() bool {
	return r.Absent || r.OneOf != nil || r.NoneOf != nil || r.ContainsAny != nil || r.SameAs != "" ||
		r.Prefixes != nil || r.NotSuffixes != nil || r.MaxLength != 0 || r.Format != "" || r.Type != "" || r.InPast
}

func (r *claimRule) name() string {
	if r.Header != "" {
		return "header " + r.Header
	}
	return r.Claim
}

func (r *claimRule) value(h *jose.Header, claims jose.Object) (jose.Value, bool) {
	var v jose.Value
	var ok bool
	if r.Header != "" {
		v, ok = h.Members.Lookup(r.Header)
	} else {
		v, ok = r.path.In(claims)
	}
	return v, ok && v.Kind() != jose.KindNull
}

// check returns nil if the rule holds or does not apply. now already contains
// the leeway.
func (r *claimRule) check(h *jose.Header, claims jose.Object, now time.Time) *Error {
	if !holdAll(r.when, h, claims, now) {
		return nil
	}
	v, ok := r.value(h, claims)
	if !ok {
		if r.Optional || r.Absent {
			return nil
		}
		return r.fail(CodeMissingClaim, "is missing")
	}
	if r.Absent {
		return r.fail(CodeClaimMismatch, "must be absent")
	}
	if why := r.violation(v, now); why != "" {
		return r.fail(CodeClaimMismatch, why)
	}
	if r.same != nil && !sameText(v, r.same, claims) {
		return r.fail(CodeClaimMismatch, "must be the same as "+r.SameAs)
	}
	return nil
}

func sameText(v jose.Value, other *jose.Path, claims jose.Object) bool {
	o, _ := other.In(claims)
	text, isText := o.Text()
	return isText && v.TextIs(text)
}

func holdAll(rules []claimRule, h *jose.Header, claims jose.Object, now time.Time) bool {
	for i := range rules {
		if rules[i].check(h, claims, now) != nil {
			return false
		}
	}
	return true
}

// violation says which condition v breaks, "" if none. Values of the token stay
// out of it: they are the client's.
func (r *claimRule) violation(v jose.Value, now time.Time) string {
	if r.Type != "" && typeName(v.Kind()) != r.Type {
		return "must be a JSON " + r.Type
	}
	if r.OneOf != nil && !slices.ContainsFunc(r.OneOf, func(want string) bool { return scalarIs(v, want) }) {
		return "must be one of " + strings.Join(r.OneOf, ", ")
	}
	if slices.ContainsFunc(r.NoneOf, func(bad string) bool { return holds(v, bad) }) {
		return "must be none of " + strings.Join(r.NoneOf, ", ")
	}
	if r.ContainsAny != nil && !slices.ContainsFunc(r.ContainsAny, v.HasText) {
		return "must contain one of " + strings.Join(r.ContainsAny, ", ")
	}
	if r.InPast {
		if at, err := v.Time(); err != nil || at.After(now) {
			return "must be a time that is not in the future"
		}
	}
	if r.Prefixes == nil && r.NotSuffixes == nil && r.MaxLength == 0 && r.Format == "" {
		return ""
	}
	return r.textViolation(v)
}

func (r *claimRule) textViolation(v jose.Value) string {
	text, isText := v.Text()
	switch {
	case !isText:
		return "must be a string"
	case r.Prefixes != nil && !slices.ContainsFunc(r.Prefixes, func(p string) bool { return strings.HasPrefix(text, p) }):
		return "must start with one of " + strings.Join(r.Prefixes, ", ")
	case slices.ContainsFunc(r.NotSuffixes, func(s string) bool { return strings.HasSuffix(text, s) }):
		return "must not end with " + strings.Join(r.NotSuffixes, ", ")
	case r.MaxLength != 0 && len(text) > r.MaxLength:
		return "must have at most " + itoa(r.MaxLength) + " bytes"
	case r.Format == formatUUID && !isUUID(text):
		return "must be a UUID"
	case r.Format == formatNonEmpty && text == "":
		return "must not be empty"
	}
	return ""
}

func (r *claimRule) fail(fallback Code, why string) *Error {
	code := r.Code
	if code == "" || code == CodeClaimMismatch {
		code = fallback
	}
	detail := r.name() + " " + why
	if r.Reason != "" {
		detail += " (" + r.Reason + ")"
	}
	return refuseClaim(code, r.name(), detail)
}

// scalarIs compares a string by its text, a number or boolean by its JSON.
func scalarIs(v jose.Value, want string) bool {
	switch v.Kind() {
	case jose.KindString:
		return v.TextIs(want)
	case jose.KindNumber, jose.KindBool:
		return string(v.Raw()) == want
	default:
		return false
	}
}

func holds(v jose.Value, want string) bool {
	if scalarIs(v, want) {
		return true
	}
	for e := range v.Elements() {
		if scalarIs(e, want) {
			return true
		}
	}
	return false
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

// isUUID tells the textual form of RFC 9562 §4, of any version.
func isUUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := range len(s) {
		switch c := s[i]; {
		case i == 8 || i == 13 || i == 18 || i == 23:
			if c != '-' {
				return false
			}
		case (c < '0' || c > '9') && (c < 'a' || c > 'f') && (c < 'A' || c > 'F'):
			return false
		}
	}
	return true
}
