package jwks

import (
	"context"
	"sync"

	"github.com/revstackhq/auth-go/core/event"
)

// maxQueued bounds the events that wait for a slow observer. The oldest is dropped for the newest.
const maxQueued = 64

// outbox delivers the events of fetches in order, one at a time. A slow observer delays the one goroutine that delivers,
// and neither a fetch nor a request.
type outbox struct {
	mu         sync.Mutex
	queue      []queued
	delivering bool
}

// queued is an event with the context of the request that started its fetch.
type queued struct {
	ctx   context.Context //nolint:containedctx // carries values only, to the observer
	event event.Event
}

// post queues events for [Source.deliver].
func (s *Source) post(ctx context.Context, events []event.Event) {
	if s.cfg.Emit == nil {
		return
	}
	o := &s.outbox
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, ev := range events {
		o.queue = append(o.queue, queued{ctx, ev})
	}
	o.queue = o.queue[max(0, len(o.queue)-maxQueued):]
}

// deliver emits what is queued, unless another goroutine is doing so: that one takes the new events along.
func (s *Source) deliver() {
	o := &s.outbox
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.delivering {
		return
	}
	o.delivering = true
	for len(o.queue) > 0 {
		next := o.queue[0]
		o.queue = o.queue[1:]
		o.mu.Unlock()
		s.emit(next.ctx, next.event)
		o.mu.Lock()
	}
	o.delivering, o.queue = false, nil
}

// emit calls the observer. If it panics, that must not take a fetch or a request down.
func (s *Source) emit(ctx context.Context, ev event.Event) {
	if s.cfg.Emit == nil {
		return
	}
	defer func() { _ = recover() }()
	s.cfg.Emit(ctx, ev)
}
