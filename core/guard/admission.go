package guard

import (
	"context"
	"fmt"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/internal/sessionkey"
)

// admission is the context of a request that a guard has judged: one type for the
// context and for what it holds spares each request an allocation. The session is
// nil for an anonymous request that the guard let through.
type admission struct {
	context.Context //nolint:containedctx // it is a context

	session *core.Session
	guard   *Guard // nil if core.NewContext put the session there
	// prechecked is the session of a token that guard has verified but not let in
	// yet: Session does not return it.
	prechecked *core.Session
	// rare is nil for a guard without the options that need it: every request
	// allocates an admission.
	rare *rareAdmission
}

// rareAdmission is what an admission holds besides the session.
type rareAdmission struct {
	outer *admission // of an outer guard that checks revocation too
	at    time.Time  // when guard checked revocation, zero if it does not
	// procedure holds the policies of the RPC procedure that was called, or nil.
	procedure *procedure
	// proof is the DPoP proof that guard has checked, "" if there was none.
	proof string
	// token is the caller's, if guard has the option KeepToken.
	token string
}

// Value returns the admission itself under the key of sessions.
func (a *admission) Value(key any) any {
	if key == (sessionkey.Key{}) {
		return a
	}
	return a.Context.Value(key)
}

// String keeps the token and the proof out of what prints a context.
func (a *admission) String() string { return fmt.Sprintf("%v.WithValue(auth)", a.Context) }

// Format is String for every verb: %d would print the fields.
func (a *admission) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(a.String())) }

// Session returns the session to core.FromContext.
func (a *admission) Session() *core.Session { return a.session }

// details returns the rare part for reading: a zero one if there is none.
func (a *admission) details() *rareAdmission {
	if a.rare == nil {
		return &rareAdmission{}
	}
	return a.rare
}

// admitted returns the context for a request of ctx that g lets in with s. outer is the
// admission of an outer guard that let s in too, or nil.
func (g *Guard) admitted(ctx context.Context, r Request, s *core.Session, outer *admission) *admission {
	a := &admission{Context: ctx, session: s, guard: g}
	for ; outer != nil; outer = outer.details().outer {
		if outer.guard != nil && outer.guard != g && outer.guard.revoker != nil {
			break
		}
	}
	if outer != nil || s != nil && g.hasDetails {
		a.rare = g.detailsOf(r, s, outer)
	}
	return a
}

// keptBy returns the admission of a session that g lets stay in effect: what rechecks it asks g's revocation check too.
func (a *admission) keptBy(ctx context.Context, g *Guard) *admission {
	details := *a.details()
	details.outer = &admission{
		Context: ctx, session: a.session, guard: g, rare: &rareAdmission{outer: details.outer, at: g.now()},
	}
	return &admission{Context: ctx, session: a.session, guard: a.guard, rare: &details}
}

// isChecked reports whether what rechecks a asks g's revocation check.
func (a *admission) isChecked(g *Guard) bool {
	for ; a != nil; a = a.details().outer {
		if a.guard == g {
			return true
		}
	}
	return false
}

func (g *Guard) detailsOf(r Request, s *core.Session, outer *admission) *rareAdmission {
	d := &rareAdmission{outer: outer}
	if s == nil {
		return d
	}
	d.procedure = g.procedures.find(r)
	if g.revoker != nil {
		d.at = g.now()
	}
	if g.confirm.checker != nil {
		d.proof = g.checkedProof(r)
	}
	if g.keepToken {
		d.token = g.callersToken(r)
	}
	return d
}

// admissionOf returns nil if neither a guard nor core.NewContext has run.
func admissionOf(ctx context.Context) *admission {
	if ctx == nil {
		return nil
	}
	switch v := ctx.Value(sessionkey.Key{}).(type) {
	case *admission:
		return v
	case *core.Session:
		return &admission{session: v}
	default:
		return nil
	}
}

// ContextValue returns the key and the value by which ctx holds what a guard or
// core.NewContext put into it, for the adapter of a framework whose own context is
// a context.Context with its own values: stored there, they let core.FromContext
// and the other functions of core read the session from that context too. value is
// nil if nothing was put into ctx.
func ContextValue(ctx context.Context) (key, value any) {
	return sessionkey.Key{}, ctx.Value(sessionkey.Key{})
}
