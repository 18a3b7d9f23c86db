package main

import (
	"context"
	"errors"
	"sync"
	"time"
)

// forever is the end of an outage that has not ended.
var forever = time.Unix(1<<40, 0)

// outage makes a dependency fail, and records when it failed.
type outage struct {
	// fail makes the dependency fail in one of its ways, and work again for "".
	fail func(way string)
	ways []string
	// early is how long the service must work without the dependency. late is how long the service may take to notice
	// that the dependency works again.
	early, late time.Duration

	mu    sync.Mutex
	spans []span
}

type span struct{ begin, end time.Time }

// excuses reports whether a request that was under way from begin to end may have been answered with 503.
func (o *outage) excuses(begin, end time.Time) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, s := range o.spans {
		if end.After(s.begin.Add(o.early)) && begin.Before(s.end.Add(o.late)) {
			return true
		}
	}
	return false
}

func (o *outage) count() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return len(o.spans)
}

// play makes the dependency fail in each of its ways in turn, for the time each. It returns false if ctx ended.
func (o *outage) play(ctx context.Context, each time.Duration) bool {
	o.mu.Lock()
	o.spans = append(o.spans, span{time.Now(), forever})
	o.mu.Unlock()
	for _, way := range o.ways {
		o.fail(way)
		rest(ctx, each)
	}
	o.fail("")
	o.mu.Lock()
	o.spans[len(o.spans)-1].end = time.Now()
	o.mu.Unlock()
	return ctx.Err() == nil
}

// rest waits for d. It returns false if ctx ended.
func rest(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return ctx.Err() == nil
	case <-ctx.Done():
		return false
	}
}

var errOutage = errors.New("the store is out of order")

// gate controls the calls of a store: it lets them through, fails them, or blocks them.
type gate struct {
	mu   sync.Mutex
	way  string
	held chan struct{} // closed when the way changes
}

func newGate() *gate { return &gate{held: make(chan struct{})} }

func (g *gate) set(way string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	close(g.held)
	g.way, g.held = way, make(chan struct{})
}

// pass returns an error if the call fails.
func (g *gate) pass(ctx context.Context) error {
	g.mu.Lock()
	way, held := g.way, g.held
	g.mu.Unlock()
	switch way {
	case "":
		return nil
	case "hang":
		select {
		case <-held:
			return errOutage
		case <-ctx.Done():
			return ctx.Err()
		}
	default:
		return errOutage
	}
}

// changed returns a channel that is closed when the way changes.
func (g *gate) changed() <-chan struct{} {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.held
}
