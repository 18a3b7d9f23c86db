package jwks

import (
	"context"
	"errors"
	"time"
)

// query is what a caller wants to find.
type query struct {
	kid    string
	hasKid bool
	alg    string
	tried  []*Key // Relearn: keys that have failed already
	any    bool   // Ready: any key will do
}

func (q query) in(set *Set) []*Key {
	if q.any {
		return set.keys
	}
	keys := set.Lookup(q.kid, q.hasKid, q.alg)
	if len(q.tried) == 0 {
		return keys
	}
	return without(keys, q.tried)
}

// find answers q from the current set, or waits for the shared fetch and answers from its result. Exactly one of the
// results is set, except for a query with tried keys: then all of them may be empty.
func (s *Source) find(ctx context.Context, q query) (found []*Key, missing *UnknownKeyError, err error) {
	if s.static {
		return s.fromSet(q, s.snap.Load().set, false)
	}
	plan := s.plan(ctx, q, s.cfg.Clock.Now())
	switch {
	case plan.err != nil:
		return nil, nil, plan.err
	case plan.refresh == nil:
		return s.fromSet(q, plan.set, true)
	}
	if plan.counted {
		defer s.stopWaiting()
	}
	var timedOut <-chan time.Time // nil, which never fires, unless there are last-known-good keys
	if plan.stale {
		timer := time.NewTimer(staleTimeout(ctx, plan.refresh.started))
		defer timer.Stop()
		timedOut = timer.C
	}
	select {
	case <-plan.refresh.done:
	case <-timedOut:
		return s.fromStaleSet(q)
	case <-ctx.Done(): // this caller stops waiting; the fetch goes on
		return nil, nil, &UnavailableError{RetryAfter: s.cfg.Policy.BackoffMin, Cause: ctx.Err()}
	}
	return s.afterFetch(q, plan.refresh)
}

const (
	// maxStaleWait is how long a request waits for a fetch while there are last-known-good keys.
	maxStaleWait = time.Second
	// maxWaiting is how many callers may wait for a key that the current set lacks. An attacker can make up such tokens,
	// and each one keeps a request open for as long as a fetch takes.
	maxWaiting = 256
)

// errTooManyWaiting is the cause for callers beyond maxWaiting.
var errTooManyWaiting = errors.New("too many requests already wait for an unknown key")

// staleTimeout returns how long a caller with last-known-good keys waits for a fetch that began at started: at most
// half of the time to the caller's deadline.
func staleTimeout(ctx context.Context, started time.Time) time.Duration {
	wait := maxStaleWait - time.Since(started)
	if deadline, ok := ctx.Deadline(); ok {
		wait = min(wait, time.Until(deadline)/2)
	}
	return max(0, wait)
}

// fromStaleSet answers from the last-known-good keys while the fetch hangs.
func (s *Source) fromStaleSet(q query) ([]*Key, *UnknownKeyError, error) {
	if snap := s.snap.Load(); snap.phase(s.cfg.Clock.Now()) != absent {
		if found := q.in(snap.set); len(found) > 0 {
			return found, nil, nil
		}
	}
	return nil, nil, &UnavailableError{RetryAfter: s.cfg.Policy.BackoffMin, Cause: &FetchError{
		Kind: KindTimeout,
		URL:  s.shownURL,
		Err:  errors.New("the fetch is still under way"),
	}}
}

// stopWaiting undoes the count that plan increased.
func (s *Source) stopWaiting() {
	s.mu.Lock()
	s.waiting--
	s.mu.Unlock()
}

// fromSet answers q from set alone.
func (s *Source) fromSet(q query, set *Set, throttled bool) ([]*Key, *UnknownKeyError, error) {
	if found := q.in(set); len(found) > 0 || len(q.tried) > 0 {
		return found, nil, nil
	}
	return nil, &UnknownKeyError{
		KeyID:     printable(q.kid, shownBytes),
		Alg:       printable(q.alg, shownBytes),
		Throttled: throttled,
		Skipped:   set.skippedByKid[q.kid],
	}, nil
}

// plan is the decision about one query: wait for refresh, fail with err, or answer from set.
type plan struct {
	refresh *refresh
	stale   bool // there are last-known-good keys for the query: wait for a limited time
	counted bool // counted in Source.waiting
	err     error
	set     *Set
}

// plan decides how to answer q. It holds the lock, so that only one of all concurrent callers starts a fetch.
func (s *Source) plan(ctx context.Context, q query, now time.Time) plan {
	s.mu.Lock()
	defer s.mu.Unlock()
	snap := s.snap.Load()
	ph := snap.phase(now)
	blocked := s.refresh == nil && now.Before(s.nextTry) // in back-off
	started := false
	if ph != fresh && !blocked {
		started = s.start(ctx, scheduled, q)
	}
	if ph == absent {
		return s.waitOrFail(started, now)
	}
	if len(q.in(snap.set)) > 0 {
		// A stale set is refreshed before it is used, so that a revoked key is rejected even when requests are rare.
		// During an outage no request waits for the next failure.
		if ph == stale && !q.any && !s.failing(now) {
			return plan{refresh: s.refresh, stale: true}
		}
		return plan{set: snap.set}
	}
	var p plan
	if ph == stale {
		p = s.waitOrFail(started, now)
	} else {
		p = s.unknownKid(ctx, q, snap, started, now)
	}
	if p.refresh == nil {
		return p
	}
	if s.waiting >= maxWaiting {
		return plan{err: &UnavailableError{RetryAfter: s.cfg.Policy.BackoffMin, Cause: errTooManyWaiting}}
	}
	s.waiting++
	p.counted = true
	return p
}

// unknownKid decides whether to fetch again for a key id that the fresh set lacks. Anyone can make up key ids, so the
// cool-down limits the fetches that they cause, and a key id that was refused recently is refused at once.
func (s *Source) unknownKid(ctx context.Context, q query, snap *snapshot, started bool, now time.Time) plan {
	switch {
	case q.hasKid && s.refused.contains(q.kid, q.alg, now):
		return plan{set: snap.set}
	case s.cfg.pemKid != "" && len(snap.set.keys) > 0:
		return plan{set: snap.set} // the URL has a single key, and that key is for another algorithm
	case s.refresh != nil || now.Before(s.nextTry):
		// During the back-off the key may be new, so the answer is "unavailable" and not "unknown".
		return s.waitOrFail(started, now)
	case now.Before(s.cooldownUntil):
		return plan{set: snap.set}
	}
	return s.waitOrFail(s.start(ctx, unknownKey, q), now)
}

// waitOrFail returns the fetch to wait for. It fails during the back-off, and while a fetch that timed out is retried:
// then only the caller that started the retry waits for it, or every request would hang as long as the issuer does.
func (s *Source) waitOrFail(started bool, now time.Time) plan {
	switch {
	case s.refresh == nil:
		return plan{err: &UnavailableError{RetryAfter: s.nextTry.Sub(now), Cause: s.lastErr}}
	case !started && s.lastTimedOut && s.failing(now):
		return plan{err: &UnavailableError{RetryAfter: s.cfg.Policy.BackoffMin, Cause: s.lastErr}}
	}
	return plan{refresh: s.refresh}
}

// failing reports whether the last fetch failed, recently enough to expect the same of the next.
func (s *Source) failing(now time.Time) bool {
	return s.failures > 0 && now.Before(s.nextTry.Add(s.cfg.Policy.BackoffMax))
}

// afterFetch answers q once f has ended.
func (s *Source) afterFetch(q query, f *refresh) ([]*Key, *UnknownKeyError, error) {
	now := s.cfg.Clock.Now()
	if f.err == nil { // those who waited use the new set, even if it is no longer fresh by now
		if q.hasKid && len(q.in(f.snap.set)) == 0 {
			s.mu.Lock()
			s.refused.refuse(q.kid, q.alg, f.number, now)
			s.mu.Unlock()
		}
		return s.fromSet(q, f.snap.set, false)
	}
	if f.snap.phase(now) != absent {
		if found := q.in(f.snap.set); len(found) > 0 {
			return found, nil, nil // last-known-good
		}
	}
	return nil, nil, &UnavailableError{RetryAfter: max(0, f.nextTry.Sub(now)), Cause: f.err}
}
