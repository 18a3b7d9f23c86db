package fleet_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/revstackhq/auth-go/core/fleet"
)

func TestAwait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		connection := newStore().connect()
		connection.set(true, false, 0)
		r := open(ctx, t, connection)
		short, stop := context.WithTimeout(ctx, time.Minute)
		defer stop()
		var p *fleet.NotReadyError
		if err := r.AwaitReady(short); !errors.As(err, &p) || p.Reason != fleet.Starting || p.Err == nil {
			t.Errorf("without the log: %v", err)
		}
		if err := r.Revoke(ctx, fleet.User(issuer, "u")); !errors.Is(err, fleet.ErrNotPublished) {
			t.Errorf("revoke without the log: %v", err)
		}
		if err := r.AwaitConfirmed(short); !errors.Is(err, fleet.ErrNotPublished) {
			t.Errorf("unconfirmed: %v", err)
		}
		time.AfterFunc(time.Minute, func() { connection.set(false, false, 0) })
		began := time.Now()
		if err := errors.Join(r.AwaitReady(ctx), r.AwaitConfirmed(ctx)); err != nil {
			t.Error(err)
		}
		if took := time.Since(began); took < time.Minute || took > time.Minute+maxLag {
			t.Errorf("waited %s", took)
		}
		if s := r.Stats(); r.Ready() != nil || s.Unconfirmed != 0 {
			t.Errorf("%v, %+v", r.Ready(), s)
		}
		cancel()
		r.Wait()
	})
}
