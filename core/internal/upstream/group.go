package upstream

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

var (
	// ErrBusy means that as many calls are running as the group allows.
	ErrBusy = errors.New("too many calls are running")
	// ErrTimeout means that a call took longer than it may.
	ErrTimeout = errors.New("no answer in time")
)

// Group runs one call at a time for each key, and every request that needs the result waits for that call. A request
// whose context ends stops waiting; the call continues for the others. Group is safe for concurrent use.
type Group[K comparable, V any] struct {
	timeout time.Duration
	slots   chan struct{} // one for each call that runs, abandoned ones included

	mu      sync.Mutex
	running map[K]*flight[V]
}

type flight[V any] struct {
	done  chan struct{} // closed once the fields below are set
	value V
	err   error
}

// NewGroup returns a group. calls bounds how many calls run at once, and timeout how long each may take.
func NewGroup[K comparable, V any](calls int, timeout time.Duration) *Group[K, V] {
	return &Group[K, V]{timeout: timeout, slots: make(chan struct{}, calls), running: map[K]*flight[V]{}}
}

// Call is what a group runs for a key.
type Call[V any] struct {
	// Known, if it is set, returns a remembered result. It runs before a call starts, so that the call is not repeated
	// if another one ended after the caller looked for a result.
	Known func() (V, bool)
	// Run makes the call. Its context has the values of the caller's, without its end.
	Run func(context.Context) (V, error)
	// Settle, if it is set, gets the result before any caller does, and may change it. It runs once for each call, even
	// for one that does not return in time.
	Settle func(V, error) (V, error)
}

// Do makes the call, or waits for a call with this key that is already running, and returns its result. The error is
// the call's own, [ErrBusy], [ErrTimeout] or, if the caller's context ended, ctx.Err().
func (g *Group[K, V]) Do(ctx context.Context, key K, call Call[V]) (V, error) {
	f, err := g.join(ctx, key, call)
	var zero V
	if err != nil {
		return zero, err
	}
	select {
	case <-f.done:
		return f.value, f.err
	case <-ctx.Done():
		return zero, ctx.Err()
	}
}

// join returns the flight for the key, which it starts if there is none.
func (g *Group[K, V]) join(ctx context.Context, key K, call Call[V]) (*flight[V], error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if f := g.running[key]; f != nil {
		return f, nil
	}
	if call.Known != nil {
		if value, ok := call.Known(); ok {
			f := &flight[V]{done: make(chan struct{}), value: value}
			close(f.done)
			return f, nil
		}
	}
	select {
	case g.slots <- struct{}{}:
	default:
		return nil, ErrBusy
	}
	f := &flight[V]{done: make(chan struct{})}
	g.running[key] = f
	go g.run(context.WithoutCancel(ctx), key, f, call)
	return f, nil
}

func (g *Group[K, V]) run(ctx context.Context, key K, f *flight[V], call Call[V]) {
	ctx, cancel := context.WithTimeout(ctx, g.timeout)
	defer cancel()
	result := make(chan flight[V], 1)
	go func() {
		defer func() { <-g.slots }()
		var r flight[V]
		r.value, r.err = Protect(func() (V, error) { return call.Run(ctx) })
		result <- r
	}()
	select {
	case r := <-result:
		f.value, f.err = r.value, r.err
	case <-ctx.Done(): // the call ignores the end of its context: its result is dropped, and its slot stays taken
		f.err = ErrTimeout
	}
	if errors.Is(f.err, context.DeadlineExceeded) {
		f.err = ErrTimeout
	}
	if call.Settle != nil {
		f.value, f.err = call.Settle(f.value, f.err)
	}
	g.mu.Lock()
	delete(g.running, key)
	g.mu.Unlock()
	close(f.done)
}

// Protect calls fn and returns its results, or an error if fn panics: fn runs code of the program, such as a client
// or a store.
func Protect[V any](fn func() (V, error)) (value V, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %T", p) // not its text, which may hold the token
		}
	}()
	return fn()
}
