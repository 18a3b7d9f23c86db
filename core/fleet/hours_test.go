package fleet_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/revstackhq/auth-go/core/fleet"
	"github.com/revstackhq/auth-go/core/internal/test"
)

// gate is a replica's connection to a log, which can break.
type gate struct {
	fleet.Log

	mu   sync.Mutex
	down bool
}

func (g *gate) broken() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.down
}

func (g *gate) Append(ctx context.Context, records ...[]byte) error {
	if g.broken() {
		return errDown
	}
	return g.Log.Append(ctx, records...)
}

func (g *gate) Read(ctx context.Context, after string, each func(string, []byte) error) error {
	return g.Log.Read(ctx, after, g.while(each))
}

func (g *gate) Tail(ctx context.Context, after string, each func(string, []byte) error) error {
	return g.Log.Tail(ctx, after, g.while(each))
}

func (g *gate) while(each func(string, []byte) error) func(string, []byte) error {
	return func(id string, record []byte) error {
		if g.broken() {
			return errDown
		}
		return each(id, record)
	}
}

func (g *gate) set(broken bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.down = broken
}

// TestHoursOfFaults is two hours of a fleet in one bubble, of a thousand replicas in CI, and a day with FLEET_DAY=1:
// connections break and heal at random, users are revoked, and every five minutes the verdicts of each replica are
// compared with what was revoked when.
func TestHoursOfFaults(t *testing.T) {
	replicas, day := 50, 2*time.Hour
	switch {
	case test.Race:
	case os.Getenv("FLEET_DAY") != "":
		replicas, day = 1000, 24*time.Hour
	case os.Getenv("FLEET_SCHEDULES") != "":
		replicas = 1000
	default:
	}
	users := simulated()
	began := time.Now()
	synctest.Test(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(1, 3))
		ctx, cancel := context.WithCancel(t.Context())
		log := fleet.NewMemoryLog(0)
		const lag = 5 * time.Minute
		var all []*fleet.Revocations
		var gates []*gate
		for range replicas {
			g := &gate{Log: log}
			gates = append(gates, g)
			all = append(all, open(ctx, t, g, func(o *fleet.Options) { o.MaxLag = lag }))
		}
		start := time.Now()
		revokedAt := map[int]time.Time{}
		brokenAt := make([]time.Time, replicas)
		verdicts := 0
		for time.Since(start) < day {
			time.Sleep(lag)
			for range replicas / 20 {
				i := rng.IntN(replicas)
				gates[i].set(!gates[i].broken())
				brokenAt[i] = time.Now()
			}
			if u := rng.IntN(40); u < 3 {
				i := rng.IntN(replicas)
				if err := all[i].Revoke(ctx, fleet.UserOf(users[u])); err == nil && revokedAt[u].IsZero() {
					revokedAt[u] = time.Now()
				}
			}
			for i, r := range all {
				for u, s := range users {
					verdicts++
					got := verdict(r, s)
					at, revoked := revokedAt[u]
					switch {
					case got == "good" && revoked && time.Since(at) > 2*lag:
						t.Errorf("replica %d accepts user %d, revoked %s ago", i, u, time.Since(at))
					case got == "revoked" && u == 3:
						t.Errorf("replica %d refuses a good session", i)
					case got == "behind" && !gates[i].broken() && time.Since(brokenAt[i]) > 2*lag:
						t.Errorf("replica %d is not ready %s after its fault: %v", i, time.Since(brokenAt[i]), r.Ready())
					}
				}
			}
			if t.Failed() {
				break
			}
		}
		cancel()
		for _, r := range all {
			r.Wait()
		}
		fmt.Fprintf(t.Output(), "%d replicas, %s, %d verdicts\n", replicas, day, verdicts)
	})
	t.Logf("in %s", time.Since(began).Round(time.Millisecond))
}
