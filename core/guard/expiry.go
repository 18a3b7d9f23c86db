package guard

import (
	"context"
	"errors"
	"time"

	"github.com/revstackhq/auth-go/core"
)

// UntilExpiry returns a context that ends when the session in ctx expires, for
// streams and other handlers that run for long. context.Cause then returns the
// [*Rejection] to end the stream with. Without a session, or with one that does not
// expire, the context ends with ctx. r may be nil if no function of an option needs
// it. Call cancel when the stream has ended.
func UntilExpiry(ctx context.Context, r Request) (limited context.Context, cancel context.CancelFunc) {
	a := admissionOf(ctx)
	limited, end := context.WithCancelCause(ctx)
	cancel = func() { end(nil) }
	if a == nil || a.session == nil || a.session.ExpiresAt().IsZero() {
		return limited, cancel
	}
	started := make(chan struct{})
	var timer *time.Timer
	timer = time.AfterFunc(-a.session.Since(a.session.ExpiresAt()), func() {
		<-started
		switch err := a.recheck(limited, r, false); {
		case limited.Err() != nil:
		case err == nil || errors.Is(err, core.CodeNetworkError): // within the contract's leeway, or undecided
			timer.Reset(time.Second)
		default:
			end(a.rejection(limited, r, err))
		}
	})
	close(started)
	return limited, func() {
		timer.Stop()
		end(nil)
	}
}

// rejection renders the error of a request that was let in before.
func (a *admission) rejection(ctx context.Context, r Request, err *core.Error) *Rejection {
	if a.guard == nil {
		return new(Renderer).Render(r, err)
	}
	return a.guard.render(ctx, r, err, a.procedure)
}
