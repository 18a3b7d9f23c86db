package policy

import (
	"strings"

	"github.com/revstackhq/auth-go/core"
)

// All holds if every policy holds. The package documentation says which failure it
// reports. It stops at the first part that returns "forbidden", because no other
// part can change that; otherwise it checks every part, so a custom policy must
// expect to be called after another one has failed. It panics without policies
// and on a nil policy.
func All(policies ...core.Policy) core.Policy {
	terms := termsOf("All", policies)
	t := &term{text: join("All", terms), about: describeParts("All", terms)}
	for _, part := range terms {
		t.asks = t.asks.and(part.asks)
	}
	t.judge = func(s *core.Session) *refusal {
		var hardest *refusal
		verdict := undecided
		for _, part := range terms {
			r := part.judge(s)
			if r == nil {
				continue
			}
			if r.verdict == fails {
				verdict = fails
			}
			switch {
			case hardest == nil || harder(r.code, hardest.code) > 0:
				hardest = r
			case r.code == hardest.code:
				hardest.asks = hardest.and(r.asks)
			}
			if r.verdict == fails && r.code == core.CodeForbidden {
				break
			}
		}
		if hardest == nil {
			return nil
		}
		hardest.verdict, hardest.asks = verdict, t.asks.and(hardest.asks)
		hardest.within("All")
		return hardest
	}
	return t
}

// Any holds if one of the policies holds, and stops at the first that does. The
// package documentation says which failure it reports; Detail has the reasons of
// all. It panics without policies and on a nil policy.
func Any(policies ...core.Policy) core.Policy {
	terms := termsOf("Any", policies)
	return &term{text: join("Any", terms), about: describeParts("Any", terms), judge: func(s *core.Session) *refusal {
		var easiest *refusal
		var reasons []string
		verdict := fails
		for _, part := range terms {
			r := part.judge(s)
			if r == nil {
				return nil
			}
			if r.verdict == undecided {
				verdict = undecided
			}
			reasons = append(reasons, r.reasons...)
			if easiest == nil || harder(r.code, easiest.code) < 0 {
				easiest = r
			}
		}
		easiest.verdict, easiest.reasons = verdict, reasons
		easiest.within("Any")
		return easiest
	}}
}

// Not holds if the policy fails. It does not hold if the policy is undecided, for
// example because a claim is missing: see the package documentation. It panics on
// a nil policy.
func Not(policy core.Policy) core.Policy {
	terms := termsOf("Not", []core.Policy{policy})
	inner, text := terms[0], join("Not", terms)
	return &term{text: text, about: describeParts("Not", terms), judge: func(s *core.Session) *refusal {
		r := inner.judge(s)
		switch {
		case r == nil:
			return forbid(fails, text, "the inner policy holds")
		case r.verdict == fails:
			return nil
		}
		if hardness(r.code) > 0 { // an outage remains an outage; a new sign-in or scope would not help
			r.code = core.CodeForbidden
		}
		r.within("Not")
		return r
	}}
}

func join(function string, terms []*term) string {
	parts := make([]string, len(terms))
	for i, t := range terms {
		parts[i] = t.text
	}
	return function + "(" + strings.Join(parts, ", ") + ")"
}
