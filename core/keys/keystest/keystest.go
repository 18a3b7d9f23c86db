// Package keystest proves implementations of the interfaces of package keys: call [TestCache] or [TestSource] from a
// test of your own. A suite fails the test with what the implementation did and what the interface asks for.
package keystest

import (
	"context"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core/keys"
)

// timeout bounds each call of an implementation.
const timeout = 10 * time.Second

// TestCache proves a [keys.Cache], and a [keys.Coordinator] if it is one. newCache returns an empty cache; it is
// called for each check.
func TestCache(t *testing.T, newCache func(t *testing.T) keys.Cache) {
	t.Helper()
	for _, c := range append(cacheChecks(), coordinatorChecks()...) {
		t.Run(c.name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), timeout)
			defer cancel()
			if err := c.check(ctx, newCache(t)); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestSource proves a [keys.Source]. newSource returns a source of exactly the given keys; it is called for each check.
func TestSource(t *testing.T, newSource func(t *testing.T, published []keys.Key) keys.Source) {
	t.Helper()
	published := sampleKeys()
	for _, c := range sourceChecks() {
		t.Run(c.name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), timeout)
			defer cancel()
			if err := c.check(ctx, newSource(t, published), published); err != nil {
				t.Error(err)
			}
		})
	}
}
