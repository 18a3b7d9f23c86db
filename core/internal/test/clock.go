package test

import (
	"sync"
	"time"
)

// Epoch is when the tests take place.
func Epoch() time.Time { return time.Unix(1_800_000_000, 0).UTC() }

// Clock is a clock that only moves when it is advanced. It is safe for
// concurrent use.
type Clock struct {
	mu sync.Mutex
	at time.Time
}

// NewClock returns a clock at [Epoch].
func NewClock() *Clock { return &Clock{at: Epoch()} }

// Now returns the clock's time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

// Advance moves the clock by d.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}
