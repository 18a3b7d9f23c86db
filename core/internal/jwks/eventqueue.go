package jwks

import (
	"context"

	"github.com/revstackhq/auth-go/core/event"
)

// maxQueued is how many events may wait for a slow observer. When the queue is full, the oldest is dropped. A slow
// observer delays only the goroutine that delivers, not a fetch or a request.
const maxQueued = 64

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
	for _, ev := range events {
		s.events.AddRecent(queued{ctx, ev}, maxQueued)
	}
}

// deliver emits the queued events in order, one at a time.
func (s *Source) deliver() {
	s.events.Deliver(func(next queued) { s.emit(next.ctx, next.event) })
}

// emit calls the observer. A panic in it must not fail a fetch or a request.
func (s *Source) emit(ctx context.Context, ev event.Event) {
	if s.cfg.Emit == nil {
		return
	}
	defer func() { _ = recover() }()
	s.cfg.Emit(ctx, ev)
}
