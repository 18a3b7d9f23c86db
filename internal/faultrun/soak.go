package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"text/tabwriter"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/core/keys"
)

const (
	soakUsers   = 64
	soakClients = 8 // for each framework

	// How long after a change of the issuer its effect may take: a freshness period of a second, a fetch, a back-off.
	soakGrace = 4 * time.Second
	// soakHeap is how much more live heap may be left at the end than at the beginning: caches that fill, pools.
	soakHeap = 32 << 20
)

// soakApp is one framework's program, and what it answered.
type soakApp struct {
	name  string
	serve func(core.Authenticator) (addr string, stop func() error, err error)

	addr   string
	stop   func() error
	client *http.Client

	requests, wrong, refused, mixed, unavailable atomic.Int64
	before, after                                int    // goroutines
	heapBefore, heapAfter                        uint64 // bytes

	mu    sync.Mutex
	notes map[string]int
}

func (a *soakApp) note(counter *atomic.Int64, format string, args ...any) {
	counter.Add(1)
	a.mu.Lock()
	defer a.mu.Unlock()
	if text := fmt.Sprintf(format, args...); len(a.notes) < 20 || a.notes[text] > 0 {
		a.notes[text]++
	}
}

func (a *soakApp) held() bool {
	return a.wrong.Load() == 0 && a.refused.Load() == 0 && a.mixed.Load() == 0 && a.after <= a.before &&
		a.heapAfter <= a.heapBefore+soakHeap
}

// generation is a set of tokens that one key has signed.
type generation struct {
	kid    string
	tokens []string // one for each user
}

// soak is the state that all clients share.
type soak struct {
	issuer   *authtest.Issuer
	verifier *core.Verifier

	current   atomic.Pointer[generation]
	withdrawn atomic.Pointer[generation] // its key has been out of the set for longer than the grace

	mu       sync.Mutex
	trouble  bool      // the issuer is failing
	lastDown time.Time // when it last failed
}

func newSoak() (*soak, error) {
	issuer, err := authtest.StartIssuer(authtest.Config{Clock: realTime{}})
	if err != nil {
		return nil, err
	}
	issuer.SetMaxAge(time.Second)
	v, err := core.NewVerifier(issuer.Contract(), core.WithClock(realTime{}),
		core.TokenCache{MaxEntries: 2 * soakUsers},
		core.WithKeyPolicy(keys.Policy{
			MinFresh:     time.Second,
			MaxFresh:     time.Second,
			MaxStale:     time.Second,
			FetchTimeout: 500 * time.Millisecond,
			BackoffMin:   100 * time.Millisecond,
			BackoffMax:   500 * time.Millisecond,
			Cooldown:     time.Second,
		}))
	if err != nil {
		return nil, errors.Join(err, issuer.Close())
	}
	s := &soak{issuer: issuer, verifier: v}
	s.current.Store(s.mint())
	return s, nil
}

func soakUser(n int) string { return fmt.Sprintf("user_%03d", n) }

// mint makes tokens with the newest key.
func (s *soak) mint() *generation {
	g := &generation{kid: s.issuer.KeyID()}
	for n := range soakUsers {
		g.tokens = append(g.tokens, s.issuer.Token(authtest.Claims{"sub": soakUser(n)}, authtest.ExpiresIn(time.Hour)))
	}
	return g
}

// runSoak runs the four frameworks in one process under mixed credentials while the issuer rotates its keys and fails.
func runSoak(ctx context.Context, w io.Writer, length time.Duration) (ok bool, err error) {
	s, err := newSoak()
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, s.issuer.Close()) }()
	apps := soakApps()
	// What a framework starts once for the whole process is there after a rehearsal.
	for range 2 {
		if err := s.close(apps); err != nil {
			return false, err
		}
		if err := s.open(ctx, apps); err != nil {
			return false, err
		}
	}

	bounded, cancel := context.WithTimeout(ctx, length)
	defer cancel()
	var wg sync.WaitGroup
	wg.Go(func() { s.conduct(bounded) })
	for _, a := range apps {
		for range soakClients {
			wg.Go(func() {
				for bounded.Err() == nil {
					s.send(ctx, a)
				}
			})
		}
	}
	wg.Wait()
	if err := s.close(apps); err != nil {
		return false, err
	}
	return printSoak(w, apps), ctx.Err()
}

func liveHeap() uint64 {
	runtime.GC()
	runtime.GC() // pools are emptied by the second
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// liveGoroutines leaves out fasthttp's cleaner of idle workers, which sleeps for up to 10 s before it notices that its
// server has stopped.
func liveGoroutines() (n int) {
	stacks := make([]byte, 8<<20)
	stacks = stacks[:runtime.Stack(stacks, true)]
	for stack := range strings.SplitSeq(string(stacks), "\n\n") {
		if !strings.Contains(stack, "fasthttp.(*workerPool).Start") || !strings.Contains(stack, "time.Sleep") {
			n++
		}
	}
	return n
}

// open starts the apps one after the other, so that each has figures of its own, and then sends one request to each.
func (s *soak) open(ctx context.Context, apps []*soakApp) error {
	for _, a := range apps {
		a.before, a.heapBefore = liveGoroutines(), liveHeap()
		var err error
		if a.addr, a.stop, err = a.serve(s.verifier); err != nil {
			return fmt.Errorf("%s: %w", a.name, err)
		}
		a.notes = map[string]int{}
		a.client = &http.Client{
			Transport: &http.Transport{MaxIdleConnsPerHost: soakClients},
			Timeout:   30 * time.Second,
		}
	}
	for _, a := range apps {
		if got := s.ask(ctx, a, "Bearer "+s.current.Load().tokens[0]); got.status != http.StatusOK {
			return fmt.Errorf("%s answered %d %s: %w", a.name, got.status, got.body, got.err)
		}
	}
	return nil
}

// close stops them in the opposite order.
func (s *soak) close(apps []*soakApp) error {
	if apps[0].stop == nil { // not open yet
		return nil
	}
	for _, a := range apps { // an open connection is a goroutine of client and server
		a.client.CloseIdleConnections()
	}
	for _, a := range slices.Backward(apps) {
		if err := a.stop(); err != nil {
			return fmt.Errorf("%s: %w", a.name, err)
		}
		a.after, a.heapAfter = settled(liveGoroutines, a.before), liveHeap()
	}
	return nil
}

// conduct rotates the issuer's keys and has it fail, in turn. New tokens are used only when their key can be known
// everywhere, as careful issuers do it.
func (s *soak) conduct(ctx context.Context) {
	rest := func(d time.Duration) bool {
		timer := time.NewTimer(d)
		defer timer.Stop()
		select {
		case <-timer.C:
			return ctx.Err() == nil
		case <-ctx.Done():
			return false
		}
	}
	defer func() {
		s.issuer.Unavailable(false)
		s.issuer.Hang(false)
	}()
	for round := 0; rest(time.Second); round++ {
		old := s.current.Load()
		s.issuer.RotateKeys(true)
		next := s.mint()
		if !rest(soakGrace) {
			return
		}
		s.current.Store(next)
		s.issuer.RemoveKey(old.kid)
		if !rest(soakGrace) {
			return
		}
		s.withdrawn.Store(old)
		fail := s.issuer.Unavailable
		if round%2 == 1 {
			fail = s.issuer.Hang
		}
		s.setTrouble(true)
		fail(true)
		lasts := rest(time.Duration(1+round%3*2) * time.Second) // shorter and longer than last-known-good keys are used
		fail(false)
		s.setTrouble(false)
		if !lasts || !rest(soakGrace) {
			return
		}
	}
}

func (s *soak) setTrouble(on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.trouble, s.lastDown = on, time.Now()
}

// mayBeUnavailable reports whether a request that began at the given time may have been answered with 503.
func (s *soak) mayBeUnavailable(begin time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.trouble || !s.lastDown.IsZero() && begin.Before(s.lastDown.Add(soakGrace))
}

func printSoak(w io.Writer, apps []*soakApp) (ok bool) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(
		t,
		"framework\trequests\twrong answers\tgood refused\tidentities mixed\t503 in an outage\tgoroutines\theap, "+
			"KiB\tverdict\t",
	)
	ok = true
	for _, a := range apps {
		verdict := "held"
		if !a.held() {
			verdict, ok = "VIOLATED", false
		}
		fmt.Fprintf(
			t,
			"%s\t%d\t%d\t%d\t%d\t%d\t%d → %d\t%d → %d\t%s\t\n",
			a.name,
			a.requests.Load(),
			a.wrong.Load(),
			a.refused.Load(),
			a.mixed.Load(),
			a.unavailable.Load(),
			a.before,
			a.after,
			a.heapBefore>>10,
			a.heapAfter>>10,
			verdict,
		)
	}
	_ = t.Flush()
	for _, a := range apps {
		for text, n := range a.notes {
			fmt.Fprintf(w, "%s: %s (%d times)\n", a.name, text, n)
		}
	}
	return ok
}
