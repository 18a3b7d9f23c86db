package jwks

import (
	"context"
	"sync"

	"github.com/revstackhq/auth-go/core/event"
)

// maxQueued is how many events may wait for a slow observer. When the queue is full, the oldest is dropped.
const maxQueued = 64

// eventQueue delivers the events of fetches in order, one at a time. A slow observer delays only the goroutine that
// delivers, not a fetch or a request.
type eventQueue struct {
	mu         sync.Mutex
	queue      []queued
	delivering bool
}

// queued is an event with the context of the request that started its fetch.
type queued struct {
	ctx   context.Context //nolint:containedctx // carries values only, to the observer
	event event.Event
}

// enqueue queues events for [Source.deliver].
func (s *Source) enqueue(ctx context.Context, events []event.Event) {
	if s.cfg.Emit == nil {
		return
	}
	o := &s.events
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, ev := range events {
		o.queue = append(o.queue, queued{ctx, ev})
	}
	o.queue = o.queue[max(0, len(o.queue)-maxQueued):]
}

// deliver emits the queued events. If another goroutine is already doing so, that goroutine emits the new ones too.
func (s *Source) deliver() {
	o := &s.events
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

// emit calls the observer. A panic in it must not fail a fetch or a request.
func (s *Source) emit(ctx context.Context, ev event.Event) {
	if s.cfg.Emit == nil {
		return
	}
	defer func() { _ = recover() }()
	s.cfg.Emit(ctx, ev)
}
