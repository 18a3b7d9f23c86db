package jwks

import (
	"math/rand/v2"
	"time"
)

// aheadJitter is how far the refresh point moves either way, as a share of the freshness.
const aheadJitter = 0.05

// snapshot is a set with its dates, immutable once it is published.
type snapshot struct {
	set                    *Set
	url                    string // where it came from
	fetchedAt, refreshAt   time.Time
	freshUntil, staleUntil time.Time
	etag, modified         string
	body                   []byte // kept only for the cache
}

// phase says how a snapshot may be used.
type phase int

const (
	absent phase = iota // nothing, or past staleUntil
	fresh               // use it
	due                 // use it, and renew it behind
	stale               // renew it first; last-known-good when that fails
)

func (sn *snapshot) phase(now time.Time) phase {
	switch {
	case sn == nil || reached(now, sn.staleUntil):
		return absent
	case reached(now, sn.freshUntil):
		return stale
	case reached(now, sn.refreshAt):
		return due
	}
	return fresh
}

// reached reports whether now is at or past t by the wall clock or by the monotonic one, where both have it. The
// monotonic clock stands still while a machine is suspended, and the wall clock may be set back: neither may prolong the use
// of a key.
func reached(now, t time.Time) bool {
	return !now.Before(t) || !now.Round(0).Before(t.Round(0))
}

// date sets a snapshot's dates from when it was fetched and how long it is fresh.
func (s *Source) date(sn *snapshot, fetchedAt time.Time, lifetime time.Duration) {
	sn.fetchedAt = fetchedAt
	sn.freshUntil = fetchedAt.Add(lifetime)
	// Spread, not secrecy, is what the jitter is for.
	share := s.policy.RefreshAhead + aheadJitter*(2*rand.Float64()-1) //nolint:gosec // G404: see above
	share = max(0, min(share, 1))
	sn.refreshAt = fetchedAt.Add(time.Duration(share * float64(lifetime)))
	sn.staleUntil = sn.freshUntil.Add(max(0, s.policy.MaxStale))
}
