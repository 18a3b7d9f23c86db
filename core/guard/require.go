package guard

import (
	"context"
	"errors"
	"log/slog"
	"strconv"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/internal/faults"
)

// checkPolicies returns the first refusal.
func checkPolicies(s *core.Session, policies []core.Policy) *core.Error {
	for _, p := range policies {
		if err := p.Check(s); err != nil {
			return policyError(err)
		}
	}
	return nil
}

func policyError(err error) *core.Error {
	var e *core.Error
	switch {
	case !errors.As(err, &e):
		return &core.Error{Code: core.CodeForbidden, Err: err}
	case e == nil: // a nil pointer in an error that is not nil is still a refusal
		return reject(core.CodeForbidden, "the policy returned a nil *core.Error as its error: return nil itself to allow")
	case e.Code == "":
		return &core.Error{Code: core.CodeForbidden, Detail: "the policy's error has no code", Err: err}
	}
	return e
}

// Requirement asks policies about the session that a [Guard] has let in. The
// Require of each adapter wraps one. It is safe for concurrent use.
type Requirement struct{ policies []core.Policy }

// Require returns a requirement of all policies; without any, it requires a
// session. It panics on a nil policy.
func Require(policies ...core.Policy) *Requirement {
	for i, p := range policies {
		if faults.IsNil(p) {
			panic("auth: Require: policy " + strconv.Itoa(i+1) + " is nil: remove it or name a policy")
		}
	}
	return &Requirement{policies}
}

// Check returns nil if the session in ctx still stands (time, key, tenant,
// revocation) and meets every policy. An anonymous
// visitor is refused with core.CodeTokenMissing. Where no guard has run it refuses
// too, with status 500, and says so in the log: a route that nothing guards is
// a mistake of the program, not of the client.
func (q *Requirement) Check(ctx context.Context, r Request) *Rejection {
	a := admissionOf(ctx)
	switch {
	case a == nil:
		return unguarded(r)
	case a.session == nil:
		return a.rejection(r, a.guard.reported(ctx, r, nil, reject(core.CodeTokenMissing, "the route requires a session and the request is anonymous")))
	}
	if err := a.recheck(ctx, r, false); err != nil { // the context may have been kept for hours
		return a.rejection(r, err)
	}
	if err := checkPolicies(a.session, q.policies); err != nil {
		return a.rejection(r, a.guard.reported(ctx, r, a.session, err))
	}
	return nil
}

// rejection renders err as the guard does that let the session in.
func (a *admission) rejection(r Request, err *core.Error) *Rejection {
	if a.guard == nil {
		return new(Renderer).Render(r, err)
	}
	return a.guard.renderer.Render(r, err)
}

// unguarded answers for a Require on a route that no guard protects.
func unguarded(r Request) *Rejection {
	slog.Error("auth: Require is on a route that no guard protects: put New before it",
		slog.String("method", r.Method()), slog.String("path", r.Path()))
	return new(Renderer).Render(r, reject(core.CodeUnknownError, "no guard has run before Require"))
}
