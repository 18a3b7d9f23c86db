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
	url                    string // where the set came from
	fetchedAt, refreshAt   time.Time
	freshUntil, staleUntil time.Time
	etag, modified         string
	body                   []byte // kept only for the cache
}

// newerThan returns sn if it was fetched after other, and nil otherwise. Both may be nil.
func (sn *snapshot) newerThan(other *snapshot) *snapshot {
	if sn == nil || other != nil && !sn.fetchedAt.After(other.fetchedAt) {
		return nil
	}
	return sn
}

// phase says how a snapshot may be used.
type phase int

const (
	absent phase = iota // nothing, or past staleUntil
	fresh               // use it
	due                 // use it, and refresh it in the background
	stale               // refresh it first; use it if that fails
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

// reached reports whether now is at or past t by the wall clock or by the monotonic clock, if both times have it. The
// monotonic clock stops while a machine is suspended, and the wall clock may be set back; neither may extend the use of
// a key.
func reached(now, t time.Time) bool {
	return !now.Before(t) || !now.Round(0).Before(t.Round(0))
}

// setDates sets a snapshot's dates from when it was fetched and how long it is fresh.
func (s *Source) setDates(sn *snapshot, fetchedAt time.Time, lifetime time.Duration) {
	sn.fetchedAt = fetchedAt
	sn.freshUntil = fetchedAt.Add(lifetime)
	share := s.cfg.Policy.RefreshAhead + aheadJitter*(2*rand.Float64()-1) //nolint:gosec // G404: spread, not secrecy
	share = max(0, min(share, 1))
	sn.refreshAt = fetchedAt.Add(time.Duration(share * float64(lifetime)))
	sn.staleUntil = sn.freshUntil.Add(max(0, s.cfg.Policy.MaxStale))
}
