package policy

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/internal/faults"
)

// verdict is one of Kleene's three; "holds" is the absence of a refusal.
type verdict int8

const (
	undecided verdict = iota
	fails
)

// errUndecided marks the error of an undecided policy, so that a policy that
// wraps it is undecided too.
var errUndecided = errors.New("the policy could not be decided")

// term is every policy of this package.
type term struct {
	text  string
	about Description
	asks  asks
	judge func(*core.Session) *refusal // nil holds; never given a nil session
}

var (
	_ core.Policy  = (*term)(nil)
	_ fmt.Stringer = (*term)(nil)
)

// Check returns nil if the policy holds, else a [*core.Error].
func (t *term) Check(s *core.Session) error {
	if s == nil || s.UserID() == "" {
		return &core.Error{Code: core.CodeTokenMissing, Detail: t.text + ": the request is anonymous"}
	}
	if r := t.judge(s); r != nil {
		return r.error()
	}
	return nil
}

// String returns the policy in Go syntax.
func (t *term) String() string { return t.text }

// asks are what a client needs to satisfy a policy.
type asks struct {
	scopes []string
	acr    []string
	maxAge time.Duration
}

// and returns what satisfies both: all scopes, the shorter age, and the context
// classes that both accept, if there are any.
func (a asks) and(b asks) asks {
	both := asks{scopes: union(a.scopes, b.scopes), acr: a.acr, maxAge: a.maxAge}
	if both.maxAge == 0 || b.maxAge != 0 && b.maxAge < both.maxAge {
		both.maxAge = b.maxAge
	}
	if len(a.acr) == 0 {
		both.acr = b.acr
		return both
	}
	onlyA := func(v string) bool { return !slices.Contains(b.acr, v) }
	if common := slices.DeleteFunc(slices.Clone(a.acr), onlyA); len(common) > 0 {
		both.acr = common
	}
	return both
}

// refusal is the result of a policy that does not hold. Each call creates a new
// one, which its caller may change.
type refusal struct {
	verdict
	asks
	code       core.Code
	claim      string
	retryAfter time.Duration
	reasons    []string
	cause      error
}

func forbid(v verdict, text, why string) *refusal {
	return &refusal{verdict: v, code: core.CodeForbidden, reasons: []string{text + ": " + why}}
}

// lacks returns the refusal of a session without the claim that the policy reads.
func lacks(code core.Code, a asks, text, claim string) *refusal {
	return &refusal{
		verdict: undecided, code: code, asks: a, claim: claim,
		reasons: []string{text + ": the session has no " + claim}, cause: core.CodeMissingClaim,
	}
}

// within puts the name of the surrounding policy before every reason.
func (r *refusal) within(name string) {
	for i := range r.reasons {
		r.reasons[i] = name + " › " + r.reasons[i]
	}
}

func (r *refusal) error() *core.Error {
	e := &core.Error{
		Code: r.code, Detail: strings.Join(r.reasons, "; "), Claim: r.claim, RetryAfter: r.retryAfter, Err: r.markedCause(),
	}
	switch r.code { //nolint:exhaustive // the others ask for nothing
	case core.CodeInsufficientScope:
		e.Scopes = slices.Clone(r.scopes)
	case core.CodeReauthenticationRequired:
		e.ACR, e.MaxAge = slices.Clone(r.acr), r.maxAge
	}
	return e
}

// markedCause makes errUndecided in the error agree with the verdict: a part may
// be undecided although the whole is decided, and the other way round.
func (r *refusal) markedCause() error {
	marked := r.cause != nil && isUndecided(r.cause)
	switch {
	case r.verdict == undecided && !marked:
		if r.cause == nil {
			return errUndecided
		}
		return fmt.Errorf("%w: %w", errUndecided, r.cause)
	case r.verdict == fails && marked:
		return nil
	default:
		return r.cause
	}
}

func isUndecided(err error) bool {
	return errors.Is(err, errUndecided) || errors.Is(err, core.CodeMissingClaim)
}

// ofError converts the error of a policy from another package.
func ofError(text string, err error) *refusal {
	r := &refusal{verdict: undecided, code: core.CodeForbidden, reasons: []string{text + ": " + err.Error()}, cause: err}
	var e *core.Error
	switch {
	case !errors.As(err, &e):
		r.code, r.verdict = bareCode(err)
	case e == nil: // a nil pointer in an error that is not nil
		return r
	default:
		r.claim, r.retryAfter = e.Claim, e.RetryAfter
		r.asks = asks{scopes: e.Scopes, acr: e.ACR, maxAge: e.MaxAge}
		if e.Code != "" {
			r.code = e.Code
		}
		if isRefusal(e.Code) {
			r.verdict = fails
		}
		if err == error(e) { //nolint:errorlint // everything in this very error is copied
			r.reasons, r.cause = []string{text + ": " + cmp.Or(e.Detail, string(e.Code))}, e.Err
		}
	}
	if isUndecided(err) {
		r.verdict = undecided
	}
	return r
}

func isRefusal(code core.Code) bool {
	return code == core.CodeForbidden || code == core.CodeInsufficientScope || code == core.CodeReauthenticationRequired
}

// bareCode reads an error that carries no [*core.Error], at most a code.
func bareCode(err error) (core.Code, verdict) {
	var code core.Code
	switch {
	case !errors.As(err, &code) || code == "":
		return core.CodeForbidden, undecided
	case isRefusal(code):
		return code, fails
	default:
		return code, undecided
	}
}

// hardness orders codes by how hard the failure is to fix, for All and Any.
func hardness(code core.Code) int {
	if code.Status() == http.StatusServiceUnavailable {
		return 0
	}
	switch code {
	case core.CodeReauthenticationRequired:
		return 1
	case core.CodeInsufficientScope:
		return 2
	case core.CodeForbidden:
		return 4
	default:
		return 3
	}
}

// harder compares two codes. Different codes never compare equal, so that the
// order of the parts cannot matter.
func harder(a, b core.Code) int {
	if d := hardness(a) - hardness(b); d != 0 {
		return d
	}
	return strings.Compare(string(a), string(b))
}

// termsOf converts the arguments of All, Any and Not.
func termsOf(function string, policies []core.Policy) []*term {
	if len(policies) == 0 {
		panic("policy: " + function + ": has no policies: it would give every user the same answer; name at least one")
	}
	terms := make([]*term, len(policies))
	for i, p := range policies {
		if faults.IsNil(p) {
			panic("policy: " + function + ": policy " + strconv.Itoa(i+1) + " is nil: remove it or name a policy")
		}
		terms[i] = termOf(p)
	}
	return terms
}

func termOf(p core.Policy) *term {
	if t, ok := p.(*term); ok {
		return t
	}
	text := fmt.Sprintf("%T", p)
	if named, ok := p.(fmt.Stringer); ok {
		text = named.String()
	}
	return custom(text, describeCustom(p, text), p.Check)
}

func custom(text string, about Description, check func(*core.Session) error) *term {
	return &term{text: text, about: about, judge: func(s *core.Session) *refusal {
		if err := check(s); err != nil {
			return ofError(text, err)
		}
		return nil
	}}
}

// call returns a policy in Go syntax.
func call(function string, args []string) string {
	quoted := make([]string, len(args))
	for i, a := range args {
		quoted[i] = strconv.Quote(a)
	}
	return function + "(" + strings.Join(quoted, ", ") + ")"
}

// names checks and copies the arguments of a constructor.
func names(function, what string, given []string) []string {
	if len(given) == 0 {
		panic("policy: " + function + ": has no " + what + "s: name at least one")
	}
	for i, name := range given {
		if strings.TrimSpace(name) != name || name == "" {
			panic("policy: " + function + ": " + what + " " + strconv.Itoa(i+1) + " is " + strconv.Quote(name) +
				": it must not be empty or padded with spaces; is its environment variable set?")
		}
	}
	return slices.Clone(given)
}
