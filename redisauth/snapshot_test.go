package redisauth_test

import (
	"context"
	"fmt"
	"regexp"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core/fleet"
)

// TestSnapshot starts a replica behind a log that is full of revocations. FLEET_ENTRIES makes the log larger, such as
// 1000000, and FLEET_PER_RECORD puts more of them into each record, up to 256, as a repair does. With -v it prints how
// long the replica took, what it keeps, and what the server holds.
func TestSnapshot(t *testing.T) {
	entries, perRecord := number("FLEET_ENTRIES", 20_000), number("FLEET_PER_RECORD", 1)
	s := startServer(t)
	empty := s.memory()
	fill(t, s, entries, perRecord)
	stored := s.memory() - empty
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
	each := func(bytes uint64) string {
		return fmt.Sprintf("%.1f MB (%.1f bytes an entry)", float64(bytes)/1e6, float64(bytes)/float64(entries))
	}
	t.Logf("%d entries, %d in each record: ready after %s, %s kept, %s at the server", entries, perRecord,
		took.Round(time.Millisecond), each(kept), each(stored))
	runtime.KeepAlive(r)
}

// fill revokes the sessions s-0, s-1 ... by several goroutines, which share round trips.
func fill(t *testing.T, s *server, entries, perRecord int) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	r := open(t, newLog(t, s, ""))
	until(t, "ready", func() bool { return r.Ready() == nil })
	const writers = 64
	var next atomic.Int64
	var running sync.WaitGroup
	for range writers {
		running.Go(func() {
			for ctx.Err() == nil {
				end := int(next.Add(int64(perRecord)))
				var targets []fleet.Target
				for i := end - perRecord; i < min(end, entries); i++ {
					targets = append(targets, fleet.Session("https://id.example", fmt.Sprint("s-", i)))
				}
				if len(targets) == 0 {
					return
				}
				if err := r.Revoke(ctx, targets...); err != nil {
					t.Error(err)
					cancel()
				}
			}
		})
	}
	running.Wait()
	if !t.Failed() && r.Stats().Entries != entries {
		t.Fatalf("%d entries, want %d", r.Stats().Entries, entries)
	}
}

// memory returns what the server's data take.
func (s *server) memory() uint64 {
	s.t.Helper()
	info, err := s.do("INFO", "memory").ToString()
	if err != nil {
		s.t.Fatal(err)
	}
	found := regexp.MustCompile(`used_memory_dataset:(\d+)`).FindStringSubmatch(info)
	if found == nil {
		s.t.Fatal("INFO has no used_memory_dataset")
	}
	n, err := strconv.ParseUint(found[1], 10, 64)
	if err != nil {
		s.t.Fatal(err)
	}
	return n
}

func heap() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
