package authtest

import (
	"sync"
	"time"

	"github.com/revstackhq/auth-go/core/keys"
)

// Clock is a [keys.Clock] that only moves when it is set or advanced. It is safe
// for concurrent use. Create one with [NewClock].
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

var _ keys.Clock = (*Clock)(nil)

// NewClock returns a clock that shows at, or 2026-01-02 03:04:05 UTC if at is
// the zero time.
func NewClock(at time.Time) *Clock {
	if at.IsZero() {
		at = time.Date(2026, time.January, 2, 3, 4, 5, 0, time.UTC)
	}
	return &Clock{now: at}
}

// Now returns the time that the clock shows.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Advance moves the clock by d, backwards if d is negative.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// Set moves the clock to at.
func (c *Clock) Set(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = at
}
