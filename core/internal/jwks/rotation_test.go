package jwks_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core/event"
	"github.com/revstackhq/auth-go/core/internal/jwks"
	"github.com/revstackhq/auth-go/core/keys"
)

func TestRotationIsLearnedFromATokensKid(t *testing.T) {
	a := ec("a")
	i, clk := newIssuer(t, jwkSet(set(a))), newClock()
	s := i.source(clk)
	old := found(t, s, "a")
	old.Attach("prepared")
	i.serve(jwkSet(set(a, ec("b"))))
	found(t, s, "b") // no cool-down has begun: at once
	hits(t, i, 2)
	if kept := found(t, s, "a"); kept != old || kept.Aux() != "prepared" {
		t.Fatal("an unchanged key lost its pointer")
	}
	if found(t, s, "b").Aux() != nil {
		t.Fatal("a new key has material already")
	}
	// Same kid, other key: another pointer.
	i.serve(jwkSet(set(ec("a"))))
	clk.advance(9 * time.Minute)
	found(t, s, "a")
	s.Await()
	if found(t, s, "a") == old {
		t.Fatal("a replaced key kept its pointer")
	}
}

func TestUnknownKidCooldown(t *testing.T) {
	i, clk, seen := newIssuer(t, jwkSet(set(ec("a")))), newClock(), &events{}
	s := i.source(clk, func(c *jwks.Config) { c.Emit = seen.emit })
	found(t, s, "a")
	_, err := look(s, "x1\n"+strings.Repeat("z", 500))
	unknown(t, err, false)
	hits(t, i, 2)
	_, err = look(s, "x2")
	unknown(t, err, true)
	i.serve(jwkSet(set(ec("b"))))
	_, err = look(s, "b")
	unknown(t, err, true)
	hits(t, i, 2)
	clk.advance(5*time.Second - 1)
	_, err = look(s, "b")
	unknown(t, err, true)
	clk.advance(1)
	found(t, s, "b") // a kid refused without a fetch is not remembered as refused
	hits(t, i, 3)
	if h := s.Health(); h.UnknownKeys != 4 || h.Throttled != 3 {
		t.Fatalf("health = %+v", h)
	}
	for _, ev := range seen.take(s) {
		if ev, ok := ev.(event.UnknownKey); ok && (len(ev.KeyID) > 70 || strings.Contains(ev.KeyID, "\n")) {
			t.Fatalf("event = %+v", ev)
		}
	}
}

func TestUnknownKidJoinsAFlightInItsCooldown(t *testing.T) {
	i, clk := newIssuer(t, jwkSet(set(ec("a")))), newClock()
	s := i.source(clk, policy(keys.Policy{Cooldown: time.Hour}))
	found(t, s, "a")
	_, err := look(s, "x")
	unknown(t, err, false)
	entered, release := make(chan struct{}), make(chan struct{})
	good := jwkSet(set(ec("a"), ec("b")))
	i.serve(func(w http.ResponseWriter, r *http.Request) { close(entered); <-release; good(w, r) })
	clk.advance(9 * time.Minute)
	found(t, s, "a") // starts the scheduled fetch
	<-entered
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := s.Lookup(ctx, "b", true, "ES256"); !errors.Is(err, context.Canceled) {
		t.Fatalf("it did not wait for the fetch under way: %v", err)
	}
	close(release)
	s.Await()
	found(t, s, "b")
}

// TestRefusedKidOnAStaleSet: a refusal is about the set that lacked the kid. It does not apply once that set is stale.
func TestRefusedKidOnAStaleSet(t *testing.T) {
	i, clk := newIssuer(t, jwkSet(set(ec("a")))), newClock()
	s := i.source(clk, policy(keys.Policy{MinFresh: time.Second, DefaultFresh: 2 * time.Second}))
	found(t, s, "a")
	_, err := look(s, "b")
	unknown(t, err, false)
	i.serve(jwkSet(set(ec("b"))))
	clk.advance(3 * time.Second)
	found(t, s, "b")
}

func TestFailedFetchDoesNotUseUpTheCooldown(t *testing.T) {
	i, clk := newIssuer(t, jwkSet(set(ec("a")))), newClock()
	s := i.source(clk)
	found(t, s, "a")
	i.down()
	_, err := look(s, "b")
	unavailable(t, err) // not "unknown": it may be new
	i.serve(jwkSet(set(ec("b"))))
	_, err = look(s, "b")
	clk.advance(unavailable(t, err)) // at most 1 s, not the 5 s of the cool-down
	found(t, s, "b")
	hits(t, i, 3)
}

func TestDeadKidCostsOneFetchAMinute(t *testing.T) {
	i, clk := newIssuer(t, jwkSet(set(ec("a")), "Cache-Control", "max-age=86400")), newClock()
	s := i.source(clk)
	found(t, s, "a")
	for range 600 { // ten minutes, once a second
		_, err := look(s, "dead")
		if err == nil {
			t.Fatal("found")
		}
		clk.advance(time.Second)
	}
	// Holds of 5, 10, 20, 40 and then 60 s.
	if n := i.hits.Load() - 1; n < 12 || n > 14 {
		t.Fatalf("%d fetches for one dead kid in ten minutes", n)
	}
}

func TestRefusalsAreBounded(t *testing.T) {
	now := newClock().Now()
	r := jwks.NewRefusals(5*time.Second, 8)
	for n := range 1000 {
		r.Refuse(fmt.Sprint("k", n), uint64(n), now)
	}
	if r.Size() != 8 || r.Holds("k991", now) || !r.Holds("k992", now) || !r.Holds("k999", now) {
		t.Fatalf("%d kids, want the last 8", r.Size())
	}
	r.Refuse("k999", 999, now) // the same fetch does not double the duration
	if r.Holds("k999", now.Add(5*time.Second)) {
		t.Fatal("one fetch doubled the duration")
	}
	r.Refuse("k999", 1000, now)
	if !r.Holds("k999", now.Add(9*time.Second)) || r.Holds("k999", now.Add(10*time.Second)) {
		t.Fatal("the second fetch did not double the duration")
	}
	r.Refuse("k999", 1001, now.Add(time.Hour)) // long ago: new again
	if r.Holds("k999", now.Add(time.Hour+5*time.Second)) {
		t.Fatal("the duration still doubles an hour later")
	}
}

// TestStorm sends 1,000,000 random kids in one minute from 64 goroutines, with good tokens among them, and rotates in
// the middle.
func TestStorm(t *testing.T) {
	const total, workers = 1_000_000, 64
	goroutines := runtime.NumGoroutine()
	good, fresh := ec("good"), ec("fresh")
	i, clk := newIssuer(t, jwkSet(set(good))), newClock()
	s := i.source(clk, policy(keys.Policy{MaxRefusedKids: 128}))
	found(t, s, "good")

	var sent, refused, rotatedAt, learnedAt atomic.Int64
	var wg sync.WaitGroup
	start := clk.Now()
	for w := range workers {
		wg.Go(func() {
			for {
				n := sent.Add(1)
				if n > total {
					return
				}
				if n == total*11/20 { // in the middle of a cool-down
					i.serve(jwkSet(set(good, fresh)))
					rotatedAt.Store(int64(clk.Now().Sub(start)))
				}
				if keys, err := look(s, fmt.Sprintf("storm-%d-%d", w, n)); err == nil {
					t.Errorf("a made-up kid was served: %v", keys)
				}
				clk.advance(time.Minute / total)
				if n%100 == 0 {
					if _, err := look(s, "good"); err != nil {
						refused.Add(1)
					}
				}
				if n%1000 == 0 && rotatedAt.Load() != 0 && learnedAt.Load() == 0 {
					if _, err := look(s, "fresh"); err == nil {
						learnedAt.CompareAndSwap(0, int64(clk.Now().Sub(start)))
					}
				}
			}
		})
	}
	wg.Wait()
	if n := i.hits.Load() - 1; n > 12 {
		t.Errorf("%d fetches, want at most 12", n)
	}
	if refused.Load() != 0 {
		t.Errorf("%d good tokens refused", refused.Load())
	}
	if wait := time.Duration(learnedAt.Load() - rotatedAt.Load()); learnedAt.Load() == 0 || wait > 5*time.Second {
		t.Errorf("the new key was learned after %v", wait)
	}
	if kids, ring := s.RefusedSize(); kids > 128 || ring > 256 {
		t.Errorf("%d kids in a ring of %d", kids, ring)
	}
	t.Logf(
		"%d kids, %d fetches, learned after %v",
		total,
		i.hits.Load()-1,
		time.Duration(learnedAt.Load()-rotatedAt.Load()),
	)
	i.Close()
	settled(t, goroutines)
}

func TestRemovedKeyIsRefusedWithinOneFreshness(t *testing.T) {
	b := ec("b")
	for name, step := range map[string]time.Duration{"busy": 10 * time.Second, "idle": 10 * time.Minute} {
		t.Run(name, func(t *testing.T) {
			i, clk := newIssuer(t, jwkSet(set(ec("a"), b))), newClock()
			s := i.source(clk)
			found(t, s, "a")
			i.serve(jwkSet(set(b)))
			for gone := clk.Now().Add(10 * time.Minute); clk.Now().Before(gone); {
				clk.advance(step)
				_, _ = look(s, "b")
			}
			_, err := look(s, "a")
			if err == nil {
				t.Fatal("a removed key is still served")
			}
			found(t, s, "b")
			if h := s.Health(); len(h.Keys) != 1 || h.Keys[0].ID != "b" {
				t.Fatalf("keys = %+v", h.Keys)
			}
		})
	}
}

func TestRefreshAheadServesMeanwhile(t *testing.T) {
	i, clk := newIssuer(t, jwkSet(set(ec("a")))), newClock()
	s := i.source(clk)
	found(t, s, "a")
	at := s.Health().RefreshAt.Sub(clk.Now())
	if at < 7*time.Minute+30*time.Second || at > 8*time.Minute+30*time.Second {
		t.Fatalf("refresh at %v, want 80 %% of 10 min, give or take 5 %%", at)
	}
	clk.advance(at - 1)
	found(t, s, "a")
	s.Await()
	hits(t, i, 1)
	release := make(chan struct{})
	good := jwkSet(set(ec("a"), ec("b")))
	i.serve(func(w http.ResponseWriter, r *http.Request) { <-release; good(w, r) })
	clk.advance(1)
	found(t, s, "a") // served while the fetch is held back
	if h := s.Health(); h.State != keys.StateRefreshing {
		t.Fatalf("state = %s", h.State)
	}
	joined := make(chan error, 1)
	go func() { _, err := look(s, "b"); joined <- err }() // joins that fetch
	close(release)
	if err := <-joined; err != nil {
		t.Fatal(err)
	}
	hits(t, i, 2)
}

func TestJitterSpreadsTheFleet(t *testing.T) {
	i, clk := newIssuer(t, jwkSet(set(ec("a")))), newClock()
	points := map[time.Time]bool{}
	for range 10 {
		s := i.source(clk)
		found(t, s, "a")
		points[s.Health().RefreshAt] = true
	}
	if len(points) < 9 {
		t.Fatalf("%d refresh points for 10 sources", len(points))
	}
}

func TestKnownKeyCostsNothing(t *testing.T) {
	i := newIssuer(t, jwkSet(set(ec("a"))))
	s := i.source(newClock())
	found(t, s, "a")
	ctx := context.Background()
	for name, hasKid := range map[string]bool{"kid": true, "no kid": false} {
		if n := testing.AllocsPerRun(1000, func() {
			if _, err := s.Lookup(ctx, "a", hasKid, "ES256"); err != nil {
				t.Error(err)
			}
		}); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
	hits(t, i, 1)
}

func TestRelearn(t *testing.T) {
	a, b := ec(""), ec("")
	i, clk := newIssuer(t, jwkSet(set(a))), newClock()
	s := i.source(clk)
	ctx := context.Background()
	tried, err := s.Lookup(ctx, "", false, "ES256")
	if err != nil || len(tried) != 1 {
		t.Fatal(tried, err)
	}
	i.serve(jwkSet(set(a, b)))
	more, err := s.Relearn(ctx, "ES256", tried)
	if err != nil || len(more) != 1 || more[0] == tried[0] {
		t.Fatalf("%v, %v; want the new key alone", more, err)
	}
	hits(t, i, 2)
	if again, err := s.Relearn(ctx, "ES256", tried); err != nil || len(again) != 1 { // known by now
		t.Fatal(again, err)
	}
	all, err := s.Lookup(ctx, "", false, "ES256")
	if err != nil || len(all) != 2 {
		t.Fatal(all, err)
	}
	for range 100_000 { // bad signatures without a kid: the cool-down applies
		if more, err := s.Relearn(ctx, "ES256", all); err != nil || len(more) != 0 {
			t.Fatal(more, err)
		}
	}
	hits(t, i, 2)
	i.down()
	clk.advance(5 * time.Second)
	_, err = s.Relearn(ctx, "ES256", all)
	unavailable(t, err)
	hits(t, i, 3)
}

func TestUnknownKeyNamesTheSkippedEntry(t *testing.T) {
	i := newIssuer(t, jwkSet(set(ec("a"), with(ec("enc"), "use", "enc"))))
	_, err := look(i.source(newClock()), "enc")
	unknown(t, err, false)
	if !strings.Contains(err.Error(), "use is enc, not sig") {
		t.Fatalf("err = %v", err)
	}
}
