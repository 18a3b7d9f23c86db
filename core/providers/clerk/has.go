package clerk

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/revstackhq/auth-go/core"
)

// Check is what [Has] asks about. Whatever is set must hold.
type Check struct {
	// Role is the person's role in the active organization, and Permission one
	// that it grants; "org:" before either may be left out.
	Role       string
	Permission string
	// Feature and Plan are slugs of Clerk Billing, of the user or the active
	// organization. "org:" or "user:" before a slug asks for that one alone.
	// Only session tokens of version 2 carry them.
	Feature string
	Plan    string
	// Reverification is how long ago the factors may have been verified.
	Reverification Reverification
}

// Level names the factors that a [Reverification] asks for.
type Level string

// The levels of Clerk's reverification. What a user has not set up is not asked
// for: see the source, @clerk/shared's authorization.ts.
const (
	// FirstFactor: the first factor is fresh.
	FirstFactor Level = "first_factor"
	// SecondFactor: the second factor is fresh, or the first of a user without
	// a second.
	SecondFactor Level = "second_factor"
	// MultiFactor: both are fresh, or the first of a user without a second.
	MultiFactor Level = "multi_factor"
)

// Reverification asks that the factors of the level were verified less than
// After ago (1 minute to 99,999 minutes). The zero value asks for nothing.
type Reverification struct {
	After time.Duration
	Level Level
}

// StrictMFA is Clerk's strict_mfa: both factors within 10 minutes.
func StrictMFA() Reverification { return Reverification{10 * time.Minute, MultiFactor} }

// Strict is Clerk's strict: the second factor within 10 minutes.
func Strict() Reverification { return Reverification{10 * time.Minute, SecondFactor} }

// Moderate is Clerk's moderate: the second factor within an hour.
func Moderate() Reverification { return Reverification{time.Hour, SecondFactor} }

// Lax is Clerk's lax: the second factor within a day.
func Lax() Reverification { return Reverification{24 * time.Hour, SecondFactor} }

// Has is the check of Clerk's has() and protect(): a policy that holds if
// everything set in check does. Roles and permissions need an active
// organization. Tokens other than session tokens never pass.
//
// The ages of the factors (fva) are those of the token's minting; the time since
// then is added. A token without fva, or with one that is no pair of whole
// numbers, fails. Reverification fails with core.CodeReauthenticationRequired
// and MaxAge After; everything else with core.CodeForbidden, and first. Where
// the token does not say (fea, pla or fva is missing), the error wraps
// core.CodeMissingClaim, so that policy.Not refuses as well.
//
// Has panics if nothing is asked, and on a Reverification that is half set or
// out of bounds.
func Has(check Check) core.Policy {
	text := check.String()
	if check == (Check{}) {
		panic("clerk: Has: nothing is checked, which would let everyone in: set at least one field of Check")
	}
	if why := check.mistake(); why != "" {
		panic("clerk: " + text + ": " + why)
	}
	return &has{check, text}
}

// String writes the check as [Has] prints itself.
func (c Check) String() string {
	var parts []string
	for _, f := range c.names() {
		if f.value != "" {
			parts = append(parts, f.name+": "+strconv.Quote(f.value))
		}
	}
	if c.Reverification != (Reverification{}) {
		parts = append(parts, fmt.Sprintf("Reverification: %s within %s", c.Reverification.Level, c.Reverification.After))
	}
	return "Has(" + strings.Join(parts, ", ") + ")"
}

type field struct{ name, value string }

func (c Check) names() []field {
	return []field{{"Role", c.Role}, {"Permission", c.Permission}, {"Feature", c.Feature}, {"Plan", c.Plan}}
}

func (c Check) mistake() string {
	for _, f := range c.names() {
		if f.value != "" && (strings.TrimSpace(f.value) != f.value || strings.HasSuffix(f.value, ":")) {
			return f.name + " is padded with spaces or has no name after its prefix: write it as in the dashboard"
		}
	}
	r := c.Reverification
	switch {
	case r == (Reverification{}):
		return ""
	case r.Level != FirstFactor && r.Level != SecondFactor && r.Level != MultiFactor:
		return "Reverification.Level is not set: use clerk.FirstFactor, SecondFactor or MultiFactor"
	case r.After < time.Minute || r.After > 99_999*time.Minute:
		return "Reverification.After must be between 1 and 99,999 minutes"
	}
	return ""
}

type has struct {
	check Check
	text  string
}

// String is the policy as logs say it.
func (h *has) String() string { return h.text }

// Check implements [core.Policy].
func (h *has) Check(s *core.Session) error {
	if s == nil || s.UserID() == "" {
		return &core.Error{Code: core.CodeTokenMissing, Detail: h.text + ": the user is not signed in"}
	}
	if s.Kind() != core.KindSession {
		return h.refuse("the token is not a session token", "")
	}
	if err := h.checkOrganization(s); err != nil {
		return err
	}
	if err := h.checkBilling(s); err != nil {
		return err
	}
	if h.check.Reverification != (Reverification{}) {
		return h.checkReverification(s)
	}
	return nil
}

func (h *has) checkOrganization(s *core.Session) error {
	c := &h.check
	if c.Role == "" && c.Permission == "" {
		return nil
	}
	org := s.Organization()
	bare, full := withoutOrg(c.Permission), "org:"+withoutOrg(c.Permission)
	switch {
	case org.ID == "":
		return h.refuse("no organization is active", "")
	case c.Role != "" && withoutOrg(org.Role) != withoutOrg(c.Role):
		return h.refuse("the role is another", "")
	case c.Permission != "" && !s.HasPermission(full) && !s.HasPermission(bare):
		return h.refuse("the permission is not granted", "")
	}
	return nil
}

func withoutOrg(name string) string { return strings.TrimPrefix(name, "org:") }

// checkBilling looks at all before it blames a missing claim: a plain "no" is
// the stronger answer.
func (h *has) checkBilling(s *core.Session) error {
	silent := ""
	for _, f := range []struct{ what, claim, want string }{
		{"feature", "fea", h.check.Feature},
		{"plan", "pla", h.check.Plan},
	} {
		if f.want == "" {
			continue
		}
		v, _ := s.Claim(f.claim)
		list, ok := v.(string)
		switch {
		case !ok:
			silent = f.claim
		case !inScoped(list, f.want):
			return h.refuse("the "+f.what+" is not there", f.claim)
		}
	}
	if silent != "" {
		return h.missing(core.Error{Code: core.CodeForbidden, Claim: silent})
	}
	return nil
}

func (h *has) checkReverification(s *core.Session) error {
	r := h.check.Reverification
	refused := core.Error{Code: core.CodeReauthenticationRequired, Claim: "fva", MaxAge: r.After}
	first, second, ok := s.FactorAges()
	if !ok || s.IssuedAt().IsZero() {
		return h.missing(refused)
	}
	sinceMinted := max(s.Since(s.IssuedAt()), 0)
	if !r.met(first, second, sinceMinted) {
		refused.Detail = h.text + ": a factor of the level " + string(r.Level) + " was not verified recently enough"
		return &refused
	}
	return nil
}

// met follows Clerk's rules; a negative age is a factor that was never verified
// or is not set up.
func (r Reverification) met(first, second, sinceMinted time.Duration) bool {
	fresh := func(age time.Duration) bool { return age >= 0 && age+sinceMinted < r.After }
	switch {
	case r.Level == FirstFactor || second < 0:
		return fresh(first)
	case r.Level == SecondFactor:
		return fresh(second)
	default:
		return fresh(first) && fresh(second)
	}
}

func (h *has) refuse(why, claim string) error {
	return &core.Error{Code: core.CodeForbidden, Claim: claim, Detail: h.text + ": " + why}
}

func (h *has) missing(e core.Error) error {
	e.Detail, e.Err = h.text+": the token has no readable "+e.Claim, core.CodeMissingClaim
	return &e
}
