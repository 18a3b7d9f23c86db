package jwks

import (
	"maps"
	"slices"
	"time"

	"github.com/revstackhq/auth-go/core/keys"
)

// Health returns the combined state of all keys: the worst state of any key, and the dates of the key that must be
// refreshed first; the clock skew is that of the last fetch. It does no I/O and never waits for a fetch.
func (d *Directory) Health() keys.Health {
	now := d.cfg.Clock.Now()
	d.mu.Lock()
	h := d.past
	h.Issuer, h.URL, h.State, h.Keys = d.cfg.Issuer, d.shownURL, keys.StateEmpty, []keys.Info{}
	if d.lastErr != nil {
		h.State, h.LastError, h.LastErrorKind = keys.StateUnavailable, d.lastErr.Error(), kindOf(d.lastErr)
	}
	if now.Before(d.nextTry) {
		h.NextTry = d.nextTry
	}
	known := *d.known.Load()
	d.mu.Unlock()

	h.UnknownKeys += d.unknownKids.Load()
	h.Throttled += d.throttled.Load()
	var latest time.Time
	for n, kid := range slices.Sorted(maps.Keys(known)) {
		one := known[kid].source.Health()
		if n == 0 || severity(one.State) > severity(h.State) {
			h.State = one.State
		}
		if n == 0 || one.FreshUntil.Before(h.FreshUntil) {
			h.FetchedAt, h.Age, h.RefreshAt = one.FetchedAt, one.Age, one.RefreshAt
			h.FreshUntil, h.StaleUntil = one.FreshUntil, one.StaleUntil
		}
		if n == 0 || one.FetchedAt.After(latest) {
			latest, h.ClockSkew = one.FetchedAt, one.ClockSkew
		}
		h.Keys = append(h.Keys, one.Keys...)
		if one.LastError != "" {
			h.LastError, h.LastErrorKind, h.NextTry = one.LastError, one.LastErrorKind, one.NextTry
		}
		if one.CacheError != "" {
			h.CacheError = one.CacheError
		}
		addCounts(&h, one)
	}
	return h
}

// severity orders states from good to bad.
func severity(s keys.State) int {
	return slices.Index([]keys.State{
		keys.StateStatic, keys.StateFresh, keys.StateRefreshing, keys.StateEmpty, keys.StateStale, keys.StateUnavailable,
	}, s)
}

// addCounts adds the counts of another source to h.
func addCounts(h *keys.Health, other keys.Health) {
	h.Fetches += other.Fetches
	h.Failures += other.Failures
	h.NotModified += other.NotModified
	h.UnknownKeys += other.UnknownKeys
	h.Throttled += other.Throttled
	h.CacheLoads += other.CacheLoads
}
