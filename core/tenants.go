package core

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/maypok86/otter/v2"

	"github.com/revstackhq/auth-go/core/internal/faults"
	"github.com/revstackhq/auth-go/core/internal/jose"
	"github.com/revstackhq/auth-go/core/internal/upstream"
)

const (
	// How long a resolver's results are used before it is called again.
	acceptedFor = 10 * time.Minute
	refusedFor  = time.Minute
	failedFor   = 2 * time.Second

	// maxRefused bounds the cached issuers that are not tenants.
	maxRefused = 1024
	// resolveTimeout bounds a resolver that hangs.
	resolveTimeout = 5 * time.Second
)

// tenants calls a resolver and caches its results.
type tenants struct {
	resolver Resolver
	patterns []issuerPattern
	settings *engineSettings
	logger   *slog.Logger
	observer *observer

	accepted *otter.Cache[string, *resolved]
	refused  *otter.Cache[string, *resolved] // separate, so that made-up issuers never evict a tenant

	// One slot for each running call, abandoned ones included. Calls about unknown
	// issuers have their own, so that they never delay a tenant's renewal.
	unknownSlots, renewalSlots chan struct{}

	calls, throttled atomic.Uint64

	mu      sync.Mutex
	running map[string]*resolveCall // by issuer
	limit   upstream.Bucket         // limits calls about unknown issuers
}

// resolved is the cached result for one issuer.
type resolved struct {
	contract  *Contract
	engine    *engine // nil: the issuer is not accepted
	expiresAt time.Time

	err     *Error // why the last call failed; nil if it did not
	retryAt time.Time
}

// at returns the result at the time now; ok is false if the resolver has to be
// called. r may be nil.
func (r *resolved) at(now time.Time) (e *engine, err *Error, ok bool) {
	switch {
	case r == nil:
		return nil, nil, false
	case now.Before(r.expiresAt):
		return r.engine, nil, true
	case now.Before(r.retryAt):
		failed := *r.err
		failed.RetryAfter = r.retryAt.Sub(now)
		return nil, &failed, true
	default:
		return nil, nil, false
	}
}

func (r *resolved) isAccepted() bool { return r != nil && r.engine != nil }

// resolveCall is one call of the resolver and its result, which several requests
// may wait for.
type resolveCall struct {
	done   chan struct{} // closed once the fields below are set
	engine *engine
	err    *Error
}

func newTenants(o *verifierOptions, obs *observer) *tenants {
	tenantSettings := *o.engine
	tenantSettings.tenant = true
	t := &tenants{
		resolver:     *o.resolver,
		patterns:     o.issuers,
		settings:     &tenantSettings,
		logger:       o.logger,
		observer:     obs,
		accepted:     otter.Must(&otter.Options[string, *resolved]{MaximumSize: o.resolver.MaxTenants}),
		refused:      otter.Must(&otter.Options[string, *resolved]{MaximumSize: maxRefused}),
		unknownSlots: make(chan struct{}, o.resolver.MaxConcurrent),
		renewalSlots: make(chan struct{}, o.resolver.MaxConcurrent),
		running:      map[string]*resolveCall{},
		limit:        upstream.NewBucket(o.resolver.MaxPerSecond, o.engine.clock.Now()),
	}
	return t
}

// mayResolve reports whether the resolver may be called with issuer at all.
func (t *tenants) mayResolve(issuer string) bool {
	return faults.Printable(issuer) && (len(t.patterns) == 0 ||
		slices.ContainsFunc(t.patterns, func(p issuerPattern) bool { return p.matches(issuer) }))
}

func (t *tenants) cached(issuer string) *resolved {
	if r, ok := t.accepted.GetIfPresent(issuer); ok {
		return r
	}
	r, _ := t.refused.GetIfPresent(issuer)
	return r
}

// cachedEngine returns the engine of an issuer without calling the resolver, nil
// if the issuer is not accepted. ok is false if a call is needed to know.
func (t *tenants) cachedEngine(issuer string, now time.Time) (e *engine, ok bool) {
	if !t.mayResolve(issuer) {
		return nil, true
	}
	e, err, ok := t.cached(issuer).at(now)
	return e, ok && err == nil
}

// find returns the engine of an issuer; nil and no error if it is not accepted.
func (t *tenants) find(ctx context.Context, issuer string, claims jose.Object, now time.Time) (*engine, *Error) {
	if !t.mayResolve(issuer) {
		return nil, nil
	}
	previous := t.cached(issuer)
	e, err, ok := previous.at(now)
	if !ok {
		e, err = t.resolve(ctx, issuer, previous, now)
	}
	if e == nil || err != nil {
		return nil, err
	}
	if err := e.checkIssuer(&registered{issuer: issuer, hasIssuer: true}, claims); err != nil {
		return nil, err
	}
	return e, nil
}

// resolve waits for the result of one call, which all concurrent callers share.
// The call continues if a caller's ctx ends.
func (t *tenants) resolve(
	ctx context.Context,
	issuer string,
	previous *resolved,
	now time.Time,
) (*engine, *Error) {
	if ctx.Err() != nil {
		return nil, waitEnded(ctx) // a canceled request does not use up a call
	}
	t.mu.Lock()
	call := t.running[issuer]
	if call == nil {
		if !previous.isAccepted() {
			if err := t.reserve(issuer, now); err != nil {
				t.mu.Unlock()
				t.throttled.Add(1)
				return nil, err
			}
		}
		call = &resolveCall{done: make(chan struct{})}
		t.running[issuer] = call
		go t.run(context.WithoutCancel(ctx), issuer, previous, now, call)
	}
	t.mu.Unlock()
	select {
	case <-call.done:
		if call.err != nil {
			failed := *call.err // a copy for each caller, which sets its own RetryAfter
			return nil, &failed
		}
		return call.engine, nil
	case <-ctx.Done():
		return nil, waitEnded(ctx)
	}
}

// reserve takes a slot and a token for a call about an issuer that is not a known
// tenant. The caller holds mu.
func (t *tenants) reserve(issuer string, now time.Time) *Error {
	select {
	case t.unknownSlots <- struct{}{}:
	default:
		return tooManyCalls(issuer, time.Second)
	}
	if wait := t.limit.Take(now); wait > 0 {
		<-t.unknownSlots
		return tooManyCalls(issuer, wait)
	}
	return nil
}

func tooManyCalls(issuer string, wait time.Duration) *Error {
	return &Error{
		Code:       CodeKeysUnavailable,
		RetryAfter: max(wait, time.Second),
		Detail: "iss " + quoted(issuer) + " cannot be looked up now: the resolver was called for too many unknown issuers " +
			"(MaxPerSecond, MaxConcurrent)",
	}
}

// waitEnded returns the error for a caller whose ctx ended before the result.
func waitEnded(ctx context.Context) *Error {
	if err := canceled(ctx); err != nil {
		return err
	}
	return &Error{
		Code:   CodeKeysUnavailable,
		Detail: "the request ended while its issuer was looked up",
		Err:    ctx.Err(),
	}
}

// run calls the resolver, caches its result and completes call. previous is the
// cached result that the call renews, nil for an unknown issuer.
func (t *tenants) run(ctx context.Context, issuer string, previous *resolved, now time.Time, call *resolveCall) {
	defer func() {
		t.mu.Lock()
		delete(t.running, issuer)
		t.mu.Unlock()
		close(call.done)
	}()
	ctx, cancel := context.WithTimeout(ctx, resolveTimeout)
	defer cancel()
	contract, err := t.callResolver(ctx, issuer, previous.isAccepted())
	if err != nil {
		call.err = t.cacheFailure(issuer, previous, err)
		return
	}
	if !contract.valid() {
		t.refused.Set(issuer, &resolved{expiresAt: now.Add(refusedFor)})
		t.refused.CleanUp() // evict now: made-up issuers come in bursts
		t.accepted.Invalidate(issuer)
		return
	}
	r := &resolved{contract: contract, expiresAt: now.Add(acceptedFor)}
	if previous.isAccepted() && contract.Equal(previous.contract) {
		r.contract, r.engine = previous.contract, previous.engine // keeps keys and cached tokens
	} else {
		r.engine = contract.c.engineFor(t.settings, t.logger)
		r.engine.subscribe(t.observer)
	}
	t.accepted.Set(issuer, r)
	t.accepted.CleanUp()
	t.refused.Invalidate(issuer)
	call.engine = r.engine
	if !previous.isAccepted() && t.accepted.EstimatedSize() < t.resolver.MaxTenants {
		// A call that found a tenant does not count: after a restart, many tenants come
		// at once. It does count if the cache is full, because tenants that evict each
		// other would cause calls without a limit.
		t.mu.Lock()
		t.limit.Refund()
		t.mu.Unlock()
	}
}

// cacheFailure caches the failure of a call for a short time, so that requests do
// not call a failing resolver again and again. A known tenant keeps its keys.
func (t *tenants) cacheFailure(issuer string, previous *resolved, cause error) *Error {
	err := &Error{
		Code:       CodeKeysUnavailable,
		Detail:     "the resolver of issuers failed",
		RetryAfter: failedFor,
		Err:        cause,
	}
	r := &resolved{err: err, retryAt: t.settings.clock.Now().Add(failedFor)}
	if previous.isAccepted() {
		r.contract, r.engine, r.expiresAt = previous.contract, previous.engine, previous.expiresAt
		t.accepted.Set(issuer, r)
		return err
	}
	t.refused.Set(issuer, r)
	t.refused.CleanUp()
	return err
}

// callResolver calls the resolver and returns when it does or when ctx ends. A
// resolver that ignores ctx is abandoned: its goroutine keeps its slot until it
// returns, and its result is dropped.
func (t *tenants) callResolver(ctx context.Context, issuer string, renewal bool) (*Contract, error) {
	slots := t.unknownSlots // reserve took one
	if renewal {
		slots = t.renewalSlots
		select {
		case slots <- struct{}{}: // renewals may queue: there are at most MaxTenants
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	type result struct {
		contract *Contract
		err      error
	}
	results := make(chan result, 1)
	t.calls.Add(1)
	go func() {
		defer func() { <-slots }()
		defer func() {
			if p := recover(); p != nil { // on this goroutine a panic would end the program
				results <- result{err: fmt.Errorf("the resolver panicked: %v", p)}
			}
		}()
		contract, err := t.resolver.Resolve(ctx, issuer)
		results <- result{contract, err}
	}()
	select {
	case r := <-results:
		return r.contract, r.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
