package fleet

import (
	"context"
	"sync"
)

// AwaitReady returns nil once this replica knows all revocations. Call it before the program starts to serve. If ctx
// ends first, it returns the error of [Revocations.Ready].
func (r *Revocations) AwaitReady(ctx context.Context) error { return r.await(ctx, r.Ready) }

// AwaitConfirmed returns nil once this replica has read all of its own revocations back from the log. Call it before
// the program exits, and in tests. If ctx ends first, it returns [ErrNotPublished].
func (r *Revocations) AwaitConfirmed(ctx context.Context) error {
	return r.await(ctx, func() error {
		r.mu.Lock()
		defer r.mu.Unlock()
		if len(r.outbox) > 0 {
			return ErrNotPublished
		}
		return nil
	})
}

// await returns once condition returns nil, or its error when ctx ends.
func (r *Revocations) await(ctx context.Context, condition func() error) error {
	for {
		changed := r.changed.next() // before the condition, which may become true meanwhile
		if condition() == nil {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return condition()
		}
	}
}

// broadcast wakes all goroutines that wait for a change. The zero value is ready to use.
type broadcast struct {
	mu sync.Mutex
	ch chan struct{} // nil while no goroutine waits
}

// next returns a channel that the next change closes.
func (b *broadcast) next() <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ch == nil {
		b.ch = make(chan struct{})
	}
	return b.ch
}

func (b *broadcast) wake() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ch != nil {
		close(b.ch)
		b.ch = nil
	}
}
