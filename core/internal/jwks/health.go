package jwks

import "time"

// State sums up how a key set is doing.
type State string

// The states of a [Source].
const (
	StateEmpty       State = "empty"       // never fetched
	StateFresh       State = "fresh"       // all is well
	StateRefreshing  State = "refreshing"  // fresh, and a fetch is under way
	StateStale       State = "stale"       // past its freshness: renewed by the next request, or last-known-good in an outage
	StateUnavailable State = "unavailable" // nothing to serve, and the last fetch failed
	StateStatic      State = "static"      // given beforehand, never fetched
)

// KeyInfo describes a usable key.
type KeyInfo struct {
	ID   string // at most 64 printable bytes
	Alg  string
	Kty  string
	Crv  string
	Bits int
}

// DiscoveryHealth describes the issuer's metadata document.
type DiscoveryHealth struct {
	URL                   string // redacted
	JWKSURL               string // what it named last, redacted
	FetchedAt, FreshUntil time.Time
	Fetches, Failures     uint64
	LastError             error // of the last attempt
}

// Health is a picture of a [Source] at one moment. Times that do not apply are zero.
type Health struct {
	State      State
	URL        string    // redacted; the discovery document's with Discovery
	FetchedAt  time.Time // when the set at hand was asked for
	FreshUntil time.Time
	RefreshAt  time.Time
	StaleUntil time.Time
	NextTry    time.Time // end of the back-off, while there is one
	Age        time.Duration
	Keys       []KeyInfo
	Skipped    []Skip
	LastError  error // *FetchError of the last fetch, nil after a good one
	CacheError error // *CacheError, the last there was

	Fetches     uint64 // requests for the set, answered or not
	Failures    uint64 // fetches that brought nothing, discovery included
	NotModified uint64 // 304
	UnknownKids uint64 // lookups refused with *UnknownKeyError
	Throttled   uint64 // of these, without asking the issuer
	CacheLoads  uint64 // sets taken from the cache

	Discovery *DiscoveryHealth // nil without Discovery
}

// Health returns the present state. It does no I/O and never waits for a fetch.
func (s *Source) Health() Health {
	now := s.clock.Now()
	s.mu.Lock()
	snap, flying, lastErr, nextTry := s.snap.Load(), s.flight != nil, s.lastErr, s.nextTry
	s.mu.Unlock()

	h := Health{
		State: s.state(snap, flying, lastErr, now), URL: s.shownURL, LastError: lastErr,
		Fetches: s.fetches.Load(), Failures: s.failed.Load(), NotModified: s.notModified.Load(),
		UnknownKids: s.unknownKids.Load(), Throttled: s.throttled.Load(), CacheLoads: s.cacheLoads.Load(),
	}
	if now.Before(nextTry) {
		h.NextTry = nextTry
	}
	if cacheErr := s.cacheErr.Load(); cacheErr != nil {
		h.CacheError = cacheErr
	}
	if snap != nil {
		for _, k := range snap.set.keys {
			h.Keys = append(h.Keys, KeyInfo{ID: printable(k.ID, shownBytes), Alg: k.Alg, Kty: k.Kty, Crv: k.Crv, Bits: k.Bits})
		}
		h.Skipped = append(h.Skipped, snap.set.skipped...)
	}
	if snap != nil && !s.static {
		h.FetchedAt, h.RefreshAt = snap.fetchedAt, snap.refreshAt
		h.FreshUntil, h.StaleUntil = snap.freshUntil, snap.staleUntil
		h.Age = now.Sub(snap.fetchedAt)
	}
	if s.cfg.Discovery {
		h.Discovery = s.discoveryHealth()
	}
	return h
}

func (s *Source) state(snap *snapshot, flying bool, lastErr error, now time.Time) State {
	ph := snap.phase(now)
	switch {
	case s.static:
		return StateStatic
	case ph == absent && lastErr != nil:
		return StateUnavailable
	case snap == nil:
		return StateEmpty
	case ph == absent, ph == stale:
		return StateStale
	case flying:
		return StateRefreshing
	}
	return StateFresh
}

func (s *Source) discoveryHealth() *DiscoveryHealth {
	dh := &DiscoveryHealth{
		URL: s.shownURL, Fetches: s.discoFetches.Load(), Failures: s.discoFailures.Load(),
	}
	if d := s.disco.Load(); d != nil {
		dh.FetchedAt, dh.FreshUntil, dh.LastError = d.fetchedAt, d.freshUntil, d.err
		if d.jwksURL != "" {
			dh.JWKSURL = redactURL(d.jwksURL)
		}
	}
	return dh
}
