package jwks

import (
	"context"
	"errors"
	"time"
)

// keyFetch is one fetch of a key that a directory does not have. Several callers may wait for it.
type keyFetch struct {
	kid    string
	number uint64
	done   chan struct{}

	missing bool  // the issuer has no such key
	err     error // an *UnavailableError
}

// find returns the key for a kid that is not known yet. It waits for a fetch unless a recent one has already failed.
func (d *Directory) find(ctx context.Context, kid, alg string) ([]*Key, error) {
	for {
		q, refusal := d.joinFetch(ctx, kid)
		var throttled *UnknownKeyError
		switch {
		case errors.As(refusal, &throttled):
			return nil, d.unknown(ctx, kid, alg, *throttled)
		case refusal != nil:
			return nil, refusal
		case q == nil:
			if r := (*d.known.Load())[kid]; r != nil {
				return d.lookupKnown(ctx, r, kid, alg)
			}
			continue // the key was added and dropped in the meantime
		}
		ended := d.await(ctx, q)
		switch {
		case !ended: // the caller stopped waiting; the fetch goes on
			return nil, &UnavailableError{RetryAfter: d.cfg.Policy.BackoffMin, Cause: ctx.Err()}
		case q.kid != kid: // that fetch was for another key: try again. A failed fetch blocks the next one, so this ends.
		case q.missing:
			return nil, d.unknown(ctx, kid, alg, UnknownKeyError{})
		case q.err != nil:
			return nil, q.err
		}
	}
}

// await waits until q or ctx is done. It then undoes the count that joinFetch increased.
func (d *Directory) await(ctx context.Context, q *keyFetch) (ended bool) {
	defer func() {
		d.mu.Lock()
		d.waiting--
		d.mu.Unlock()
	}()
	select {
	case <-q.done:
		return true
	case <-ctx.Done():
		return false
	}
}

// joinFetch returns the fetch to wait for, or the reason not to wait. Both are nil if kid has become known. A caller
// that gets a fetch is counted in d.waiting and must call await.
func (d *Directory) joinFetch(ctx context.Context, kid string) (*keyFetch, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	now := d.cfg.Clock.Now()
	switch {
	case (*d.known.Load())[kid] != nil:
		return nil, nil
	case d.refused.contains(kid, "", now):
		return nil, &UnknownKeyError{Throttled: true}
	case d.keyFetch != nil && d.lastTimedOut && now.Before(d.nextTry.Add(d.cfg.Policy.BackoffMax)):
		// The retry of a fetch that timed out: only the caller that started it waits, or every request would hang.
		return nil, &UnavailableError{RetryAfter: d.cfg.Policy.BackoffMin, Cause: d.lastErr}
	case d.keyFetch == nil && now.Before(d.nextTry): // during the back-off the key may exist: "unavailable", not "unknown"
		return nil, &UnavailableError{RetryAfter: d.nextTry.Sub(now), Cause: d.lastErr}
	case d.keyFetch == nil && now.Before(d.cooldownUntil):
		return nil, &UnknownKeyError{Throttled: true}
	case d.waiting >= maxWaiting:
		return nil, &UnavailableError{RetryAfter: d.cfg.Policy.BackoffMin, Cause: errTooManyWaiting}
	}
	if d.keyFetch == nil {
		d.fetchCount++
		d.keyFetch = &keyFetch{kid: kid, number: d.fetchCount, done: make(chan struct{})}
		go d.runFetch(context.WithoutCancel(ctx), d.keyFetch)
	}
	d.waiting++
	return d.keyFetch, nil
}

// runFetch fetches the key, in a goroutine of its own. Policy.FetchTimeout bounds how long it runs.
func (d *Directory) runFetch(ctx context.Context, q *keyFetch) {
	source := d.source(q.kid)
	keys, missing, err := source.find(ctx, query{any: true})

	d.mu.Lock()
	now := d.cfg.Clock.Now()
	d.keyFetch = nil
	if err == nil {
		d.failures, d.lastTimedOut, d.nextTry, d.lastErr = 0, false, time.Time{}, nil
	}
	switch {
	case len(keys) > 0:
		d.add(q.kid, source, now)
	case missing != nil:
		q.missing = true
		d.cooldownUntil = now.Add(d.cfg.Policy.Cooldown)
		d.refused.refuse(q.kid, "", q.number, now)
	default:
		q.err = d.failed(err, now)
	}
	if len(keys) == 0 {
		addCounts(&d.past, source.Health())
	}
	d.mu.Unlock()
	close(q.done)
}

// failed starts or extends the back-off after a failed fetch. The caller holds mu.
func (d *Directory) failed(err error, now time.Time) error {
	var down *UnavailableError
	if errors.As(err, &down) {
		err = down.Cause
	}
	d.failures++
	d.lastErr = err
	wait := jitter(d.cfg.Policy.Backoff(d.failures))
	var fe *FetchError
	known := errors.As(err, &fe)
	d.lastTimedOut = known && fe.Kind == KindTimeout
	if known {
		wait = max(wait, fe.RetryAfter)
	}
	d.nextTry = now.Add(wait)
	return &UnavailableError{RetryAfter: wait, Cause: err}
}
