package otelauth_test

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"testing"
	"testing/synctest"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/fleet"
	"github.com/revstackhq/auth-go/otelauth"
)

// view is a replica's view of a fleet.
type view struct {
	stats   fleet.Stats
	problem error
}

func (v view) Stats() fleet.Stats { return v.stats }
func (v view) Ready() error       { return v.problem }

func TestWatchFleet(t *testing.T) {
	full := fleet.Stats{
		Entries: 7, Lag: 1500 * time.Millisecond, Missing: 3, Unconfirmed: 2,
		Records: 20, Repeated: 4, Forged: 1, Repairs: 5,
	}
	counted := map[string]float64{
		"auth.revocation.entries{}": 7, "auth.revocation.missing{}": 3, "auth.revocation.unconfirmed{}": 2,
		"auth.revocation.records{auth.result=accepted}": 15, "auth.revocation.records{auth.result=repeated}": 4,
		"auth.revocation.records{auth.result=forged}": 1, "auth.revocation.repairs{}": 5,
	}
	for name, c := range map[string]struct {
		problem error
		more    map[string]float64
	}{
		"ready": {nil, map[string]float64{"auth.revocation.ready{}": 1, "auth.revocation.lag{}": 1.5}},
		"behind": {
			&fleet.NotReadyError{Reason: fleet.Behind},
			map[string]float64{"auth.revocation.ready{}": 0, "auth.revocation.lag{}": 1.5},
		},
		"starting": {&fleet.NotReadyError{Reason: fleet.Starting}, map[string]float64{"auth.revocation.ready{}": 0}},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRecorder(t)
			stop, err := r.WatchFleet(view{stats: full, problem: c.problem})
			if err != nil {
				t.Fatal(err)
			}
			maps.Copy(c.more, counted)
			r.expect(t, "auth.", c.more)
			if err := stop(); err != nil {
				t.Fatal(err)
			}
			r.expect(t, "auth.", map[string]float64{})
		})
	}
	for name, nothing := range map[string]otelauth.Fleet{"nil": nil, "a nil replica": (*fleet.Revocations)(nil)} {
		var wrong *core.ConfigError
		if _, err := newRecorder(t).WatchFleet(nothing); !errors.As(err, &wrong) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The figures of a real replica: a revocation arrives, the log is cut, and the lag grows.
func TestWatchFleetOfAReplica(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRecorder(t)
		ctx, cancel := context.WithCancel(t.Context())
		revocations, err := fleet.Open(ctx, fleet.NewMemoryLog(0), fleet.Options{
			Secret:    core.NewSecret("0123456789abcdef0123456789abcdef"),
			OnFailure: fleet.FailClosed,
			Logger:    slog.New(slog.DiscardHandler),
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := r.WatchFleet(revocations); err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(
			revocations.AwaitReady(ctx),
			revocations.Revoke(ctx, fleet.User("https://id.example", "u")),
			revocations.AwaitConfirmed(ctx),
		); err != nil {
			t.Fatal(err)
		}
		got := r.collect(t)
		if got["auth.revocation.entries{}"] != 1 || got["auth.revocation.ready{}"] != 1 {
			t.Errorf("%v", got)
		}
		cancel()
		revocations.Wait()
		time.Sleep(time.Minute)
		if lag := r.collect(t)["auth.revocation.lag{}"]; lag < 57 || lag > 61 {
			t.Errorf("lag a minute later: %v s", lag)
		}
	})
}
