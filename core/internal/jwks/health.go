package jwks

import (
	"errors"
	"time"

	"github.com/revstackhq/auth-go/core/keys"
)

// Health returns the present state. It does no I/O and never waits for a fetch.
func (s *Source) Health() keys.Health {
	now := s.cfg.Clock.Now()
	s.mu.Lock()
	snap, fetching, lastErr, nextTry := s.snap.Load(), s.refresh != nil, s.lastErr, s.nextTry
	s.mu.Unlock()

	h := keys.Health{
		Issuer:      s.cfg.Issuer,
		URL:         s.shownURL,
		State:       s.state(snap, fetching, lastErr, now),
		Keys:        []keys.Info{},
		Fetches:     s.fetches.Load(),
		Failures:    s.failed.Load(),
		NotModified: s.notModified.Load(),
		UnknownKeys: s.unknownKids.Load(),
		Throttled:   s.throttled.Load(),
		CacheLoads:  s.cacheLoads.Load(),
		ClockSkew:   time.Duration(s.clockSkew.Load()),
	}
	if lastErr != nil {
		h.LastError, h.LastErrorKind = lastErr.Error(), kindOf(lastErr)
	}
	var failed *FetchError
	if snap == nil && errors.As(lastErr, &failed) { // a set without a usable key: why not is in its entries
		h.Skipped = append(h.Skipped, failed.Skipped...)
	}
	if now.Before(nextTry) {
		h.NextTry = nextTry
	}
	if cacheErr := s.cacheErr.Load(); cacheErr != nil {
		h.CacheError = cacheErr.Error()
	}
	if snap != nil {
		for _, k := range snap.set.keys {
			h.Keys = append(h.Keys, k.info())
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

func (s *Source) state(snap *snapshot, fetching bool, lastErr error, now time.Time) keys.State {
	ph := snap.phase(now)
	switch {
	case s.static:
		return keys.StateStatic
	case ph == absent && lastErr != nil:
		return keys.StateUnavailable
	case snap == nil:
		return keys.StateEmpty
	case ph == absent, ph == stale:
		return keys.StateStale
	case fetching:
		return keys.StateRefreshing
	}
	return keys.StateFresh
}

func (s *Source) discoveryHealth() *keys.Discovery {
	h := &keys.Discovery{
		URL:      s.shownURL,
		Fetches:  s.discoveryFetches.Load(),
		Failures: s.discoveryFailures.Load(),
	}
	if d := s.discovery.Load(); d != nil {
		h.FetchedAt, h.FreshUntil = d.fetchedAt, d.freshUntil
		if d.err != nil {
			h.LastError = d.err.Error()
		}
		if d.jwksURL != "" {
			h.JWKSURL = redactURL(d.jwksURL)
		}
	}
	return h
}

// kindOf returns the kind of a failed fetch, "" for any other error.
func kindOf(err error) string {
	var fe *FetchError
	if errors.As(err, &fe) {
		return string(fe.Kind)
	}
	return ""
}

func (k *Key) info() keys.Info {
	return keys.Info{
		ID:        printable(k.ID, shownBytes),
		Algorithm: k.Algorithm,
		Type:      k.Kty,
		Curve:     k.Crv,
		Bits:      k.Bits,
	}
}
