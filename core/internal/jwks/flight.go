package jwks

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"
)

// purpose is why a flight was started.
type purpose int

const (
	scheduled  purpose = iota // the set is missing, due or stale
	unknownKey                // a token's key is not in a fresh set
)

// flight is one fetch and everyone who waits for it. The fields below done are written before it closes.
type flight struct {
	why    purpose
	want   query // what the first caller looks for
	number uint64

	launched time.Time // real time, by which waits are bounded
	events   []Event   // told when the waiters are gone

	done    chan struct{}
	snap    *snapshot // what is at hand afterwards; nil when there is nothing
	err     error
	nextTry time.Time // end of the back-off when err is set
}

// launch starts the flight if none is up, and reports whether it did. s.mu must be held.
func (s *Source) launch(why purpose, want query) (started bool) {
	if s.flight != nil {
		return false
	}
	s.flights++
	f := &flight{why: why, want: want, number: s.flights, launched: time.Now(), done: make(chan struct{})}
	s.flight = f
	go s.fly(f)
	return true
}

// fly is the only goroutine of a Source, and ends with the fetch.
func (s *Source) fly(f *flight) {
	// Detached from every caller: the first one's cancelled request must not fail the others' fetch.
	ctx, cancel := context.WithTimeout(context.Background(), s.policy.FetchTimeout)
	defer cancel()

	now := s.clock.Now()
	base := s.snap.Load()
	stored := s.recall(ctx, f, now)
	if stored != nil && (base == nil || stored.fetchedAt.After(base.fetchedAt)) {
		if base != nil {
			stored.set.inherit(base.set)
		}
		if f.satisfied(stored, now, s.policy.Cooldown) {
			s.cacheLoads.Add(1)
			s.land(f, stored, nil, Refreshed{FromCache: true})
			return
		}
		base = stored
	}
	next, unchanged, err := s.renew(ctx, base, now)
	if err != nil {
		if base == stored && stored != nil {
			s.cacheLoads.Add(1)
		}
		s.land(f, base, err, Refreshed{})
		return
	}
	if base != nil || len(next.set.keys) > 0 { // made-up key ids must not fill the cache
		s.save(ctx, f, next)
	}
	s.land(f, next, nil, Refreshed{NotModified: unchanged})
}

// satisfied reports whether a set another process fetched spares this flight its own fetch. For an unknown key it must
// hold the key, or be as young as the answer the cool-down would have us keep.
func (f *flight) satisfied(stored *snapshot, now time.Time, cooldown time.Duration) bool {
	if ph := stored.phase(now); ph == absent || ph == stale {
		return false
	}
	return f.why == scheduled || len(f.want.in(stored.set)) > 0 || now.Sub(stored.fetchedAt) < cooldown
}

// renew fetches the set; base, if it came from the same place, is revalidated and lends its key pointers.
func (s *Source) renew(ctx context.Context, base *snapshot, now time.Time) (next *snapshot, unchanged bool, err error) {
	target, err := s.locate(ctx, now)
	if err != nil {
		return nil, false, err
	}
	var v validators
	if base != nil && base.url == target {
		v = validators{etag: base.etag, modified: base.modified}
	}
	r := request{
		url:        target,
		accept:     acceptSet,
		validators: v,
		publicOnly: s.cfg.publicOnly(target),
	}
	if s.cfg.pemKid != "" {
		r.accept, r.pem = acceptPEM, true
	}
	s.fetches.Add(1)
	got, err := guard(ctx, s.pull(r))
	if err != nil {
		err = asFetchError(err, target)
		s.rediscover(err)
		return nil, false, err
	}
	lifetime, stated := freshness(s.policy, got.ans.header, now)
	if got.ans.notModified {
		s.notModified.Add(1)
		same := *base
		if !stated { // RFC 9111 §4.3.4: what a 304 leaves out stays as it was
			lifetime = base.freshUntil.Sub(base.fetchedAt)
		}
		same.etag = cmp.Or(validator(got.ans.header, "ETag"), base.etag)
		s.date(&same, now, lifetime)
		return &same, true, nil
	}
	if len(got.set.keys) == 0 { // a page that is not there now may be there soon
		lifetime = s.policy.MinFresh
	}
	if base != nil {
		got.set.inherit(base.set)
	}
	next = &snapshot{
		set: got.set, url: target,
		etag: validator(got.ans.header, "ETag"), modified: validator(got.ans.header, "Last-Modified"),
	}
	if s.cfg.Cache != nil {
		next.body = got.ans.body
	}
	s.date(next, now, lifetime)
	return next, false, nil
}

// land publishes the outcome: snap, if any, is what to serve from now on, with or without err.
func (s *Source) land(f *flight, snap *snapshot, err error, done Refreshed) {
	now := s.clock.Now()
	s.mu.Lock()
	if snap != nil {
		s.snap.Store(snap)
	}
	s.lastErr, s.flight = err, nil
	if err == nil {
		s.failures, s.lastTimedOut, s.nextTry = 0, false, time.Time{}
		if f.why == unknownKey { // a failed fetch does not use up the cool-down; the back-off guards it
			s.cooldownUntil = now.Add(s.policy.Cooldown)
		}
	} else {
		s.failures++
		var fe *FetchError
		known := errors.As(err, &fe)
		s.lastTimedOut = known && fe.Kind == KindTimeout
		wait := jitter(s.policy.Backoff(s.failures))
		if known {
			wait = max(wait, fe.RetryAfter)
		}
		s.nextTry = now.Add(wait)
	}
	f.snap, f.err, f.nextTry = snap, err, s.nextTry
	if ev := s.outcome(f, now, done); ev != nil {
		f.events = append(f.events, ev)
	}
	s.post(f.events)
	s.mu.Unlock()

	if err != nil {
		s.failed.Add(1)
	}
	close(f.done)
	s.deliver() // after the waiters have gone: a slow observer must hold nobody
}

// outcome returns the event that describes how f ended, nil for a key's page that is not there: the lookup says that.
func (s *Source) outcome(f *flight, now time.Time, done Refreshed) Event {
	if f.err == nil && len(f.snap.set.keys) == 0 {
		return nil
	}
	if f.err == nil {
		done.URL, done.FreshUntil = s.shownURL, f.snap.freshUntil
		done.Keys, done.Skipped = len(f.snap.set.keys), len(f.snap.set.skipped)
		return done
	}
	switch f.snap.phase(now) {
	case absent:
		return Unavailable{URL: s.shownURL, Err: f.err, NextTry: f.nextTry}
	case stale:
		return Stale{URL: s.shownURL, Since: f.snap.freshUntil, Until: f.snap.staleUntil, Err: f.err}
	default:
		return RefreshFailed{URL: s.shownURL, Err: f.err, NextTry: f.nextTry}
	}
}

// jitter shortens a wait by up to a fifth: fleets fall out of step, and no promise about the longest wait breaks.
func jitter(wait time.Duration) time.Duration {
	return time.Duration((0.8 + 0.2*rand.Float64()) * float64(wait)) //nolint:gosec // G404: spread, not secrecy
}

// guard runs fn, which calls somebody else's code, so that neither its panic nor its deafness to ctx can hold the
// flight up. A deaf fn is left behind with its goroutine; what it returns is dropped.
func guard[T any](ctx context.Context, fn func(context.Context) (T, error)) (T, error) {
	type outcome struct {
		value T
		err   error
	}
	out := make(chan outcome, 1)
	go func() {
		defer func() {
			if r := recover(); r != nil {
				out <- outcome{err: &FetchError{Kind: KindPanic, Err: errors.New(printable(fmt.Sprint(r), 2*shownBytes))}}
			}
		}()
		value, err := fn(ctx)
		out <- outcome{value, err}
	}()
	select {
	case o := <-out:
		return o.value, o.err
	case <-ctx.Done():
		var zero T
		return zero, ctx.Err()
	}
}

// asFetchError gives every failure of a fetch the same type and its URL.
func asFetchError(err error, rawURL string) error {
	var fe *FetchError
	if !errors.As(err, &fe) {
		kind, cause := classify(err)
		return &FetchError{Kind: kind, URL: redactURL(rawURL), Err: cause}
	}
	if fe.URL == "" {
		named := *fe
		named.URL = redactURL(rawURL)
		if named.Err != nil {
			named.Err = scrub(named.Err, rawURL)
		}
		return &named
	}
	return fe
}
