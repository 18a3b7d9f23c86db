package redisauth_test

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core/fleet"
)

// TestSnapshot starts a replica behind a log that is full of revocations, one in each record. FLEET_ENTRIES makes the
// log larger, such as 1000000. With -v it prints how long the replica took, and what it keeps.
func TestSnapshot(t *testing.T) {
	entries := number("FLEET_ENTRIES", 20_000)
	s := startServer(t)
	fill(t, s, entries)
	before := heap()
	began := time.Now()
	r := open(t, newLog(t, s, ""))
	until(t, "ready", func() bool { return r.Ready() == nil })
	took := time.Since(began)
	kept := heap() - before
	if got := r.Stats().Entries; got != entries {
		t.Errorf("the replica has %d entries, want %d", got, entries)
	}
	for _, i := range []int{0, entries / 2, entries - 1} {
		if !revoked(r, session(fmt.Sprint(i))) {
			t.Errorf("session %d is not revoked", i)
		}
	}
	if revoked(r, session("good")) {
		t.Error("a good session is revoked")
	}
	memory, err := s.do("MEMORY", "USAGE", "auth:{revocations}", "SAMPLES", "0").AsInt64()
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d entries, one in each record: ready after %s, %.1f MB kept (%.1f bytes an entry), %.1f MB at the server "+
		"(%.1f bytes an entry)", entries, took.Round(time.Millisecond), float64(kept)/1e6, float64(kept)/float64(entries),
		float64(memory)/1e6, float64(memory)/float64(entries))
	runtime.KeepAlive(r)
}

// fill revokes the sessions s-0, s-1 ... by several goroutines, which share round trips.
func fill(t *testing.T, s *server, entries int) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	r := open(t, newLog(t, s, ""))
	until(t, "ready", func() bool { return r.Ready() == nil })
	const writers = 64
	var running sync.WaitGroup
	for w := range writers {
		running.Go(func() {
			for i := w; i < entries && ctx.Err() == nil; i += writers {
				err := r.Revoke(ctx, fleet.Session("https://id.example", fmt.Sprint("s-", i)))
				if err != nil {
					t.Error(err)
					cancel()
				}
			}
		})
	}
	running.Wait()
}

func heap() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
