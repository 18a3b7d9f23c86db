package jwks

import (
	"cmp"
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/revstackhq/auth-go/core/event"
)

// purpose is why a refresh was started.
type purpose int

const (
	scheduled  purpose = iota // the set is missing, due or stale
	unknownKey                // a token's key is not in a fresh set
)

// refresh is one fetch and the callers that wait for it. The fields below done are written before it closes.
type refresh struct {
	ctx    context.Context //nolint:containedctx // the values of the request that started it, never its cancellation
	why    purpose
	want   query // what the first caller looks for
	number uint64

	started time.Time     // real time, by which waits are bounded
	events  []event.Event // emitted after the waiting callers have continued

	done    chan struct{}
	snap    *snapshot // the current set afterwards; nil if there is none
	err     error
	nextTry time.Time // end of the back-off if err is set
}

// start starts a fetch if none is in flight, and reports whether it did. s.mu must be held.
func (s *Source) start(ctx context.Context, why purpose, want query) (started bool) {
	if s.refresh != nil {
		return false
	}
	s.refreshes++
	f := &refresh{
		// Detached from every caller: if the first one cancels its request, the fetch must go on for the others.
		ctx:     context.WithoutCancel(ctx),
		why:     why,
		want:    want,
		number:  s.refreshes,
		started: time.Now(),
		done:    make(chan struct{}),
	}
	s.refresh = f
	go s.run(f) //nolint:contextcheck // the refresh has its own, made from ctx above
	return true
}

// run is the body of the only goroutine of a Source. It ends with the fetch.
func (s *Source) run(f *refresh) {
	ctx, cancel := context.WithTimeout(f.ctx, s.cfg.Policy.FetchTimeout)
	defer cancel()

	now := s.cfg.Clock.Now()
	base := s.snap.Load()
	stored := s.loadCached(ctx, f, base, now)
	if stored != nil {
		if base != nil {
			stored.set.inherit(base.set)
		}
		if f.satisfied(stored, now, s.cfg.Policy.Cooldown) {
			s.cacheLoads.Add(1)
			s.finish(f, stored, nil, event.KeysRefreshed{FromCache: true})
			return
		}
		base = stored
	}
	next, unchanged, err := s.fetchSet(ctx, base, now)
	if err != nil {
		if stored != nil {
			s.cacheLoads.Add(1)
		}
		s.finish(f, base, err, event.KeysRefreshed{})
		return
	}
	if base != nil || len(next.set.keys) > 0 { // made-up key ids must not fill the cache
		s.storeCached(ctx, f, next)
	}
	s.finish(f, next, nil, event.KeysRefreshed{NotModified: unchanged})
	if base == nil || !next.set.sameKeys(base.set) {
		s.announce(ctx, f)
	}
}

// satisfied reports whether stored, a set that another process fetched, makes this fetch unnecessary. If the refresh
// is for an unknown key, the set must have the key or be younger than the cool-down.
func (f *refresh) satisfied(stored *snapshot, now time.Time, cooldown time.Duration) bool {
	if ph := stored.phase(now); ph == absent || ph == stale {
		return false
	}
	return f.why == scheduled || len(f.want.in(stored.set)) > 0 || now.Sub(stored.fetchedAt) < cooldown
}

// fetchSet fetches the set. If base came from the same URL, fetchSet revalidates it and keeps its key pointers.
func (s *Source) fetchSet(
	ctx context.Context,
	base *snapshot,
	now time.Time,
) (next *snapshot, unchanged bool, err error) {
	target, err := s.keySetURL(ctx, now)
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
	got, err := call(ctx, s.download(r))
	if err != nil {
		err = asFetchError(err, target)
		s.rediscover(err)
		return nil, false, err
	}
	s.clockSkew.Store(int64(got.ans.clockSkew))
	lifetime, stated := freshness(s.cfg.Policy, got.ans.header, now)
	if got.ans.notModified {
		s.notModified.Add(1)
		same := *base
		if !stated { // RFC 9111 §4.3.4: what a 304 leaves out stays as it was
			lifetime = base.freshUntil.Sub(base.fetchedAt)
		}
		same.etag = cmp.Or(validator(got.ans.header, "ETag"), base.etag)
		s.setDates(&same, now, lifetime)
		return &same, true, nil
	}
	if len(got.set.keys) == 0 { // the URL of a single key does not exist, but may soon
		lifetime = s.cfg.Policy.MinFresh
	}
	if base != nil {
		got.set.inherit(base.set)
	}
	next = &snapshot{
		set:      got.set,
		url:      target,
		etag:     validator(got.ans.header, "ETag"),
		modified: validator(got.ans.header, "Last-Modified"),
	}
	if s.cfg.Cache != nil {
		next.body = got.ans.body
	}
	s.setDates(next, now, lifetime)
	return next, false, nil
}

// finish publishes the outcome of f. If snap is not nil, it becomes the current set, even if err is set.
func (s *Source) finish(f *refresh, snap *snapshot, err error, done event.KeysRefreshed) {
	now := s.cfg.Clock.Now()
	s.mu.Lock()
	if snap != nil {
		if err != nil || done.FromCache { // another process may have announced a newer set meanwhile
			if current := s.snap.Load().newerThan(snap); current != nil {
				snap = current
			}
		}
		s.snap.Store(snap)
	}
	s.lastErr, s.refresh = err, nil
	if err == nil {
		s.failures, s.lastTimedOut, s.nextTry = 0, false, time.Time{}
		if f.why == unknownKey { // a failed fetch does not start the cool-down: the back-off limits the next one
			s.cooldownUntil = now.Add(s.cfg.Policy.Cooldown)
		}
	} else {
		s.failures++
		var fe *FetchError
		known := errors.As(err, &fe)
		s.lastTimedOut = known && fe.Kind == KindTimeout
		wait := jitter(s.cfg.Policy.Backoff(s.failures))
		if known {
			wait = max(wait, fe.RetryAfter)
		}
		s.nextTry = now.Add(wait)
	}
	f.snap, f.err, f.nextTry = snap, err, s.nextTry
	if ev := s.outcome(f, now, done); ev != nil {
		f.events = append(f.events, ev)
	}
	s.enqueue(f.ctx, f.events)
	s.mu.Unlock()

	if err != nil {
		s.failed.Add(1)
	}
	close(f.done)
	s.deliver() // after the waiting callers have continued, so that a slow observer delays no request
}

// outcome returns the event that describes how f ended. It is nil if the URL of a single key does not exist, because
// the lookup reports that.
func (s *Source) outcome(f *refresh, now time.Time, done event.KeysRefreshed) event.Event {
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

// jitter shortens a wait by up to a fifth, so that the processes of a fleet do not retry at the same moment. It never
// lengthens a wait, because the upper limits of the back-off are documented.
func jitter(wait time.Duration) time.Duration {
	return time.Duration((0.8 + 0.2*rand.Float64()) * float64(wait)) //nolint:gosec // G404: spread, not secrecy
}
