package guard

import (
	"context"
	"errors"
	"log/slog"
	"strconv"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/internal/faults"
)

// checkPolicies returns the error of the first policy that does not hold. If the
// session lacks a scope, the error has the scopes of all policies and those of the
// guard's, which come first.
func checkPolicies(s *core.Session, policies []core.Policy, ofGuard []string) *core.Error {
	for i, p := range policies {
		if err := p.Check(s); err != nil {
			e := policyError(err)
			if e.Code != core.CodeInsufficientScope || len(e.Scopes) == 0 {
				return e
			}
			scopes := addScopes(ofGuard, scopesOfAll(policies[:i])...)
			scopes = addScopes(addScopes(scopes, e.Scopes...), scopesOfAll(policies[i+1:])...)
			return withScopes(e, scopes)
		}
	}
	return nil
}

func policyError(err error) *core.Error {
	var e *core.Error
	switch {
	case !errors.As(err, &e):
		return &core.Error{Code: core.CodeForbidden, Err: err}
	case e == nil: // an error that holds a nil pointer still rejects
		return reject(core.CodeForbidden, "the policy returned a nil *core.Error as its error: return nil itself to allow")
	case e.Code == "":
		return &core.Error{Code: core.CodeForbidden, Detail: "the policy's error has no code", Err: err}
	}
	return e
}

// Requirement checks policies on the session that a [Guard] has let in. The
// Require of each adapter wraps one. It is safe for concurrent use.
type Requirement struct {
	policies []core.Policy
	scopes   []string // that the policies ask for
}

// Require returns a requirement of all the policies. Without policies it requires a
// session. It panics on a nil policy.
func Require(policies ...core.Policy) *Requirement {
	for i, p := range policies {
		if faults.IsNil(p) {
			panic("auth: Require: policy " + strconv.Itoa(i+1) + " is nil: remove it or name a policy")
		}
	}
	return &Requirement{policies, scopesOfAll(policies)}
}

// Check returns nil if the session in ctx is still valid (time, key, tenant,
// revocation) and satisfies every policy. It rejects an anonymous request with
// core.CodeTokenMissing. If no guard has run, it rejects the request with status
// 500 and logs an error: an unguarded route is a programming error.
func (q *Requirement) Check(ctx context.Context, r Request) *Rejection {
	a := admissionOf(ctx)
	switch {
	case a == nil:
		return unguarded(r)
	case a.session == nil:
		err := reject(core.CodeTokenMissing, "the route requires a session and the request is anonymous")
		return q.rejection(ctx, r, a, a.guard.reported(ctx, r, nil, err))
	}
	if err := a.recheck(ctx, r, false); err != nil { // the context may have been kept for hours
		return q.rejection(ctx, r, a, err)
	}
	if err := checkPolicies(a.session, q.policies, a.guard.scopesAsked()); err != nil {
		return q.rejection(ctx, r, a, a.guard.reported(ctx, r, a.session, err))
	}
	return nil
}

// rejection renders err with the renderer of the guard that let the request in.
func (q *Requirement) rejection(ctx context.Context, r Request, a *admission, err *core.Error) *Rejection {
	err = withAllScopes(ctx, err, addScopes(a.guard.scopesAsked(), q.scopes...))
	if a.guard == nil {
		return new(Renderer).Render(r, err)
	}
	return a.guard.renderer.Render(r, err)
}

// unguarded logs and renders the error of a Require on a route without a guard.
func unguarded(r Request) *Rejection {
	slog.Error("auth: Require is on a route that no guard protects: put New before it",
		slog.String("method", r.Method()), slog.String("path", r.Path()))
	return new(Renderer).Render(r, reject(core.CodeUnknownError, "no guard has run before Require"))
}
