package fleet_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/revstackhq/auth-go/core/fleet"
)

// After an outage, and after a loss that all notice, few replicas write heartbeats and requests, however many there
// are: each record reaches all of them.
func TestRecoveryIsQuiet(t *testing.T) {
	const replicas, latency, few = 300, 200 * time.Millisecond, 120
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		s := newStore()
		var connections []*connection
		var all []*fleet.Revocations
		defer func() {
			cancel()
			for _, r := range all {
				r.Wait()
			}
		}()
		set := func(down bool) {
			for _, c := range connections {
				c.set(down, false, latency)
			}
		}
		for range replicas {
			c := s.connect()
			c.set(false, false, latency)
			connections, all = append(connections, c), append(all, open(ctx, t, c))
		}
		quiet := func(what string, d time.Duration, most int) {
			t.Helper()
			s.mu.Lock()
			before := s.next
			s.mu.Unlock()
			time.Sleep(d)
			s.mu.Lock()
			written := s.next - before
			s.mu.Unlock()
			t.Logf("%s: %d records", what, written)
			if written > most {
				t.Errorf("%s: %d records, want at most %d", what, written, most)
			}
			for i, r := range all {
				if err := r.Ready(); err != nil {
					t.Fatalf("%s: replica %d: %v", what, i, err)
				}
			}
		}
		quiet("start", 10*time.Second, 120)
		set(true)
		time.Sleep(20 * time.Second)
		set(false)
		quiet("after an outage", 15*time.Second, 200)

		// Only the replica that revokes reads the record.
		for _, c := range connections[1:] {
			c.set(true, false, latency)
		}
		if err := all[0].Revoke(ctx, fleet.User(issuer, "gone")); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		s.change(func([]stored) []stored { return nil })
		set(false)
		quiet("after a loss", 20*time.Second, 2*replicas)
		repairs := uint64(0)
		for _, r := range all {
			repairs += r.Stats().Repairs
		}
		if repairs < 1 || repairs > 4 {
			t.Errorf("%d replicas appended everything again", repairs)
		}
	})
}

// A revocation that an outage kept back for longer than any token lives is of no use any more. It must not look like a
// lost record, which would keep every replica from being ready for that long again.
func TestOutageLongerThanTokens(t *testing.T) {
	good, gone := session("good", nil), session("gone", nil)
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(gone.IssuedAt()))
		ctx, cancel := context.WithCancel(t.Context())
		s := newStore()
		connections := []*connection{s.connect(), s.connect()}
		var all []*fleet.Revocations
		for _, c := range connections {
			all = append(all, open(ctx, t, c, func(o *fleet.Options) { o.MaxTokenLife = time.Minute }))
		}
		defer func() {
			cancel()
			for _, r := range all {
				r.Wait()
			}
		}()
		time.Sleep(10 * time.Second)
		for _, c := range connections {
			c.set(true, false, 0)
		}
		if err := all[0].Revoke(ctx, fleet.SessionOf(session("old", nil))); !errors.Is(err, fleet.ErrNotPublished) {
			t.Fatalf("during the outage: %v", err)
		}
		time.Sleep(30 * time.Minute)
		for _, c := range connections {
			c.set(false, false, 0)
		}
		time.Sleep(2 * maxLag)
		if err := all[0].Revoke(ctx, fleet.SessionOf(gone)); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * maxLag)
		all = append(all, open(ctx, t, s.connect(), func(o *fleet.Options) { o.MaxTokenLife = time.Minute }))
		time.Sleep(2 * maxLag)
		for _, r := range all {
			want(t, "revoked after the outage", r, gone, "revoked")
			want(t, "a good session", r, good, "good")
			if n := r.Stats().Unconfirmed; n != 0 {
				t.Errorf("%d records are still unconfirmed", n)
			}
		}
	})
}
