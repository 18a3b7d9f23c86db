package fleet_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/fleet"
	"github.com/revstackhq/auth-go/core/internal/test"
)

// filledFleet returns a replica that knows n revocations, none of the sessions in the test.
func filledFleet(tb testing.TB, n int) *fleet.Revocations {
	tb.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	r := open(ctx, tb, fleet.NewMemoryLog(0))
	tb.Cleanup(func() {
		cancel()
		r.Wait()
	})
	targets := make([]fleet.Target, 0, 10_000)
	for i := range n {
		if targets = append(targets, fleet.Session(issuer, fmt.Sprint(i))); len(targets) == cap(targets) || i == n-1 {
			if err := r.Revoke(ctx, targets...); err != nil {
				tb.Fatal(err)
			}
			targets = targets[:0]
		}
	}
	if err := errors.Join(r.AwaitReady(ctx), r.AwaitConfirmed(ctx)); err != nil {
		tb.Fatal(err)
	}
	return r
}

func TestCheckDoesNotAllocate(t *testing.T) {
	if test.Race {
		t.Skip("the race detector allocates")
	}
	for _, n := range []int{0, 10_000} {
		r, s := filledFleet(t, n), session("u", nil)
		check := func() {
			if revoked, err := r.Revoked(context.Background(), s); revoked || err != nil {
				t.Error(revoked, err)
			}
		}
		check() // the first one computes the names
		if got := testing.AllocsPerRun(100, check); got != 0 {
			t.Errorf("%d entries: %v allocations", n, got)
		}
	}
}

// BenchmarkRevoked reports what a check costs that finds nothing, as the fastest of many batches: other work on the
// machine makes a batch slower, never faster. A session is checked again after a new revocation has arrived, and named
// when it is seen first.
func BenchmarkRevoked(b *testing.B) {
	const batch = 1_000
	sessions := make([]*core.Session, batch)
	for i := range sessions {
		sessions[i] = session(fmt.Sprint("u", i), nil)
	}
	for _, n := range []int{0, 1_000_000} {
		r, s := filledFleet(b, n), sessions[0]
		measure := func(of func(i int) *core.Session) time.Duration {
			began := time.Now()
			for i := range batch {
				if revoked, err := r.Revoked(context.Background(), of(i)); revoked || err != nil {
					b.Fatal(revoked, err)
				}
			}
			return time.Since(began)
		}
		b.Run(fmt.Sprintf("entries=%d", n), func(b *testing.B) {
			b.ReportAllocs()
			first := measure(func(i int) *core.Session { return sessions[i] })
			again, known := time.Hour, time.Hour
			for i := 0; b.Loop(); i++ {
				b.StopTimer()
				if err := r.Revoke(context.Background(), fleet.Session(issuer, fmt.Sprint("another ", i))); err != nil {
					b.Fatal(err)
				}
				b.StartTimer()
				again = min(again, measure(func(i int) *core.Session { return sessions[i] }))
				known = min(known, measure(func(int) *core.Session { return s }))
			}
			b.ReportMetric(float64(first.Nanoseconds())/batch, "first-ns")
			b.ReportMetric(float64(again.Nanoseconds())/batch, "again-ns")
			b.ReportMetric(float64(known.Nanoseconds())/batch, "known-ns")
		})
	}
}

// BenchmarkSnapshot is a new replica that reads a log of a million revocations, each in a record of its own.
func BenchmarkSnapshot(b *testing.B) {
	const n = 1_000_000
	log := fleet.NewMemoryLog(0)
	ctx, cancel := context.WithCancel(context.Background())
	first := open(ctx, b, log)
	for i := range n {
		if err := first.Revoke(ctx, fleet.Session(issuer, fmt.Sprint(i))); err != nil {
			b.Fatal(err)
		}
	}
	if err := first.AwaitConfirmed(ctx); err != nil {
		b.Fatal(err)
	}
	cancel()
	first.Wait()
	for b.Loop() {
		ctx, cancel := context.WithCancel(context.Background())
		r := open(ctx, b, log)
		if err := r.AwaitReady(ctx); err != nil {
			b.Fatal(err)
		}
		if got := r.Stats().Entries; got != n {
			b.Fatalf("%d entries", got)
		}
		cancel()
		r.Wait()
	}
}
