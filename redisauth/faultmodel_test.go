package redisauth_test

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/fleet"
)

const (
	// shortLag is the MaxLag of the replicas under faults. All faults are played at once, which keeps a machine busy.
	shortLag = slowdown * 2 * time.Second
	// skew is their ClockSkew. They have one clock.
	skew = shortLag / 10
	// bound is how old a revocation is at most when a replica that fails closed still accepts its session. A store that
	// delays records adds ClockSkew to MaxLag, and a busy machine adds some.
	bound = shortLag + skew + time.Second
)

// replica is a fleet's member whose every verdict the model checks.
type replica struct {
	*fleet.Revocations

	name string
	mode fleet.Failure
	// behind is true if the fault is between this replica and the store.
	behind bool

	faultAt   time.Time     // when the fault began
	lag       time.Duration // how old its news were then
	recovered bool          // it was ready after the fault
	refuses   map[string]bool
}

// model watches replicas and knows what each may answer.
type model struct {
	t        *testing.T
	replicas []*replica
	cut      bool // the fault can make replicas unable to know all revocations
	deaf     bool // no replica behind the fault hears anything until it is over

	mu          sync.Mutex
	old, young  *core.Session // never revoked
	revoked     map[string]*core.Session
	revokedAt   map[string]time.Time
	confirmed   map[string]bool // the log has it
	over        bool            // the fault is
	verdicts    int             // that were compared
	latest      time.Duration   // the oldest revocation whose session a replica that fails closed accepted
	refusedGood int             // of good sessions, during the outage
}

func newModel(t *testing.T) *model {
	t.Helper()
	return &model{
		t:         t,
		old:       sessionOf(t, "good", time.Hour),
		young:     sessionOf(t, "young", 0),
		revoked:   map[string]*core.Session{},
		revokedAt: map[string]time.Time{},
		confirmed: map[string]bool{},
	}
}

// sessionOf returns a session whose token was issued so long ago.
func sessionOf(t *testing.T, user string, ago time.Duration) *core.Session {
	t.Helper()
	const issuer = "https://id.example"
	contract, err := core.NewContract(core.Rules{
		Issuer:     issuer,
		Secret:     secret,
		Algorithms: []string{"HS256"},
		Audiences:  []string{"api"},
	})
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	s, err := contract.Accept(fmt.Appendf(nil, `{"iss":%q,"sub":%q,"sid":%q,"aud":"api","iat":%d,"exp":%d}`,
		issuer, user, "s-"+user, now.Add(-ago).Unix(), now.Add(time.Hour).Unix()))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (m *model) open(name string, log fleet.Log, mode fleet.Failure, behind bool) *replica {
	m.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	r, err := fleet.Open(ctx, log, fleet.Options{
		Secret:    secret,
		OnFailure: mode,
		MaxLag:    shortLag,
		ClockSkew: skew,
		Logger:    slog.New(slog.DiscardHandler),
	})
	if err != nil {
		m.t.Fatal(err)
	}
	m.t.Cleanup(func() {
		cancel()
		r.Wait()
	})
	return &replica{Revocations: r, name: name, mode: mode, behind: behind, refuses: map[string]bool{}}
}

// verdict is what a replica says of a session.
func (r *replica) verdict(s *core.Session) string {
	switch gone, err := r.Revoked(context.Background(), s); {
	case err != nil:
		return "unavailable"
	case gone:
		return "revoked"
	}
	return "accepted"
}

// passes reports whether r lets a session in that it does not know to be revoked, although it is not ready.
func (r *replica) passes(young bool) bool { return r.mode == fleet.FailOpen || r.mode > 0 && young }

// check compares what each replica says with the model.
func (m *model) check() {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, r := range m.replicas {
		m.good(r, m.old, false)
		m.good(r, m.young, true)
		for user, s := range m.revoked {
			m.gone(r, user, s)
		}
		m.verdicts += 2 + len(m.revoked)
		if m.over && r.Ready() == nil {
			r.recovered = true
		}
	}
}

// good fails the test if a session that was never revoked is refused before the replica's news are MaxLag old.
func (m *model) good(r *replica, s *core.Session, young bool) {
	since := time.Now()
	got := r.verdict(s)
	if got == "unavailable" && !r.passes(young) {
		m.refusedGood++
		if m.cut && r.behind && !r.recovered && !r.faultAt.IsZero() && time.Since(r.faultAt) >= shortLag-r.lag {
			return
		}
	}
	if got != "accepted" {
		m.t.Errorf("%s: a good session is %s, %s after the fault (news were %s old): %v", r.name, got,
			since.Sub(r.faultAt), r.lag, r.Ready())
	}
}

// gone fails the test if a revoked session is accepted for too long, or after it was refused.
func (m *model) gone(r *replica, user string, s *core.Session) {
	age := time.Since(m.revokedAt[user])
	switch got := r.verdict(s); {
	case got == "revoked":
		r.refuses[user] = true
	case r.refuses[user]:
		m.t.Errorf("%s: forgot a revocation: its session is %s", r.name, got)
	case got == "unavailable" || r.passes(false):
	default:
		if !m.confirmed[user] && !m.deaf {
			return // the log does not have it, and says so to the one that revokes
		}
		m.latest = max(m.latest, age)
		if age > bound {
			m.t.Errorf("%s: accepts a session that was revoked %s ago: %+v", r.name, age, r.Stats())
		}
	}
}

// watch checks until the test has ended or stop is called.
func (m *model) watch() (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() {
		for ctx.Err() == nil && !m.t.Failed() {
			m.check()
			time.Sleep(5 * time.Millisecond)
		}
	})
	return func() {
		cancel()
		running.Wait()
	}
}

// revoke revokes a new session at the first replica.
func (m *model) revoke(user string) error {
	s := sessionOf(m.t, user, time.Hour)
	m.mu.Lock()
	m.revoked[user], m.revokedAt[user] = s, time.Now()
	m.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), shortLag/4)
	defer cancel()
	err := m.replicas[0].Revoke(ctx, fleet.SessionOf(s))
	m.mu.Lock()
	m.confirmed[user] = err == nil
	m.mu.Unlock()
	return err
}

func (m *model) allRefuse(user string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, r := range m.replicas {
		if r.verdict(m.revoked[user]) != "revoked" {
			return false
		}
	}
	return true
}

// ready reports whether all replicas are ready and have heard a heartbeat not long ago.
func (m *model) ready() bool {
	return !slices.ContainsFunc(m.replicas, func(r *replica) bool {
		return r.Ready() != nil || r.Stats().Lag > shortLag/2
	})
}

// out reports whether no replica behind the fault is ready.
func (m *model) out() bool {
	return !slices.ContainsFunc(m.replicas, func(r *replica) bool { return r.behind && r.Ready() == nil })
}

// begin notes that a fault begins now.
func (m *model) begin(l lab) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.cut, m.deaf = l.cut || l.may, l.cut
	for _, r := range m.replicas {
		r.lag, r.faultAt = r.Stats().Lag, time.Now()
	}
}

func (m *model) end() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.over, m.deaf = true, false
}

// outage checks the answers of each failure mode while no replica behind the fault can know all revocations.
func (m *model) outage() {
	for _, r := range m.replicas {
		for _, s := range []*core.Session{m.old, m.young} {
			want := "unavailable"
			if !r.behind || r.passes(s == m.young) {
				want = "accepted"
			}
			if got := r.verdict(s); got != want {
				m.t.Errorf("%s during the outage: %s is %s, want %s", r.name, s.UserID(), got, want)
			}
		}
	}
}

func (m *model) String() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	repairs := uint64(0)
	for _, r := range m.replicas {
		repairs += r.Stats().Repairs
	}
	return fmt.Sprintf("%d verdicts; the oldest revocation that a replica did not know while it failed closed: %s; "+
		"good sessions answered with 503: %d; repairs: %d",
		m.verdicts, m.latest.Round(time.Millisecond), m.refusedGood, repairs)
}
