//go:build !race

package main

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/revstackhq/auth-go/core"
)

// TestCrowd lets 10,000 goroutines verify at once, each its own token, new and then remembered; every second one is
// forged. Each must get its own session or be refused.
func TestCrowd(t *testing.T) {
	const crowd, times = 10_000, 4
	f := newFixture(t, "HS256")
	v := must(core.NewVerifier(f.contract(), roomy(crowd)))
	tokens := make([]string, crowd)
	for i := range tokens {
		tokens[i] = f.numbered("", i)
		if i%2 == 1 {
			tokens[i] = tampered(tokens[i])
		}
	}
	var wrong atomic.Int64
	var start, done sync.WaitGroup
	start.Add(1)
	for i, token := range tokens {
		done.Go(func() {
			start.Wait()
			for range times {
				var own struct {
					ID string `json:"jti"`
				}
				s, err := v.Verify(t.Context(), token)
				if good := i%2 == 0; good != (err == nil) || good && (s.Decode(&own) != nil || own.ID != jti(i)) {
					wrong.Add(1)
				}
			}
		})
	}
	start.Done()
	done.Wait()
	stats := v.Stats()
	t.Logf("%d goroutines, %d verdicts, %d wrong, %d remembered", crowd, crowd*times, wrong.Load(), stats.Hits)
	if wrong.Load() != 0 || stats.Hits < crowd/2*(times-1)*9/10 {
		t.Errorf("%d wrong verdicts, %d remembered", wrong.Load(), stats.Hits)
	}
}

func jti(n int) string { return fmt.Sprintf("%0*d", len(goodJTI), n) }
