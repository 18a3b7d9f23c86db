package jwks

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/revstackhq/auth-go/core/event"
)

// purpose is why a flight was started.
type purpose int

const (
	scheduled  purpose = iota // the set is missing, due or stale
	unknownKey                // a token's key is not in a fresh set
)

// flight is one fetch and everyone who waits for it. The fields below done are written before it closes.
type flight struct {
	ctx    context.Context //nolint:containedctx // the values of the request that started it, never its cancellation
	why    purpose
	want   query // what the first caller looks for
	number uint64

	started time.Time     // real time, by which waits are bounded
	events  []event.Event // emitted once the waiters have gone on

	done    chan struct{}
	snap    *snapshot // the current set afterwards; nil if there is none
	err     error
	nextTry time.Time // end of the back-off if err is set
}

// start starts a fetch if none is in flight, and reports whether it did. s.mu must be held.
func (s *Source) start(ctx context.Context, why purpose, want query) (started bool) {
	if s.flight != nil {
		return false
	}
	s.flights++
	f := &flight{
		// Detached from every caller: if the first one cancels its request, the others' fetch must go on.
		ctx:     context.WithoutCancel(ctx),
		why:     why,
		want:    want,
		number:  s.flights,
		started: time.Now(),
		done:    make(chan struct{}),
	}
	s.flight = f
	go s.run(f) //nolint:contextcheck // the flight has its own, made from ctx above
	return true
}

// run is the only goroutine of a Source. It ends with the fetch.
func (s *Source) run(f *flight) {
	ctx, cancel := context.WithTimeout(f.ctx, s.policy.FetchTimeout)
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
			s.finish(f, stored, nil, event.KeysRefreshed{FromCache: true})
			return
		}
		base = stored
	}
	next, unchanged, err := s.renew(ctx, base, now)
	if err != nil {
		if base == stored && stored != nil {
			s.cacheLoads.Add(1)
		}
		s.finish(f, base, err, event.KeysRefreshed{})
		return
	}
	if base != nil || len(next.set.keys) > 0 { // made-up key ids must not fill the cache
		s.save(ctx, f, next)
	}
	s.finish(f, next, nil, event.KeysRefreshed{NotModified: unchanged})
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
	got, err := call(ctx, s.pull(r))
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

// finish publishes the outcome: snap, if any, is what to serve from now on, with or without err.
func (s *Source) finish(f *flight, snap *snapshot, err error, done event.KeysRefreshed) {
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
	s.post(f.ctx, f.events)
	s.mu.Unlock()

	if err != nil {
		s.failed.Add(1)
	}
	close(f.done)
	s.deliver() // after the waiters have gone: a slow observer must hold nobody
}

// outcome returns the event that describes how f ended, nil for a key's page that is not there: the lookup says that.
func (s *Source) outcome(f *flight, now time.Time, done event.KeysRefreshed) event.Event {
	if f.err == nil && len(f.snap.set.keys) == 0 {
		return nil
	}
	took := time.Since(f.started)
	if f.err == nil {
		done.Provider, done.Issuer, done.URL, done.Took = s.cfg.Provider, s.cfg.Issuers, s.shownURL, took
		done.FreshUntil = f.snap.freshUntil
		done.Keys, done.Skipped = len(f.snap.set.keys), len(f.snap.set.skipped)
		return done
	}
	failure := event.KeyFailure{
		Provider: s.cfg.Provider,
		Issuer:   s.cfg.Issuers,
		URL:      s.shownURL,
		Kind:     kindOf(f.err),
		Err:      f.err,
		NextTry:  f.nextTry,
		Took:     took,
	}
	switch f.snap.phase(now) {
	case absent:
		return event.KeysUnavailable{KeyFailure: failure}
	case stale:
		return event.KeysStale{KeyFailure: failure, Since: f.snap.freshUntil, Until: f.snap.staleUntil}
	default:
		return event.KeysRefreshFailed{KeyFailure: failure}
	}
}

// jitter shortens a wait by up to a fifth: fleets fall out of step, and no promise about the longest wait breaks.
func jitter(wait time.Duration) time.Duration {
	return time.Duration((0.8 + 0.2*rand.Float64()) * float64(wait)) //nolint:gosec // G404: spread, not secrecy
}

// call runs fn, which calls code that was supplied from outside (HTTP client, cache, key source). A panic becomes an
// error. If fn ignores ctx's cancellation, its goroutine is abandoned and its result dropped, so that it cannot hold up
// the fetch.
func call[T any](ctx context.Context, fn func(context.Context) (T, error)) (T, error) {
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
