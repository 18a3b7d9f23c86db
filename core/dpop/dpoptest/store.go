// Package dpoptest tests implementations of dpop.Store, and has bad proofs for tests of services.
//
//	func TestStore(t *testing.T) { dpoptest.TestStore(t, mystore.New(connect(t))) }
//
// [Race] lets replicas that share a store race for the same proofs.
//
// The package's functions report every broken rule at once and are safe for concurrent use. Later versions may add
// rules and bad proofs, so an implementation can fail after an upgrade.
package dpoptest

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core/dpop"
)

// TestStore reports what [CheckStore] finds as errors of tb.
func TestStore(tb testing.TB, store dpop.Store) {
	tb.Helper()
	if err := CheckStore(context.Background(), store); err != nil {
		tb.Error(err)
	}
}

// CheckStore checks what a [dpop.Store] promises, with random keys, at the system's time. The store needs room for 300
// keys. It returns every broken rule, joined, and nil for a store that keeps them all.
func CheckStore(ctx context.Context, store dpop.Store) error {
	c := &storeCheck{store: store, now: time.Now()}
	c.once(ctx)
	c.bits(ctx)
	c.concurrent(ctx)
	c.canceled(ctx)
	return errors.Join(c.broken...)
}

type storeCheck struct {
	store  dpop.Store
	now    time.Time
	broken []error
}

func (c *storeCheck) report(rule, format string, args ...any) {
	c.broken = append(c.broken, fmt.Errorf("dpop.Store: %s: "+format, append([]any{rule}, args...)...))
}

func (c *storeCheck) use(ctx context.Context, rule string, key dpop.Key, at time.Time, life time.Duration, want bool) {
	first, err := c.store.Use(ctx, key, at, at.Add(life))
	if err != nil || first != want {
		c.report(rule, "Use returned %t and %v, want %t", first, err, want)
	}
}

func (c *storeCheck) once(ctx context.Context) {
	const rule = "a key is used once"
	key := randomKey()
	c.use(ctx, rule, key, c.now, time.Minute, true)
	c.use(ctx, rule, key, c.now, time.Minute, false)
	c.use(ctx, rule, key, c.now.Add(time.Second), time.Hour, false)
	c.use(ctx, rule, key, c.now, time.Second, false)
	c.use(ctx, rule, key, c.now, time.Minute, false) // the second before has not shortened its life
	c.use(ctx, rule, randomKey(), c.now, time.Minute, true)
}

func (c *storeCheck) bits(ctx context.Context) {
	const rule = "keys that differ in one bit are different"
	key := randomKey()
	c.use(ctx, rule, key, c.now, time.Minute, true)
	for i := range key {
		other := key
		other[i] ^= 1
		c.use(ctx, rule, other, c.now, time.Minute, true)
	}
}

func (c *storeCheck) concurrent(ctx context.Context) {
	const rule = "one of many concurrent calls is the first"
	const callers, keys = 8, 200
	if result, err := Race(ctx, slices.Repeat([]dpop.Store{c.store}, callers), keys); err != nil {
		c.report(rule, "%w; %v", err, result)
	}
}

func (c *storeCheck) canceled(ctx context.Context) {
	const rule = "a failure is not an answer"
	key := randomKey()
	gone, cancel := context.WithCancel(ctx)
	cancel()
	first, err := c.store.Use(gone, key, c.now, c.now.Add(time.Minute))
	switch {
	case err != nil && first:
		c.report(rule, "with a canceled context, Use returned true and the error %v", err)
	case err == nil && first:
		c.use(ctx, rule, key, c.now, time.Minute, false)
	}
}

func randomKey() (key dpop.Key) {
	_, _ = rand.Read(key[:]) // never fails, see crypto/rand
	return key
}
