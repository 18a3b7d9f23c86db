package jwks

import (
	"context"
	"errors"
	"time"
)

// seek answers q from the set at hand, or after the one flight. Exactly one of the results is set; keys may also be
// empty with the others nil, for a query that names what was tried.
func (s *Source) seek(ctx context.Context, q query) (keys []*Key, missing *UnknownKeyError, err error) {
	if s.static {
		return s.conclude(q, s.snap.Load().set, false)
	}
	now := s.clock.Now()
	plan := s.plan(q, now) //nolint:contextcheck // the flight is detached from ctx on purpose
	switch {
	case plan.err != nil:
		return nil, nil, plan.err
	case plan.flight == nil:
		return s.conclude(q, plan.set, true)
	}
	if plan.seated {
		defer s.leave()
	}
	var enough <-chan time.Time // never, unless keys are at hand
	if plan.stale {
		timer := time.NewTimer(patience(ctx, plan.flight.launched))
		defer timer.Stop()
		enough = timer.C
	}
	select {
	case <-plan.flight.done:
	case <-enough:
		return s.fallBack(q)
	case <-ctx.Done(): // ends this caller's wait, not the fetch
		return nil, nil, &UnavailableError{RetryAfter: s.policy.BackoffMin, Cause: ctx.Err()}
	}
	return s.settle(q, plan.flight)
}

const (
	// staleWait is how long a fetch holds requests up while last-known-good keys are at hand.
	staleWait = time.Second
	// maxWaiting is how many callers may wait for a key that no set at hand has: their tokens may all be made up.
	maxWaiting = 256
)

// errCrowd says why a caller is sent away at once.
var errCrowd = errors.New("too many requests wait for an unknown key already")

// patience returns how long a caller with last-known-good keys waits for a flight launched at the given time, so that
// half of the caller's own time is left for what it wants to do with them.
func patience(ctx context.Context, launched time.Time) time.Duration {
	wait := staleWait - time.Since(launched)
	if deadline, ok := ctx.Deadline(); ok {
		wait = min(wait, time.Until(deadline)/2)
	}
	return max(0, wait)
}

// fallBack answers from the keys at hand while the fetch still hangs.
func (s *Source) fallBack(q query) ([]*Key, *UnknownKeyError, error) {
	if snap := s.snap.Load(); snap.phase(s.clock.Now()) != absent {
		if keys := q.in(snap.set); len(keys) > 0 {
			return keys, nil, nil
		}
	}
	return nil, nil, &UnavailableError{RetryAfter: s.policy.BackoffMin, Cause: s.slow()}
}

// slow is the cause while a fetch hangs.
func (s *Source) slow() error {
	return &FetchError{Kind: KindTimeout, URL: s.shownURL, Err: errors.New("the fetch is still under way")}
}

// leave gives a seat of those who wait for unknown keys back.
func (s *Source) leave() {
	s.mu.Lock()
	s.waiting--
	s.mu.Unlock()
}

// conclude answers q from set alone.
func (s *Source) conclude(q query, set *Set, throttled bool) ([]*Key, *UnknownKeyError, error) {
	if keys := q.in(set); len(keys) > 0 || len(q.tried) > 0 {
		return keys, nil, nil
	}
	return nil, &UnknownKeyError{
		KeyID: printable(q.kid, shownBytes), Alg: printable(q.alg, shownBytes), Throttled: throttled, Skipped: set.skippedByKid[q.kid],
	}, nil
}

// plan is one decision: wait for flight, fail with err, or answer from set.
type plan struct {
	flight *flight
	stale  bool // last-known-good keys for the query are at hand: wait only so long
	seated bool // counted among those who wait for unknown keys
	err    error
	set    *Set
}

// plan decides under the lock, so that of all callers at one moment exactly one starts a flight.
func (s *Source) plan(q query, now time.Time) plan {
	s.mu.Lock()
	defer s.mu.Unlock()
	snap := s.snap.Load()
	ph := snap.phase(now)
	blocked := s.flight == nil && now.Before(s.nextTry) // in back-off
	started := false
	if ph != fresh && !blocked {
		started = s.launch(scheduled, q)
	}
	if ph == absent {
		return s.board(started, now)
	}
	if len(q.in(snap.set)) > 0 {
		// Past its freshness a set is renewed first, so that a revoked key is refused even when requests are rare; but
		// while fetches are known to fail nobody waits to hear it again.
		if ph == stale && !q.any && !s.failing(now) {
			return plan{flight: s.flight, stale: true}
		}
		return plan{set: snap.set}
	}
	var p plan
	if ph == stale {
		p = s.board(started, now)
	} else {
		p = s.stranger(q, snap, started, now)
	}
	if p.flight == nil {
		return p
	}
	if s.waiting >= maxWaiting {
		return plan{err: &UnavailableError{RetryAfter: s.policy.BackoffMin, Cause: errCrowd}}
	}
	s.waiting++
	p.seated = true
	return p
}

// stranger decides about a key that a fresh set does not have. It never waits on a limiter: it asks, or refuses.
func (s *Source) stranger(q query, snap *snapshot, started bool, now time.Time) plan {
	switch {
	case q.hasKid && s.refused.holds(q.kid, q.alg, now):
		return plan{set: snap.set}
	case s.cfg.pemKid != "" && len(snap.set.keys) > 0:
		return plan{set: snap.set} // the one key is for another algorithm: its page has no second
	case s.flight != nil || now.Before(s.nextTry):
		// In back-off the honest answer is "cannot know": the key may be new.
		return s.board(started, now)
	case now.Before(s.cooldownUntil):
		return plan{set: snap.set}
	}
	return s.board(s.launch(unknownKey, q), now)
}

// board returns the flight to wait for, or why not to wait: the back-off, or a retry of a fetch that lastTimedOut, for which
// the caller that started it waits alone.
func (s *Source) board(started bool, now time.Time) plan {
	switch {
	case s.flight == nil:
		return plan{err: &UnavailableError{RetryAfter: s.nextTry.Sub(now), Cause: s.lastErr}}
	case !started && s.lastTimedOut && s.failing(now):
		return plan{err: &UnavailableError{RetryAfter: s.policy.BackoffMin, Cause: s.lastErr}}
	}
	return plan{flight: s.flight}
}

// failing reports whether the last fetch failed, recently enough to expect the same of the next.
func (s *Source) failing(now time.Time) bool {
	return s.failures > 0 && now.Before(s.nextTry.Add(s.policy.BackoffMax))
}

// settle answers q after f has ended.
func (s *Source) settle(q query, f *flight) ([]*Key, *UnknownKeyError, error) {
	now := s.clock.Now()
	if f.err == nil { // a set that has just come is good for those who waited, whatever the clock did meanwhile
		if q.hasKid && len(q.in(f.snap.set)) == 0 {
			s.mu.Lock()
			s.refused.refuse(q.kid, q.alg, f.number, now)
			s.mu.Unlock()
		}
		return s.conclude(q, f.snap.set, false)
	}
	if f.snap.phase(now) != absent {
		if keys := q.in(f.snap.set); len(keys) > 0 {
			return keys, nil, nil // last-known-good
		}
	}
	return nil, nil, &UnavailableError{RetryAfter: max(0, f.nextTry.Sub(now)), Cause: f.err}
}
