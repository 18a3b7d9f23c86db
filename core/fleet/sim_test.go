package fleet_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/core/fleet"
	"github.com/revstackhq/auth-go/core/internal/test"
)

// A schedule is a fleet, with faults and revocations at random moments of virtual time, whose every verdict is compared
// with a model that knows when what was revoked.
const (
	maxLag = 5 * time.Second
	// bound is how long after its publication a revocation may be unknown to a replica that answers: a record that the
	// log has lost is noticed with the next heartbeat, which may have to find another writer first, and counts as
	// missing for MaxLag.
	bound = 2*maxLag + time.Second
	// recovery is how long after the last fault every replica is ready again. Most often it takes a second; the longest
	// is a repair for which a replica without holes has to be found.
	recovery = 4 * maxLag
)

type simulation struct {
	t        testing.TB
	seed     uint64
	rng      *rand.Rand
	store    *store
	replicas []*replica
	users    []*core.Session
	// revokedAt is when Revoke returned without an error, or when it was called if it returned one.
	revokedAt map[int]time.Time
	published map[int]bool
	faultAt   time.Time // the last moment of any fault
	verdicts  int
}

type replica struct {
	*fleet.Revocations

	connection *connection
	stop       context.CancelFunc
	faulty     bool
	started    time.Time
}

func (s *simulation) start() *replica {
	ctx, cancel := context.WithCancel(context.Background())
	r := &replica{connection: s.store.connect(), stop: cancel, started: time.Now()}
	r.Revocations = open(ctx, s.t, r.connection)
	return r
}

func (s *simulation) fail(format string, args ...any) {
	s.t.Helper()
	for _, r := range s.replicas { // or the bubble does not end
		r.stop()
	}
	s.t.Fatalf("schedule %d at %s: %s", s.seed, time.Now().UTC().Format("05.000"), fmt.Sprintf(format, args...))
}

// check compares what each replica says of each user with the model.
func (s *simulation) check() {
	now := time.Now()
	for i, r := range s.replicas {
		for u, session := range s.users {
			s.verdicts++
			got := verdict(r.Revocations, session)
			at, revoked := s.revokedAt[u]
			switch {
			case got == "revoked" && !revoked:
				s.fail("replica %d refuses a good session", i)
			case got == "good" && s.published[u] && now.Sub(at) > bound && now.Sub(r.started) > bound:
				s.fail("replica %d accepts user %d, revoked %s ago: %+v", i, u, now.Sub(at), r.Stats())
			case got != "good" && got != "revoked" && now.Sub(s.faultAt) > recovery && now.Sub(r.started) > maxLag:
				s.fail("replica %d is not ready %s after the last fault: %v", i, now.Sub(s.faultAt), r.Ready())
			}
		}
	}
}

func (s *simulation) revoke(u int, r *replica) {
	_, again := s.revokedAt[u]
	if !again {
		s.revokedAt[u] = time.Now()
	}
	err := r.Revoke(context.Background(), fleet.UserOf(s.users[u]))
	if err == nil && !s.published[u] {
		s.published[u], s.revokedAt[u] = true, time.Now()
	}
}

// run plays one schedule. Either connections fail and replicas restart, or the store loses records while the replicas
// live: a record that only one replica and the store have known is gone if both lose it.
func (s *simulation) run(replicas, steps int, loses bool) {
	s.rng = rand.New(rand.NewPCG(s.seed, 13))
	s.store, s.revokedAt, s.published = newStore(), map[int]time.Time{}, map[int]bool{}
	s.users = simulated()
	for range replicas {
		s.replicas = append(s.replicas, s.start())
		if s.rng.IntN(2) == 0 {
			time.Sleep(time.Duration(s.rng.IntN(900)) * time.Millisecond)
		}
	}
	s.faultAt = time.Now()
	for range steps {
		time.Sleep(time.Duration(s.rng.IntN(1500)) * time.Millisecond)
		r := s.replicas[s.rng.IntN(len(s.replicas))]
		switch n := s.rng.IntN(10); {
		case n < 4:
			s.revoke(s.rng.IntN(len(s.users)-1), r) // the last one stays good
		case n < 7 && loses:
			s.lose()
		case n < 7:
			s.disturb(r)
		case n == 7 && loses:
			s.replicas = append(s.replicas, s.start())
		case n == 7:
			s.restart(r)
		default:
		}
		if slices.ContainsFunc(s.replicas, func(r *replica) bool { return r.faulty }) {
			s.faultAt = time.Now()
		}
		s.check()
	}
	for _, r := range s.replicas {
		if r.faulty {
			r.connection.set(false, false, 0)
			s.faultAt = time.Now()
		}
	}
	for range 8 { // everything recovers by itself
		time.Sleep(recovery / 7)
		s.check()
	}
	late := s.start()
	s.replicas = append(s.replicas, late)
	time.Sleep(bound + time.Second)
	s.check()
	for u := range s.users {
		if _, revoked := s.revokedAt[u]; s.published[u] && revoked && verdict(late.Revocations, s.users[u]) != "revoked" {
			s.fail("a replica that starts at the end says %s of user %d", verdict(late.Revocations, s.users[u]), u)
		}
	}
	for _, r := range s.replicas {
		r.stop()
	}
	for _, r := range s.replicas {
		r.Wait()
	}
}

// disturb breaks or mends one replica's connection.
func (s *simulation) disturb(r *replica) {
	if r.faulty {
		r.connection.set(false, false, 0)
		r.faulty = false
		s.faultAt = time.Now()
		return
	}
	r.faulty = true
	switch s.rng.IntN(4) {
	case 0:
		r.connection.set(false, true, 0)
	case 1:
		r.connection.set(false, false, time.Duration(s.rng.IntN(2500))*time.Millisecond)
	default:
		r.connection.set(true, false, 0)
	}
}

// restart replaces a replica whose own revocations are published: what is only in a process is lost with it.
func (s *simulation) restart(r *replica) {
	if r.Stats().Unconfirmed > 0 || r.faulty {
		return
	}
	i := slices.Index(s.replicas, r)
	r.stop()
	r.Wait()
	s.replicas[i] = s.start()
	s.faultAt = time.Now()
}

// lose makes the store lose, change, repeat or reorder records.
func (s *simulation) lose() {
	s.faultAt = time.Now()
	s.store.change(func(all []stored) []stored {
		if len(all) == 0 {
			return all
		}
		i := s.rng.IntN(len(all))
		switch s.rng.IntN(6) {
		case 0: // FLUSHALL
			return nil
		case 1: // a failover to a replica of the store that lacks the end
			return slices.Clone(all[:i])
		case 2: // somebody deletes one
			return slices.Delete(slices.Clone(all), i, i+1)
		case 3: // or changes a bit
			all = slices.Clone(all)
			raw := slices.Clone(all[i].raw)
			raw[s.rng.IntN(len(raw))] ^= 1 << s.rng.IntN(8)
			all[i].raw = raw
			return all
		case 4: // or appends old ones again, and rubbish
			s.store.next += 2
			return append(slices.Clone(all), stored{s.store.next - 1, all[i].raw}, stored{s.store.next, []byte("rubbish")})
		default: // or reorders
			all = slices.Clone(all)
			j := s.rng.IntN(len(all))
			all[i].raw, all[j].raw = all[j].raw, all[i].raw
			return all
		}
	})
}

// simulated are the sessions of all schedules: making one costs more than a schedule. They were issued when the clock
// of a bubble begins.
var simulated = sync.OnceValue(func() (all []*core.Session) {
	for u := range 4 {
		begin := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
		times := authtest.Claims{"iat": begin.Unix(), "exp": begin.Add(time.Hour).Unix()}
		all = append(all, session(fmt.Sprint("u", u), times))
	}
	return all
})

func TestSchedules(t *testing.T) {
	schedules := 1_000
	if testing.Short() || test.Race {
		schedules = 100
	}
	if text := os.Getenv("FLEET_SCHEDULES"); text != "" {
		schedules, _ = strconv.Atoi(text)
	}
	first := uint64(0)
	if text := os.Getenv("FLEET_FIRST"); text != "" {
		first, _ = strconv.ParseUint(text, 10, 64)
	}
	simulated()
	began, verdicts := time.Now(), 0
	for seed := first; seed < first+uint64(schedules); seed++ {
		synctest.Test(t, func(t *testing.T) {
			s := &simulation{t: t, seed: seed}
			s.run(2+int(seed%4), 12, seed%2 == 1)
			verdicts += s.verdicts
		})
		if t.Failed() {
			break
		}
	}
	t.Logf("%d schedules, %d verdicts in %s", schedules, verdicts, time.Since(began).Round(time.Millisecond))
}
