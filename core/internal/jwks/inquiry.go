package jwks

import (
	"context"
	"errors"
	"time"
)

// inquiry is one fetch of a key that a directory does not know, and everyone who waits for it.
type inquiry struct {
	kid    string
	number uint64
	done   chan struct{}

	missing bool  // the issuer has no such key
	err     error // an *UnavailableError
}

// find answers for a kid that is not known, from recent answers or after an inquiry.
func (d *Directory) find(ctx context.Context, kid, alg string) ([]*Key, error) {
	for {
		q, refusal := d.join(ctx, kid)
		var throttled *UnknownKeyError
		switch {
		case errors.As(refusal, &throttled):
			return nil, d.unknown(ctx, kid, alg, *throttled)
		case refusal != nil:
			return nil, refusal
		case q == nil:
			if r := (*d.known.Load())[kid]; r != nil {
				return d.ask(ctx, r, kid, alg)
			}
			continue // it came and went
		}
		ended := d.await(ctx, q)
		switch {
		case !ended: // the caller's wait, not the fetch
			return nil, &UnavailableError{RetryAfter: d.policy.BackoffMin, Cause: ctx.Err()}
		case q.kid != kid: // it was about another key; each one that fails bars the next, so this ends soon
		case q.missing:
			return nil, d.unknown(ctx, kid, alg, UnknownKeyError{})
		case q.err != nil:
			return nil, q.err
		}
	}
}

// await waits for the end of q, or of ctx, and ends the count that join began.
func (d *Directory) await(ctx context.Context, q *inquiry) (ended bool) {
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

// join returns the inquiry to wait for, counted among its waiters, or why not to wait; neither if kid is known by now.
func (d *Directory) join(ctx context.Context, kid string) (*inquiry, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	now := d.clock.Now()
	switch {
	case (*d.known.Load())[kid] != nil:
		return nil, nil
	case d.refused.holds(kid, "", now):
		return nil, &UnknownKeyError{Throttled: true}
	case d.inquiry != nil && d.lastTimedOut && now.Before(d.nextTry.Add(d.policy.BackoffMax)): // a retry of what hung: only the caller that started it waits
		return nil, &UnavailableError{RetryAfter: d.policy.BackoffMin, Cause: d.lastErr}
	case d.inquiry == nil && now.Before(d.nextTry): // in back-off the answer is "unavailable" and not "unknown"
		return nil, &UnavailableError{RetryAfter: d.nextTry.Sub(now), Cause: d.lastErr}
	case d.inquiry == nil && now.Before(d.cooldownUntil):
		return nil, &UnknownKeyError{Throttled: true}
	case d.waiting >= maxWaiting:
		return nil, &UnavailableError{RetryAfter: d.policy.BackoffMin, Cause: errTooManyWaiting}
	}
	if d.inquiry == nil {
		d.asked++
		d.inquiry = &inquiry{kid: kid, number: d.asked, done: make(chan struct{})}
		go d.inquire(context.WithoutCancel(ctx), d.inquiry)
	}
	d.waiting++
	return d.inquiry, nil
}

// inquire fetches the key. It ends with the fetch, whose time is bounded.
func (d *Directory) inquire(ctx context.Context, q *inquiry) {
	source := d.source(q.kid)
	keys, missing, err := source.find(ctx, query{any: true})

	d.mu.Lock()
	now := d.clock.Now()
	d.inquiry = nil
	if err == nil {
		d.failures, d.lastTimedOut, d.nextTry, d.lastErr = 0, false, time.Time{}, nil
	}
	switch {
	case len(keys) > 0:
		d.add(q.kid, source, now)
	case missing != nil:
		q.missing = true
		d.cooldownUntil = now.Add(d.policy.Cooldown)
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

// failed begins or prolongs the back-off after a fetch that could not be made. The caller holds mu.
func (d *Directory) failed(err error, now time.Time) error {
	var down *UnavailableError
	if errors.As(err, &down) {
		err = down.Cause
	}
	d.failures++
	d.lastErr = err
	wait := jitter(d.policy.Backoff(d.failures))
	var fe *FetchError
	known := errors.As(err, &fe)
	d.lastTimedOut = known && fe.Kind == KindTimeout
	if known {
		wait = max(wait, fe.RetryAfter)
	}
	d.nextTry = now.Add(wait)
	return &UnavailableError{RetryAfter: wait, Cause: err}
}
