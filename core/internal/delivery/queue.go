// Package delivery hands values to a function of the program in order, one at a time.
package delivery

import (
	"math"
	"sync"
)

// Queue holds the values that wait for delivery. Its zero value is empty. It is safe for concurrent use.
type Queue[T any] struct {
	mu         sync.Mutex
	waiting    []T
	delivering bool
}

// Add queues a value for [Queue.Deliver].
func (q *Queue[T]) Add(value T) { q.AddRecent(value, math.MaxInt) }

// AddRecent is [Queue.Add], and drops the oldest value if more than most are waiting then.
func (q *Queue[T]) AddRecent(value T, most int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.waiting = append(q.waiting, value)
	q.waiting = q.waiting[max(0, len(q.waiting)-most):]
}

// Deliver calls give with each queued value. If another goroutine is already doing so, that goroutine delivers the new
// values too: calls do not overlap, and give may queue more. give must not panic.
func (q *Queue[T]) Deliver(give func(T)) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.delivering {
		return
	}
	q.delivering = true
	for len(q.waiting) > 0 {
		next := q.waiting[0]
		q.waiting = q.waiting[1:]
		q.mu.Unlock()
		give(next)
		q.mu.Lock()
	}
	q.delivering, q.waiting = false, nil
}

// Idle reports whether no value waits or is being delivered.
func (q *Queue[T]) Idle() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return !q.delivering && len(q.waiting) == 0
}
