package fleet_test

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/revstackhq/auth-go/core/fleet"
)

// A function of the program need not be safe for concurrent use, and may revoke more.
func TestOnEntryIsNotCalledTwiceAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		var r *fleet.Revocations
		var running, most atomic.Int32
		var seen atomic.Int32
		r = open(ctx, t, fleet.NewMemoryLog(0), func(o *fleet.Options) {
			o.OnEntry = func(e fleet.Entry) {
				most.Store(max(most.Load(), running.Add(1)))
				seen.Add(1)
				time.Sleep(time.Second)
				if e.Kind() == fleet.KindUser {
					_ = r.Revoke(ctx, fleet.Client(issuer, "of the user"))
				}
				running.Add(-1)
			}
		})
		synctest.Wait()
		for _, id := range []string{"a", "b", "c"} {
			go func() { _ = r.Revoke(ctx, fleet.Session(issuer, id)) }()
		}
		if err := r.Revoke(ctx, fleet.User(issuer, "u")); err != nil {
			t.Error(err)
		}
		time.Sleep(10 * time.Second)
		if seen.Load() != 5 || most.Load() != 1 {
			t.Errorf("%d entries were reported, %d at a time", seen.Load(), most.Load())
		}
		cancel()
		r.Wait()
	})
}
