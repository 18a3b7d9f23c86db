package guard

import (
	"context"
	"errors"
	"math"
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
	since := max(a.session.Since(a.session.ExpiresAt()), -math.MaxInt64) // the smallest duration has no opposite
	timer = time.AfterFunc(-since, func() {
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

// Expired returns the rejection with which [UntilExpiry] ended ctx, nil if it did not.
func Expired(ctx context.Context) *Rejection {
	var rejection *Rejection
	_ = errors.As(context.Cause(ctx), &rejection)
	return rejection
}

// Receive returns what receive returns, such as the reception of a stream's next
// message, but waits no longer than the session lasts: ctx is that of [UntilExpiry].
// waiting reports that receive is still running when the session expires; what it
// writes to then belongs to it. If ctx ends otherwise, receive is waited for, because
// it knows why. Receive panics if receive does before that.
func Receive(ctx context.Context, receive func() error) (expired *Rejection, waiting bool, err error) {
	received := make(chan reception, 1)
	go func() {
		r := reception{err: errNotReceived}
		defer func() {
			r.panicked = recover() // nobody else could recover from it here, and the process would end
			received <- r
		}()
		r.err = receive()
	}()
	select {
	case r := <-received:
		err = r.result()
		return Expired(ctx), false, err
	case <-ctx.Done():
		if ended := Expired(ctx); ended != nil {
			return ended, true, nil
		}
		r := <-received
		return nil, false, r.result()
	}
}

// reception is how a call of receive ended.
type reception struct {
	err      error
	panicked any
}

// errNotReceived means that receive has ended its goroutine.
var errNotReceived = errors.New("guard: nothing was received")

func (r *reception) result() error {
	if r.panicked != nil {
		panic(r.panicked)
	}
	return r.err
}

// rejection renders the error of a request that was let in before.
func (a *admission) rejection(ctx context.Context, r Request, err *core.Error) *Rejection {
	if a.guard == nil {
		return new(Renderer).Render(r, err)
	}
	return a.guard.render(ctx, r, err, a.details().procedure)
}
