package redisauth_test

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/core/event"
	"github.com/revstackhq/auth-go/redisauth"
)

// verify runs replicas whose verifiers share their keys. For each token on standard input, all verify it at once, and
// it prints a line; after the first one it prints when the last replica has two keys, in Unix nanoseconds.
func (c crowd) verify() error {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	contract, err := core.NewContract(core.Rules{
		Issuer:     c.Issuer,
		JWKSURL:    c.JWKSURL,
		Algorithms: []string{"RS256"},
		Audiences:  []string{c.Audience},
	})
	if err != nil {
		return err
	}
	have := make(chan time.Time, 2*c.Replicas)
	var verifiers []*core.Verifier
	for range c.Replicas {
		client, r, err := c.join(ctx, nil)
		if err != nil {
			return err
		}
		cache := r.KeyCache(redisauth.NewKeyCache(client, redisauth.KeyCacheConfig{}))
		v, err := core.NewVerifier(contract, core.WithKeyCache(cache, secret),
			core.WithLogger(slog.New(slog.DiscardHandler)),
			core.WithObserver(func(_ context.Context, e event.Event) {
				if got, ok := e.(event.KeysRefreshed); ok && got.Keys == 2 {
					have <- time.Now()
				}
			}))
		if err != nil {
			return err
		}
		verifiers = append(verifiers, v)
	}
	fmt.Println("ready")
	first := true
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		if err := verifyAll(ctx, verifiers, in.Text()); err != nil {
			return err
		}
		fmt.Println("verified")
		if first {
			first = false
			var last time.Time
			for range verifiers {
				if at := <-have; at.After(last) {
					last = at
				}
			}
			fmt.Println(last.UnixNano())
		}
	}
	return nil
}

func verifyAll(ctx context.Context, verifiers []*core.Verifier, token string) error {
	errs := make(chan error, len(verifiers))
	var running sync.WaitGroup
	for _, v := range verifiers {
		running.Go(func() {
			if _, err := v.Verify(ctx, token); err != nil {
				errs <- err
			}
		})
	}
	running.Wait()
	select {
	case err := <-errs:
		return err
	default:
		return nil
	}
}

// TestManyProcessesShareKeys starts replicas in several processes that all need keys at once, rotates the keys, and
// lets one replica see it. The issuer sees one fetch each time. FLEET_PROCESSES and FLEET_REPLICAS make it larger, such
// as 8 and 125. With -v it prints how long the new keys took to the last replica.
func TestManyProcessesShareKeys(t *testing.T) {
	processes, replicas := number("FLEET_PROCESSES", 2), number("FLEET_REPLICAS", 10)
	s := startServer(t)
	idp := authtest.NewIssuer(t)
	members := startCrowd(t, processes, crowd{
		Task:     "keys",
		Address:  s.address(),
		Replicas: replicas,
		Issuer:   idp.URL(),
		JWKSURL:  idp.JWKSURL(),
		Audience: idp.Contract().Rules().Audiences[0],
	})
	all := func(token string) {
		t.Helper()
		for _, m := range members {
			if _, err := fmt.Fprintln(m.in, token); err != nil {
				t.Fatal(err)
			}
		}
		for _, m := range members {
			m.line()
		}
	}
	began := time.Now()
	all(idp.Token(authtest.Claims{"sub": "u"}))
	cold := time.Since(began)
	if got := idp.Fetches(); got != 1 {
		t.Errorf("%d replicas that start together fetched the keys %d times, want once", processes*replicas, got)
	}

	client := s.connect()
	r := open(t, newLog(t, s, ""))
	until(t, "ready", func() bool { return r.Ready() == nil })
	v, err := core.NewVerifier(idp.Contract(), core.WithLogger(slog.New(slog.DiscardHandler)),
		core.WithKeyCache(r.KeyCache(redisauth.NewKeyCache(client, redisauth.KeyCacheConfig{})), secret))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := v.Verify(t.Context(), idp.Token(authtest.Claims{"sub": "u"})); err != nil {
		t.Fatal(err)
	}
	if processes*replicas > 100 {
		time.Sleep(time.Until(began.Add(cold + 2*time.Second))) // a replica loads announced keys once a second
	}
	idp.RotateKeys(true)
	rotated := idp.Token(authtest.Claims{"sub": "u"})
	seen := time.Now()
	if _, err := v.Verify(t.Context(), rotated); err != nil {
		t.Fatal(err)
	}
	fetched := time.Now()
	var last time.Duration
	for _, m := range members {
		last = max(last, m.time().Sub(seen))
	}
	all(rotated)
	if got := idp.Fetches(); got != 2 {
		t.Errorf("after the rotation the issuer has seen %d fetches, want 2", got)
	}
	t.Logf("%d replicas: all verified their first token after %s; 1 fetch; after a rotation that one replica saw, new "+
		"keys fetched after %s, and with the last replica after %s; 1 fetch",
		processes*replicas, cold.Round(time.Millisecond),
		fetched.Sub(seen).Round(time.Millisecond), last.Round(time.Millisecond))
}
