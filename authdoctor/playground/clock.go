package playground

import (
	"sync/atomic"
	"time"

	"github.com/revstackhq/auth-go/core/keys"
)

// maxAhead keeps the clock within the life of the certificates that the issuer
// signs for itself.
const maxAhead = 365 * 24 * time.Hour

// clock is a clock that can be moved ahead of another one.
type clock struct {
	base  keys.Clock
	ahead atomic.Int64
}

func newClock(base keys.Clock) *clock {
	if base == nil {
		base = systemClock{}
	}
	return &clock{base: base}
}

type systemClock struct{}

func (systemClock) Now() time.Time { return time.Now() }

// Now returns the time that the clock shows.
func (c *clock) Now() time.Time { return c.base.Now().Add(c.lead()) }

func (c *clock) lead() time.Duration { return time.Duration(c.ahead.Load()) }

// advance moves the clock ahead, and returns false if it would exceed maxAhead.
func (c *clock) advance(d time.Duration) bool {
	for {
		old := c.ahead.Load()
		if time.Duration(old)+d > maxAhead {
			return false
		}
		if c.ahead.CompareAndSwap(old, old+int64(d)) {
			return true
		}
	}
}
