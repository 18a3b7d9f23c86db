package core

import (
	"slices"
	"time"

	"github.com/revstackhq/auth-go/core/internal/faults"
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

	// Optional accepts a token without the claim.
	Optional bool `json:"optional,omitempty"`
	// Absent requires that the token does not have the claim.
	Absent bool `json:"absent,omitempty"`

	// OneOf: the value (a string, or a number or boolean as JSON writes it) is
	// one of these. NoneOf: it is not one of these, and no element of an array is.
	OneOf  []string `json:"oneOf,omitempty"`
	NoneOf []string `json:"noneOf,omitempty"`
	// ContainsAny: the value is, or is an array of strings containing, one of
	// these.
	ContainsAny []string `json:"containsAny,omitempty"`
	// SameAs is the path of another claim: the value is the same string as that
	// claim's value, or an array of strings that contains it. A token without the
	// other claim fails.
	SameAs string `json:"sameAs,omitempty"`
	// Prefixes: the string starts with one of these.
	Prefixes []string `json:"prefixes,omitempty"`
	// Suffixes: the string ends with one of these. NotSuffixes: it ends with none of these.
	Suffixes    []string `json:"suffixes,omitempty"`
	NotSuffixes []string `json:"notSuffixes,omitempty"`
	// IgnoreCase compares OneOf, NoneOf, Prefixes, Suffixes and NotSuffixes
	// without regard to the case of ASCII letters.
	IgnoreCase bool `json:"ignoreCase,omitempty"`
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

	// Code is the code of a token that breaks the rule: CLAIM_MISMATCH by default,
	// or AUDIENCE_MISMATCH or PARTY_MISMATCH. With the default, a missing claim has
	// the code MISSING_CLAIM instead.
	Code Code `json:"code,omitempty"`
	// Reason explains the rule; it appears in the server's log.
	Reason string `json:"reason,omitempty"`
}

// claimRule is a compiled ClaimRule.
type claimRule struct {
	ClaimRule
	path       jose.Path
	same       *jose.Path // of SameAs, nil if there is none
	when       []claimRule
	conditions []condition
}

const (
	formatUUID     = "uuid"
	formatNonEmpty = "nonEmpty"
)

func compileRules(field string, rules []ClaimRule, f *configErrors) []claimRule {
	compiled := make([]claimRule, 0, len(rules))
	for i, r := range rules {
		at := field + "[" + itoa(i) + "]"
		c := claimRule{ClaimRule: r, when: compileRules(at+".when", r.When, f)}
		switch {
		case (r.Claim == "") == (r.Header == ""):
			f.Invalid(at, "", "set exactly one of claim and header")
		case r.Claim != "":
			c.path = compilePath(at+".claim", r.Claim, f)
		}
		if r.SameAs != "" {
			same := compilePath(at+".sameAs", r.SameAs, f)
			c.same = &same
		}
		if !r.constrains() {
			f.Invalid(at, "", "the rule has no condition; to demand presence only, use requiredClaims")
		}
		for name, list := range map[string][]string{
			"oneOf": r.OneOf, "noneOf": r.NoneOf, "containsAny": r.ContainsAny, "prefixes": r.Prefixes,
			"suffixes": r.Suffixes, "notSuffixes": r.NotSuffixes,
		} {
			if list != nil && len(list) == 0 { // JSON would drop it, and the condition with it
				f.Invalid(at+"."+name, "", "is empty: name at least one value, or leave it out")
			}
		}
		if r.Absent && r.Optional {
			f.Conflict(at, "", "absent and optional cannot be combined")
		}
		if r.IgnoreCase && (!r.comparesText() || r.ContainsAny != nil || r.SameAs != "") {
			f.Invalid(
				at+".ignoreCase",
				"true",
				"applies to oneOf, noneOf, prefixes, suffixes and notSuffixes: set one of them, "+
					"and put containsAny and sameAs into a rule of their own",
			)
		}
		if r.MaxLength < 0 {
			f.Invalid(at+".maxLength", faults.Plain(r.MaxLength), "must be positive")
		}
		if !slices.Contains([]string{"", formatUUID, formatNonEmpty}, r.Format) {
			f.Invalid(at+".format", faults.Show(r.Format), `use "uuid" or "nonEmpty"`)
		}
		if !slices.Contains([]string{"", "string", "number", "boolean", "array", "object"}, r.Type) {
			f.Invalid(at+".type", faults.Show(r.Type), "use string, number, boolean, array or object")
		}
		if !slices.Contains([]Code{"", CodeClaimMismatch, CodeAudienceMismatch, CodePartyMismatch}, r.Code) {
			f.Invalid(at+".code", faults.Show(string(r.Code)), "use CLAIM_MISMATCH, AUDIENCE_MISMATCH or PARTY_MISMATCH")
		}
		c.compileConditions()
		compiled = append(compiled, c)
	}
	return compiled
}

// dependOnTime reports whether the verdict of any rule may change with time.
func dependOnTime(rules []ClaimRule) bool {
	return slices.ContainsFunc(rules, func(r ClaimRule) bool { return r.InPast || dependOnTime(r.When) })
}

func (r *ClaimRule) constrains() bool {
	return r.Absent || r.OneOf != nil || r.NoneOf != nil || r.ContainsAny != nil || r.SameAs != "" ||
		r.Prefixes != nil || r.Suffixes != nil || r.NotSuffixes != nil || r.MaxLength != 0 ||
		r.Format != "" || r.Type != "" || r.InPast
}

// comparesText reports whether the rule has a condition that IgnoreCase loosens.
func (r *ClaimRule) comparesText() bool {
	return r.OneOf != nil || r.NoneOf != nil || r.Prefixes != nil || r.Suffixes != nil || r.NotSuffixes != nil
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

// checkRules returns the error of the first rule that fails. now already contains
// the leeway.
func checkRules(rules []claimRule, h *jose.Header, claims jose.Object, now time.Time) *Error {
	for i := range rules {
		if err := rules[i].check(h, claims, now); err != nil {
			return err
		}
	}
	return nil
}

// check returns nil if the rule holds or does not apply. now already contains
// the leeway.
func (r *claimRule) check(h *jose.Header, claims jose.Object, now time.Time) *Error {
	why, missing := r.breach(h, claims, now)
	switch {
	case why == "":
		return nil
	case missing:
		return r.fail(CodeMissingClaim, why)
	default:
		return r.fail(CodeClaimMismatch, why)
	}
}

// breach returns the condition that the token violates, "" if it satisfies all.
// The texts are prepared, so that a check does not allocate, and contain no
// values of the token, which the client chose.
func (r *claimRule) breach(h *jose.Header, claims jose.Object, now time.Time) (why string, missing bool) {
	if !holdAll(r.when, h, claims, now) {
		return "", false
	}
	v, ok := r.value(h, claims)
	switch {
	case !ok && (r.Optional || r.Absent):
		return "", false
	case !ok:
		return "is missing", true
	case r.Absent:
		return "must be absent", false
	}
	for i := range r.conditions {
		if !r.conditions[i].holds(v, claims, now) {
			return r.conditions[i].says, false
		}
	}
	return "", false
}

func holdAll(rules []claimRule, h *jose.Header, claims jose.Object, now time.Time) bool {
	for i := range rules {
		if why, _ := rules[i].breach(h, claims, now); why != "" {
			return false
		}
	}
	return true
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
