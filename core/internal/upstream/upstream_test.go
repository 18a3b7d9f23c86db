package upstream_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/revstackhq/auth-go/core/internal/upstream"
)

func TestGroup(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := upstream.NewGroup[string, int](2, time.Second)
		calls, settled := 0, 0
		slow := upstream.Call[int]{
			Run:    func(context.Context) (int, error) { calls++; time.Sleep(time.Second / 2); return calls, nil },
			Settle: func(n int, err error) (int, error) { settled++; return n + 100, err },
		}
		var wg sync.WaitGroup
		for range 10 {
			wg.Go(func() {
				if n, err := g.Do(t.Context(), "a", slow); n != 101 || err != nil {
					t.Errorf("%d, %v", n, err)
				}
			})
		}
		synctest.Wait()
		canceled, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := g.Do(canceled, "a", slow); !errors.Is(err, context.Canceled) {
			t.Errorf("a caller that gave up: %v", err)
		}
		wg.Wait()
		if calls != 1 || settled != 1 {
			t.Errorf("%d calls, %d settled", calls, settled)
		}
		if _, err := g.Do(t.Context(), "p", upstream.Call[int]{Run: func(context.Context) (int,
			error,
		) {
			panic("secret")
		}}); err == nil ||
			err.Error() != "panic: string" {
			t.Errorf("a panic: %v", err)
		}
	})
}

// TestKnownResult: a caller that looked before a call ended, and asks after it, gets that call's result.
func TestKnownResult(t *testing.T) {
	g := upstream.NewGroup[string, int](1, time.Second)
	known, calls := 0, 0
	call := upstream.Call[int]{
		Known:  func() (int, bool) { return known, known != 0 },
		Run:    func(context.Context) (int, error) { calls++; return 7, nil },
		Settle: func(n int, err error) (int, error) { known = n; return n, err },
	}
	for range 2 {
		if n, err := g.Do(t.Context(), "a", call); n != 7 || err != nil {
			t.Errorf("%d, %v", n, err)
		}
	}
	if calls != 1 {
		t.Errorf("%d calls", calls)
	}
}

// TestDeafCalls: a call that ignores its context keeps its slot, so that such calls cannot pile up.
func TestDeafCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := upstream.NewGroup[int, int](2, time.Second)
		release := make(chan struct{})
		settled := 0
		deaf := upstream.Call[int]{
			Run:    func(context.Context) (int, error) { <-release; return 1, nil },
			Settle: func(n int, err error) (int, error) { settled++; return n, err },
		}
		for key := range 2 {
			start := time.Now()
			if n, err := g.Do(t.Context(), key, deaf); !errors.Is(err, upstream.ErrTimeout) || n != 0 ||
				time.Since(start) != time.Second {
				t.Errorf("%d, %v after %v", n, err, time.Since(start))
			}
		}
		if _, err := g.Do(t.Context(), 3, deaf); !errors.Is(err, upstream.ErrBusy) {
			t.Errorf("a third call: %v", err)
		}
		close(release)
		synctest.Wait()
		if n, err := g.Do(t.Context(), 1, deaf); n != 1 || err != nil || settled != 3 {
			t.Errorf("after the calls returned: %d, %v; %d settled", n, err, settled)
		}
	})
}

func TestBreaker(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	var b upstream.Breaker
	allowed := func(want bool) {
		t.Helper()
		if _, ok := b.Allow(now); ok != want {
			t.Fatalf("Allow is %v", ok)
		}
	}
	for range 2 {
		allowed(true)
		if b.Failed(now, 0) {
			t.Fatal("two failures are a reason to pause")
		}
	}
	allowed(true)
	if b.Succeeded() {
		t.Fatal("a success without a pause ends one")
	}
	for n := range 3 {
		allowed(true)
		if opened := b.Failed(now, 0); opened != (n == 2) {
			t.Fatalf("failure %d: opened is %v", n, opened)
		}
	}
	for range 100 { // calls that were running
		b.Failed(now, 0)
	}
	allowed(false)
	now = now.Add(time.Second)
	allowed(true)
	allowed(false) // one probe at a time
	b.Abandoned()
	allowed(true)
	if b.Failed(now, 0) {
		t.Fatal("a failed probe begins no new outage")
	}
	for range 20 {
		wait, _ := b.Allow(now)
		if wait > 30*time.Second {
			t.Fatalf("a pause of %v", wait)
		}
		now = now.Add(wait)
		allowed(true)
		b.Failed(now, 0)
	}
	now = now.Add(30 * time.Second)
	allowed(true)
	if !b.Succeeded() {
		t.Fatal("the outage is not over")
	}
	allowed(true)
	b.Failed(now, time.Hour)
	if wait, ok := b.Allow(now); ok || wait != 5*time.Minute {
		t.Errorf("Retry-After of an hour: %v, %v", wait, ok)
	}
}
