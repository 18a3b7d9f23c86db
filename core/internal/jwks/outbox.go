package jwks

import "sync"

// maxQueued bounds the events that wait behind an observer that hangs; the oldest is dropped for the newest.
const maxQueued = 64

// outbox hands the events of flights to the observer in order, one at a time. A slow observer holds up the one
// goroutine that delivers, and neither a fetch nor a request.
type outbox struct {
	mu         sync.Mutex
	queue      []Event
	delivering bool
}

// post queues events for [Source.deliver].
func (s *Source) post(events []Event) {
	if s.cfg.Emit == nil {
		return
	}
	o := &s.outbox
	o.mu.Lock()
	defer o.mu.Unlock()
	o.queue = append(o.queue, events...)
	o.queue = o.queue[max(0, len(o.queue)-maxQueued):]
}

// deliver hands out what is queued, unless a delivery is already going on that will take it along.
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
		s.emit(next)
		o.mu.Lock()
	}
	o.delivering, o.queue = false, nil
}

// emit hands ev to the observer. A panic there is the observer's own trouble: it must not take a fetch or a request down.
func (s *Source) emit(ev Event) {
	if s.cfg.Emit == nil {
		return
	}
	defer func() { _ = recover() }()
	s.cfg.Emit(ev)
}
