// Package outage decides when to log the failure of a dependency that every request needs.
package outage

import (
	"sync"
	"sync/atomic"
	"time"
)

// Log decides what is logged: the first failure and the recovery. A dependency
// that fails and recovers again and again is logged at most once in the time
// quiet, so that it cannot flood the log. It is safe for concurrent use.
type Log struct {
	active atomic.Bool // a failure or recovery is still to be reported

	mu       sync.Mutex
	reported bool // the last report was a failure
	at       time.Time
	failed   uint64
}

const quiet = 10 * time.Second

// Note counts a failure or a success. It returns true if the caller must report it,
// and for a success the number of failures since the last reported recovery.
func (o *Log) Note(failing bool, clock func() time.Time) (failed uint64, report bool) {
	if !failing && !o.active.Load() {
		return 0, false
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.active.Store(true)
	if failing {
		o.failed++
	}
	if failing == o.reported {
		o.active.Store(failing)
		return 0, false
	}
	now := clock()
	if !o.at.IsZero() && now.Sub(o.at) < quiet && !now.Before(o.at) {
		return 0, false
	}
	o.reported, o.at = failing, now
	o.active.Store(failing)
	failed = o.failed
	if !failing {
		o.failed = 0
	}
	return failed, true
}
