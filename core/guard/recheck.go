package guard

import (
	"context"
	"time"

	"github.com/revstackhq/auth-go/core"
)

// Recheck returns nil if the guard that put the session into ctx would still let it
// in: it checks time, key, tenant, revocation and the guard's own policies. A
// long-running handler, such as that of a WebSocket or a stream, calls it before it
// acts on a later message. It returns [core.ErrNoSession] if ctx has no session;
// every other error is a [*core.Error]. For a session that core.NewContext put into
// ctx, it checks time and key.
func Recheck(ctx context.Context) error {
	a := admissionOf(ctx)
	if a == nil || a.session == nil {
		return core.ErrNoSession
	}
	err := a.recheck(ctx, nil, true)
	if err == nil && a.guard != nil {
		if err = checkPolicies(a.session, a.guard.policies, nil); err == nil {
			err = a.details().procedure.check(a.session, a.guard.scopes)
		}
		if err != nil {
			_ = a.guard.reported(ctx, nil, a.session, err)
		}
	}
	if err != nil {
		return err
	}
	return nil
}

// recheck repeats the checks that let the session in, because a context may be kept
// for hours. It checks revocation only if always is set or the last check is old,
// so that a Require behind a guard does not double the calls. It reports what it
// rejects.
func (a *admission) recheck(ctx context.Context, r Request, always bool) *core.Error {
	var err error
	if a.guard != nil && a.guard.methods.recheck != nil {
		err = a.guard.methods.recheck.Recheck(ctx, a.session)
	} else {
		err = a.session.Recheck(ctx)
	}
	if err != nil {
		return sourceError(ctx, err)
	}
	return a.recheckRevocation(ctx, r, always)
}

// revocationFresh is how long the result of a revocation check is reused within
// its request.
const revocationFresh = time.Second

// recheckOuterRevocation is recheckRevocation for the guards around g. g checks
// revocation itself.
func (a *admission) recheckOuterRevocation(ctx context.Context, r Request, g *Guard) *core.Error {
	for a != nil && a.guard == g {
		a = a.details().outer
	}
	return a.recheckRevocation(ctx, r, false)
}

func (a *admission) recheckRevocation(ctx context.Context, r Request, always bool) *core.Error {
	for ; a != nil; a = a.details().outer {
		if a.guard == nil || a.guard.revoker == nil {
			continue
		}
		if age := a.guard.now().Sub(a.details().at); !always && age >= 0 && age < revocationFresh {
			continue
		}
		if err := a.guard.checkRevocation(ctx, a.session); err != nil {
			return a.guard.reported(ctx, r, a.session, err)
		}
	}
	return nil
}
