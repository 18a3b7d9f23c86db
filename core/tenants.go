package core

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/maypok86/otter/v2"

	"github.com/revstackhq/auth-go/core/internal/jose"
)

// How long a resolver's answers stand before it is asked again.
const (
	tenantFor  = 10 * time.Minute
	refusalFor = time.Minute
)

// tenants remembers what a resolver said about issuers.
type tenants struct {
	ask     func(ctx context.Context, issuer string) (*Contract, error)
	options *verifierOptions
	tell    *observer // nil if nobody listens
	answers *otter.Cache[string, *tenant]

	mu     sync.Mutex
	asking map[string]*question
}

type tenant struct {
	contract *Contract
	engine   *engine // nil: the issuer is not accepted
	until    time.Time
}

// question is one call of the resolver that several requests wait for.
type question struct {
	done   chan struct{}
	answer *tenant
	err    *Error
}

func newTenants(o *verifierOptions, tell *observer) *tenants {
	return &tenants{
		ask: o.resolve, options: o, tell: tell, asking: map[string]*question{},
		answers: otter.Must(&otter.Options[string, *tenant]{MaximumSize: o.tenants}),
	}
}

// current returns the engine that stands for issuer now, nil if none does.
func (t *tenants) current(issuer string, now time.Time) *engine {
	if a, ok := t.answers.GetIfPresent(issuer); ok && now.Before(a.until) {
		return a.engine
	}
	return nil
}

// find returns the engine of an issuer; nil and no error if it is not accepted.
func (t *tenants) find(ctx context.Context, issuer string, claims jose.Object, now time.Time) (*engine, *Error) {
	if !printable(issuer) {
		return nil, nil
	}
	known, ok := t.answers.GetIfPresent(issuer)
	if !ok || !now.Before(known.until) {
		var err *Error
		if known, err = t.resolve(ctx, issuer, known, now); err != nil {
			return nil, err
		}
	}
	if known.engine == nil {
		return nil, nil
	}
	return known.engine, known.engine.checkIssuer(&registered{issuer: issuer, hasIssuer: true}, claims)
}

// resolve asks once for all who wait; the asking outlives a caller that leaves.
func (t *tenants) resolve(ctx context.Context, issuer string, before *tenant, now time.Time) (*tenant, *Error) {
	t.mu.Lock()
	q := t.asking[issuer]
	if q == nil {
		q = &question{done: make(chan struct{})}
		t.asking[issuer] = q
		go t.answer(context.WithoutCancel(ctx), issuer, before, now, q)
	}
	t.mu.Unlock()
	select {
	case <-q.done:
		return q.answer, q.err
	case <-ctx.Done():
		return nil, &Error{Code: CodeKeysUnavailable, Detail: "the request ended while its issuer was looked up", Err: ctx.Err()}
	}
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
	contract, err := t.askBounded(ctx, issuer)
	if err != nil {
		q.err = &Error{Code: CodeKeysUnavailable, Detail: "the resolver of issuers failed", RetryAfter: time.Second, Err: err}
		return
	}
	a := &tenant{until: now.Add(refusalFor)}
	if contract.valid() {
		a.contract, a.until = contract, now.Add(tenantFor)
		if before != nil && before.engine != nil && contract.Equal(before.contract) {
			a.contract, a.engine = before.contract, before.engine // keeps keys and remembered tokens
		} else {
			a.engine = contract.c.engineFor(t.options.engine, t.options.logger)
			a.engine.subscribe(t.tell)
		}
	}
	t.answers.Set(issuer, a)
	t.answers.CleanUp() // made-up issuers come in bursts: the bound holds now, not some time later
	q.answer, q.err = a, nil
}

// askBounded ends with ctx, also if the resolver is deaf to it: its call is then
// left behind, and what it returns is dropped.
func (t *tenants) askBounded(ctx context.Context, issuer string) (*Contract, error) {
	type outcome struct {
		contract *Contract
		err      error
	}
	out := make(chan outcome, 1)
	go func() {
		defer func() {
			if p := recover(); p != nil { // on this goroutine a panic would end the program
				out <- outcome{err: fmt.Errorf("the resolver panicked: %v", p)}
			}
		}()
		contract, err := t.ask(ctx, issuer)
		out <- outcome{contract, err}
	}()
	select {
	case o := <-out:
		return o.contract, o.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// resolveTimeout bounds a resolver that hangs.
const resolveTimeout = 5 * time.Second
