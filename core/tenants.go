package core

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/maypok86/otter/v2"

	"github.com/revstackhq/auth-go/core/internal/faults"
	"github.com/revstackhq/auth-go/core/internal/jose"
)

const (
	// How long a resolver's answers stand before it is asked again.
	tenantFor  = 10 * time.Minute
	refusalFor = time.Minute
	failureFor = 2 * time.Second

	// maxRefusals bounds the issuers remembered that are not tenants.
	maxRefusals = 1024
	// resolveTimeout bounds a resolver that hangs.
	resolveTimeout = 5 * time.Second
)

// tenants remembers what a resolver said about issuers.
type tenants struct {
	resolver Resolver
	patterns []issuerPattern
	options  engineOptions
	setup    *verifierOptions
	observer *observer

	known   *otter.Cache[string, *tenant] // issuers that were accepted
	refused *otter.Cache[string, *tenant] // all others: they never displace a tenant

	// Calls that run, those that were given up included. Strangers have places
	// of their own, so that they never delay a tenant that is renewed.
	strangers, renewals chan struct{}

	calls, throttled atomic.Uint64

	mu     sync.Mutex
	asking map[string]*question
	budget tokenBucket // of calls about strangers
}

// tenant is what is remembered about an issuer.
type tenant struct {
	contract *Contract
	engine   *engine // nil: the issuer is not accepted
	until    time.Time

	failed *Error // why the call after that failed
	retry  time.Time
}

// standing returns the answer that holds now, if one does.
func (a *tenant) standing(now time.Time) (e *engine, err *Error, ok bool) {
	switch {
	case a == nil:
		return nil, nil, false
	case now.Before(a.until):
		return a.engine, nil, true
	case now.Before(a.retry):
		failed := *a.failed
		failed.RetryAfter = a.retry.Sub(now)
		return nil, &failed, true
	default:
		return nil, nil, false
	}
}

func (a *tenant) accepted() bool { return a != nil && a.engine != nil }

// question is one call of the resolver that several requests wait for.
type question struct {
	done   chan struct{}
	engine *engine
	err    *Error
}

func newTenants(o *verifierOptions, tell *observer) *tenants {
	t := &tenants{
		resolver: *o.resolver, patterns: o.issuers, options: o.engine, setup: o, observer: tell,
		known:     otter.Must(&otter.Options[string, *tenant]{MaximumSize: o.resolver.MaxTenants}),
		refused:   otter.Must(&otter.Options[string, *tenant]{MaximumSize: maxRefusals}),
		strangers: make(chan struct{}, o.resolver.MaxConcurrent),
		renewals:  make(chan struct{}, o.resolver.MaxConcurrent),
		asking:    map[string]*question{},
		budget:    newTokenBucket(o.resolver.MaxPerSecond, o.engine.clock.Now()),
	}
	t.options.tenant = true
	return t
}

// admits reports whether the resolver may be asked about issuer at all.
func (t *tenants) admits(issuer string) bool {
	return faults.Printable(issuer) && (len(t.patterns) == 0 ||
		slices.ContainsFunc(t.patterns, func(p issuerPattern) bool { return p.matches(issuer) }))
}

func (t *tenants) remembered(issuer string) *tenant {
	if a, ok := t.known.GetIfPresent(issuer); ok {
		return a
	}
	a, _ := t.refused.GetIfPresent(issuer)
	return a
}

// current returns the engine that stands for issuer, nil if the issuer is not
// accepted. It is false if only the resolver knows.
func (t *tenants) current(issuer string, now time.Time) (*engine, bool) {
	if !t.admits(issuer) {
		return nil, true
	}
	e, err, ok := t.remembered(issuer).standing(now)
	return e, ok && err == nil
}

// find returns the engine of an issuer; nil and no error if it is not accepted.
func (t *tenants) find(ctx context.Context, issuer string, claims jose.Object, now time.Time) (*engine, *Error) {
	if !t.admits(issuer) {
		return nil, nil
	}
	before := t.remembered(issuer)
	e, err, ok := before.standing(now)
	if !ok {
		e, err = t.resolve(ctx, issuer, before, now)
	}
	if e == nil || err != nil {
		return nil, err
	}
	if err := e.checkIssuer(&registered{issuer: issuer, hasIssuer: true}, claims); err != nil {
		return nil, err
	}
	return e, nil
}

// resolve asks once for all who wait; the asking outlives a caller that leaves.
func (t *tenants) resolve(ctx context.Context, issuer string, before *tenant, now time.Time) (*engine, *Error) {
	if ctx.Err() != nil {
		return nil, leftWaiting(ctx) // who has left already does not cost a call
	}
	t.mu.Lock()
	q := t.asking[issuer]
	if q == nil {
		if !before.accepted() {
			if err := t.admitStranger(issuer, now); err != nil {
				t.mu.Unlock()
				t.throttled.Add(1)
				return nil, err
			}
		}
		q = &question{done: make(chan struct{})}
		t.asking[issuer] = q
		go t.answer(context.WithoutCancel(ctx), issuer, before, now, q)
	}
	t.mu.Unlock()
	select {
	case <-q.done:
		if q.err != nil {
			failed := *q.err // each waiter notes its own time in it
			return nil, &failed
		}
		return q.engine, nil
	case <-ctx.Done():
		return nil, leftWaiting(ctx)
	}
}

// admitStranger takes a place for a call about an issuer that is not known to be
// a tenant, and pays for it. The caller holds mu.
func (t *tenants) admitStranger(issuer string, now time.Time) *Error {
	select {
	case t.strangers <- struct{}{}:
	default:
		return tooManyStrangers(issuer, time.Second)
	}
	if wait := t.budget.take(now); wait > 0 {
		<-t.strangers
		return tooManyStrangers(issuer, wait)
	}
	return nil
}

func tooManyStrangers(issuer string, wait time.Duration) *Error {
	return &Error{
		Code: CodeKeysUnavailable, RetryAfter: max(wait, time.Second),
		Detail: "iss " + quoted(issuer) + " is not looked up now: too many unknown issuers were asked about",
	}
}

func leftWaiting(ctx context.Context) *Error {
	if gone := canceled(ctx); gone != nil {
		return gone
	}
	return &Error{Code: CodeKeysUnavailable, Detail: "the request ended while its issuer was looked up", Err: ctx.Err()}
}

func (t *tenants) answer(ctx context.Context, issuer string, before *tenant, now time.Time, q *question) {
	defer func() {
		t.mu.Lock()
		delete(t.asking, issuer)
		t.mu.Unlock()
		close(q.done)
	}()
	ctx, cancel := context.WithTimeout(ctx, resolveTimeout)
	defer cancel()
	contract, err := t.ask(ctx, issuer, before.accepted())
	if err != nil {
		q.err = t.rememberFailure(issuer, before, err)
		return
	}
	if !contract.valid() {
		t.refused.Set(issuer, &tenant{until: now.Add(refusalFor)})
		t.refused.CleanUp() // made-up issuers come in bursts: the bound holds now, not some time later
		t.known.Invalidate(issuer)
		return
	}
	a := &tenant{contract: contract, until: now.Add(tenantFor)}
	if before.accepted() && contract.Equal(before.contract) {
		a.contract, a.engine = before.contract, before.engine // keeps keys and remembered tokens
	} else {
		a.engine = contract.c.engineFor(t.options, t.setup.logger)
		a.engine.subscribe(t.observer)
	}
	t.known.Set(issuer, a)
	t.known.CleanUp()
	t.refused.Invalidate(issuer)
	q.engine = a.engine
	if !before.accepted() && t.known.EstimatedSize() < t.resolver.MaxTenants {
		// A tenant is not a stranger: many of them come at once after a restart.
		// Where tenants displace each other, asking again and again costs.
		t.mu.Lock()
		t.budget.giveBack()
		t.mu.Unlock()
	}
}

// rememberFailure keeps an outage of the resolver from being asked about by
// every request. A tenant keeps its keys meanwhile.
func (t *tenants) rememberFailure(issuer string, before *tenant, cause error) *Error {
	err := &Error{Code: CodeKeysUnavailable, Detail: "the resolver of issuers failed", RetryAfter: failureFor, Err: cause}
	a := &tenant{failed: err, retry: t.options.clock.Now().Add(failureFor)}
	if before.accepted() {
		a.contract, a.engine, a.until = before.contract, before.engine, before.until
		t.known.Set(issuer, a)
		return err
	}
	t.refused.Set(issuer, a)
	t.refused.CleanUp()
	return err
}

// ask ends with ctx, also if the resolver is deaf to it: its call is then left
// behind, keeps its place, and what it returns is dropped.
func (t *tenants) ask(ctx context.Context, issuer string, renewal bool) (*Contract, error) {
	place := t.strangers // taken by admitStranger
	if renewal {
		place = t.renewals
		select {
		case place <- struct{}{}: // tenants wait for a place: there are at most MaxTenants
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	type outcome struct {
		contract *Contract
		err      error
	}
	out := make(chan outcome, 1)
	t.calls.Add(1)
	go func() {
		defer func() { <-place }()
		defer func() {
			if p := recover(); p != nil { // on this goroutine a panic would end the program
				out <- outcome{err: fmt.Errorf("the resolver panicked: %v", p)}
			}
		}()
		contract, err := t.resolver.Resolve(ctx, issuer)
		out <- outcome{contract, err}
	}()
	select {
	case o := <-out:
		return o.contract, o.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// tokenBucket allows perSecond calls on average, twice as many at once. It is
// not safe for concurrent use.
type tokenBucket struct {
	perSecond, tokens float64
	filled            time.Time
}

func newTokenBucket(perSecond int, now time.Time) tokenBucket {
	return tokenBucket{perSecond: float64(perSecond), tokens: 2 * float64(perSecond), filled: now}
}

// take takes a token, or returns how long to wait for one.
func (b *tokenBucket) take(now time.Time) time.Duration {
	if passed := now.Sub(b.filled); passed > 0 { // a clock that was set back fills nothing
		b.tokens = min(2*b.perSecond, b.tokens+passed.Seconds()*b.perSecond)
	}
	b.filled = now
	if b.tokens < 1 {
		return time.Duration((1 - b.tokens) / b.perSecond * float64(time.Second))
	}
	b.tokens--
	return 0
}

func (b *tokenBucket) giveBack() { b.tokens = min(2*b.perSecond, b.tokens+1) }
