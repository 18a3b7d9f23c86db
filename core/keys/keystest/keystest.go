// Package keystest tests implementations of the interfaces of package keys: call [TestCache] or [TestSource] from a
// test of your own. A failure says what the implementation did and what the interface requires. Later versions may
// add checks, so an implementation can fail after an upgrade.
package keystest

import (
	"context"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core/keys"
)

// timeout bounds each call of an implementation.
const timeout = 10 * time.Second

// TestCache tests a [keys.Cache] and, if it implements the interface, a [keys.Coordinator]. newCache is called for
// each check and returns an empty cache.
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

// TestSource tests a [keys.Source]. newSource is called for each check and returns a source with exactly the given
// keys.
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
