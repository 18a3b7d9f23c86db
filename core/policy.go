package core

import (
	"context"
	"errors"
)

// Policy decides whether a session may do something; package policy has a set
// of them. Check returns nil to allow. An error that is no [*Error] refuses
// with CodeForbidden. Policies must be safe for concurrent use; they are never
// asked about a missing session: that is refused before.
type Policy interface {
	Check(s *Session) error
}

// checkPolicies returns the first refusal.
func checkPolicies(s *Session, policies []Policy) *Error {
	for _, p := range policies {
		if err := p.Check(s); err != nil {
			return policyError(err)
		}
	}
	return nil
}

func policyError(err error) *Error {
	var e *Error
	switch {
	case !errors.As(err, &e):
		return &Error{Code: CodeForbidden, Err: err}
	case e == nil: // a nil pointer in an error that is not nil is still a refusal
		return refuse(CodeForbidden, "the policy returned a nil *core.Error as its error: return nil itself to allow")
	case e.Code == "":
		return &Error{Code: CodeForbidden, Detail: "the policy's error has no code", Err: err}
	}
	return e
}

// Requirement asks policies about the session that a [Guard] has let in. The
// adapters' Require is made of it.
type Requirement struct{ policies []Policy }

// Require returns a requirement of all policies; without any, it requires that
// somebody is signed in. It panics on a nil policy.
func Require(policies ...Policy) *Requirement {
	for i, p := range policies {
		if missing(p) {
			panic("auth: Require: policy " + itoa(i+1) + " is nil: remove it or name a policy")
		}
	}
	return &Requirement{policies}
}

// Check returns nil if the session in ctx still stands (time, key, tenant,
// revocation) and meets every policy. An anonymous
// visitor is refused with CodeTokenMissing. Where no guard has run it refuses
// too, with status 500, and says so in the log: a route that nothing guards is
// a mistake of the program, not of the client.
func (q *Requirement) Check(ctx context.Context, r Request) *Rejection {
	a := admissionOf(ctx)
	switch {
	case a == nil:
		return unguarded(r)
	case a.session == nil:
		err := refuse(CodeTokenMissing, "the route requires a session and the visitor is anonymous")
		a.guard.report(ctx, err)
		return a.guard.reject(r, err)
	}
	err := a.recheck(ctx, false) // the context may have been kept for hours
	if err == nil {
		err = checkPolicies(a.session, q.policies)
	}
	if err != nil {
		a.guard.report(ctx, err)
		return a.guard.reject(r, err)
	}
	return nil
}
