package delivery_test

import (
	"slices"
	"sync"
	"testing"

	"github.com/revstackhq/auth-go/core/internal/delivery"
)

// TestDeliver: values arrive in order, those that are queued meanwhile too, and no two calls overlap.
func TestDeliver(t *testing.T) {
	var q delivery.Queue[int]
	var got []int
	q.Add(1)
	q.Add(2)
	q.Deliver(func(n int) {
		if q.Idle() {
			t.Error("idle during a call")
		}
		got = append(got, n)
		if n < 3 {
			q.Add(n + 10)
			q.Deliver(func(n int) { t.Errorf("a second call, for %d", n) })
		}
	})
	if want := []int{1, 2, 11, 12}; !slices.Equal(got, want) || !q.Idle() {
		t.Errorf("got %v, idle %t, want %v", got, q.Idle(), want)
	}
}

func TestAddRecentDropsTheOldest(t *testing.T) {
	var q delivery.Queue[int]
	for n := range 5 {
		q.AddRecent(n, 2)
	}
	var got []int
	q.Deliver(func(n int) { got = append(got, n) })
	if want := []int{3, 4}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// TestNothingIsLost: what goroutines queue is all delivered by the time that they have called Deliver.
func TestNothingIsLost(t *testing.T) {
	const goroutines, each = 8, 500
	var q delivery.Queue[int]
	var wg sync.WaitGroup
	total := 0 // guarded by delivery itself
	for range goroutines {
		wg.Go(func() {
			for range each {
				q.Add(1)
				q.Deliver(func(n int) { total += n })
			}
		})
	}
	wg.Wait()
	if total != goroutines*each || !q.Idle() {
		t.Errorf("%d of %d were delivered", total, goroutines*each)
	}
}
