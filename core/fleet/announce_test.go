package fleet_test

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/revstackhq/auth-go/core/fleet"
)

// announcing is a log that calls Tail's function early for each new record, as one with a subscription does. Its reads
// can hang while its announcements arrive.
type announcing struct {
	*connection

	deaf, hangs bool // guarded by connection.mu
}

func (l *announcing) set(deaf, hangs bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.deaf, l.hangs = deaf, hangs
}

func (l *announcing) Tail(ctx context.Context, after string, each func(string, []byte) error) error {
	announced := 0
	for {
		l.mu.Lock()
		deaf, hangs := l.deaf, l.hangs
		l.mu.Unlock()
		l.store.mu.Lock()
		records := slices.Clone(l.store.records)
		l.store.mu.Unlock()
		for _, r := range records[announced:] {
			if deaf {
				continue
			}
			if err := each("", r.raw); err != nil {
				return err
			}
		}
		announced = len(records)
		if !hangs {
			var err error
			if after, _, err = l.read(ctx, after, each); err != nil {
				return err
			}
		}
		select {
		case <-time.After(100 * time.Millisecond):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// After an outage, announced heartbeats do not make a replica ready that has not read what was appended meanwhile.
func TestAnnouncementsDoNotEndAnOutage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		good, gone := accepted(t, "good", 0), accepted(t, "gone", 0)
		ctx, cancel := context.WithCancel(t.Context())
		s := newStore()
		log := &announcing{connection: s.connect()}
		a, b := open(ctx, t, s.connect()), open(ctx, t, log)
		defer b.Wait()
		defer a.Wait()
		defer cancel()
		time.Sleep(2 * time.Second)
		log.set(true, true)
		time.Sleep(time.Second)
		if err := a.Revoke(ctx, fleet.SessionOf(gone)); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		want(t, "during the outage", b, gone, "behind")
		log.set(false, true)
		for range 100 {
			time.Sleep(50 * time.Millisecond)
			if got := verdict(b, gone); got == "good" { // a repair may have announced it
				t.Fatal("accepted while only announcements arrive")
			}
		}
		log.set(false, false)
		time.Sleep(2 * time.Second)
		want(t, "after the outage", b, gone, "revoked")
		want(t, "after the outage", b, good, "good")
		log.set(false, true)
		time.Sleep(4 * time.Second)
		want(t, "while announcements replace reads", b, good, "good")
	})
}
