package upstream

import (
	"sync"
	"time"
)

const (
	// threshold is the number of consecutive failures after which no more calls are made: a single failure may be caused
	// by one token.
	threshold = 3
	// The pause after that doubles from minPause to maxPause with each failed probe.
	minPause, maxPause = time.Second, 30 * time.Second
	// maxRetryAfter bounds the pause that a server asks for itself.
	maxRetryAfter = 5 * time.Minute
)

// Breaker stops calls to a failing server, so that requests are answered at once instead of waiting. After each pause
// one call probes whether the server works again. The zero value is ready. It is safe for concurrent use.
type Breaker struct {
	mu       sync.Mutex
	failures int // in a row
	until    time.Time
	probing  bool
}

// Allow reports whether a call may be made, or how long to wait before the next try. A caller that is allowed must
// report the result by Succeeded, Failed or Abandoned.
func (b *Breaker) Allow(now time.Time) (wait time.Duration, ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case b.until.IsZero():
		return 0, true
	case now.Before(b.until):
		return b.until.Sub(now), false
	case b.probing:
		return minPause, false
	}
	b.probing = true
	return 0, true
}

// Succeeded ends the pause. It reports whether there was one.
func (b *Breaker) Succeeded() (recovered bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	recovered = !b.until.IsZero()
	b.failures, b.until, b.probing = 0, time.Time{}, false
	return recovered
}

// Failed counts a failure. retryAfter is the pause that the server asked for, or 0. It reports whether this failure
// began the pause.
func (b *Breaker) Failed(now time.Time, retryAfter time.Duration) (opened bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.until.IsZero() && !b.probing {
		return false // the call was already running when the pause began
	}
	b.failures++
	b.probing = false
	if b.failures < threshold && retryAfter <= 0 {
		return false
	}
	pause := minPause
	for n := threshold; n < b.failures && pause < maxPause; n++ {
		pause *= 2
	}
	pause = max(min(pause, maxPause), min(retryAfter, maxRetryAfter))
	opened = b.until.IsZero()
	b.until = now.Add(pause)
	return opened
}

// Abandoned takes back a call that was allowed and not made.
func (b *Breaker) Abandoned() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.probing = false
}
