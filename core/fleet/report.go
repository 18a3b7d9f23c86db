package fleet

import "sync"

// reports are the entries that [Options.OnEntry] has not been called with yet.
type reports struct {
	mu      sync.Mutex
	queue   []Entry
	running bool
}

// report calls [Options.OnEntry]. If a call is running, its caller makes the next one too: calls do not overlap, and
// OnEntry may revoke.
func (r *Revocations) report(e Entry) {
	if r.options.OnEntry == nil || r.reason() == Starting {
		return
	}
	q := &r.reports
	q.mu.Lock()
	defer q.mu.Unlock()
	q.queue = append(q.queue, e)
	if q.running {
		return
	}
	q.running = true
	for len(q.queue) > 0 {
		next := q.queue[0]
		q.queue = q.queue[1:]
		q.mu.Unlock()
		r.reportOne(next)
		q.mu.Lock()
	}
	q.running = false
}

func (r *Revocations) reportOne(e Entry) {
	defer func() {
		if p := recover(); p != nil {
			r.options.Logger.Error("auth: fleet: OnEntry panicked", "panic", p)
		}
	}()
	r.options.OnEntry(e)
}
