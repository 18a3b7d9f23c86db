package upstream

import "time"

// Bucket is a token bucket: it allows perSecond events a second on average, and twice as many at once. It is not safe
// for concurrent use.
type Bucket struct {
	perSecond, tokens float64
	filled            time.Time
}

// NewBucket returns a full bucket.
func NewBucket(perSecond int, now time.Time) Bucket {
	return Bucket{perSecond: float64(perSecond), tokens: 2 * float64(perSecond), filled: now}
}

// Take takes a token and returns 0. If there is none, it returns how long to wait for one.
func (b *Bucket) Take(now time.Time) time.Duration {
	if wait := b.Wait(now); wait > 0 {
		return wait
	}
	b.tokens--
	return 0
}

// Wait returns how long to wait until Take succeeds. It takes no token.
func (b *Bucket) Wait(now time.Time) time.Duration {
	if passed := now.Sub(b.filled); passed > 0 { // not if the clock was set back
		b.tokens = min(2*b.perSecond, b.tokens+passed.Seconds()*b.perSecond)
	}
	b.filled = now
	if b.tokens < 1 {
		return time.Duration((1 - b.tokens) / b.perSecond * float64(time.Second))
	}
	return 0
}

// Refund puts back a token that was taken.
func (b *Bucket) Refund() { b.tokens = min(2*b.perSecond, b.tokens+1) }
