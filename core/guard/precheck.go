package guard

import (
	"context"

	"github.com/revstackhq/auth-go/core"
)

// Precheck rejects a request that can be rejected without waiting, for a place that
// must not block, such as a connection's read loop: one without credentials where
// they are required, one whose credentials are malformed, and one whose token the
// guard's verifier rejects with the keys that it has in memory. It returns no
// rejection for every other request, even an invalid one: [Guard.Enter] must follow.
//
// The context that it returns spares Enter a second verification. It holds no
// session until Enter, so that a handler without the guard does not see one that
// was not checked for revocation. Extractors, the function of [Skip] and those that
// change answers run in Precheck; revocation checks, policies, DPoP proofs and
// authenticators other than a verifier do not.
func (g *Guard) Precheck(ctx context.Context, r Request) (context.Context, *Rejection) {
	if g == nil || g.source == nil || g.bestEffort || g.skips(r) {
		return ctx, nil
	}
	found, err := g.extract(r)
	if err == nil && found.Token == "" && !g.anonymous() {
		err = reject(core.CodeTokenMissing, g.whereNothingWas(r))
	}
	if err != nil {
		return ctx, g.render(ctx, r, g.reported(ctx, r, nil, err), g.procedures.find(r))
	}
	if found.Token == "" || g.verifier == nil || found.Scheme == schemeDPoP { // a replay store may have to be waited for
		return ctx, nil
	}
	if err := g.addConfirmation(&found, r, nil); err != nil {
		return ctx, g.render(ctx, r, g.reported(ctx, r, nil, err), g.procedures.find(r))
	}
	found.Request = r
	s, err := g.authenticate(canceledContext{ctx}, nil, found)
	switch {
	case err == nil:
		return &admission{Context: ctx, guard: g, prechecked: s}, nil
	case err.Code == core.CodeRequestCanceled: // it would have to wait
		return ctx, nil
	default:
		return ctx, g.render(ctx, r, err, g.procedures.find(r))
	}
}

// canceledContext is a context that is canceled already, with the values of another one: a
// verifier with such a context starts a fetch that it needs but does not wait for it.
type canceledContext struct{ context.Context } //nolint:containedctx // it is a context itself

func (canceledContext) Done() <-chan struct{} { return closed }

func (canceledContext) Err() error { return context.Canceled }

var closed = func() <-chan struct{} { //nolint:gochecknoglobals // never changes
	c := make(chan struct{})
	close(c)
	return c
}()

// precheckedIn returns the session that Precheck of the same guard left in a, or nil.
func (g *Guard) precheckedIn(a *admission) *core.Session {
	if a.guard != g {
		return nil
	}
	return a.prechecked
}
