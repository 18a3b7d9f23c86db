package redisauth_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/valkey-io/valkey-go"

	"github.com/revstackhq/auth-go/core/dpop"
	"github.com/revstackhq/auth-go/core/dpop/dpoptest"
	"github.com/revstackhq/auth-go/core/fleet"
	"github.com/revstackhq/auth-go/core/fleet/fleettest"
	"github.com/revstackhq/auth-go/core/keys"
	"github.com/revstackhq/auth-go/core/keys/keystest"
	"github.com/revstackhq/auth-go/redisauth"
)

// Everything works on a cluster: what one command needs lies in one slot, and what is announced at one node reaches the
// subscribers of all nodes.
func TestCluster(t *testing.T) {
	t.Parallel()
	nodes := startCluster(t)
	var addresses []string
	for _, n := range nodes {
		addresses = append(addresses, n.address())
	}
	client := func(address ...string) valkey.Client { return connect(t, impatient(address...)) }
	n := 0
	t.Run("log", func(t *testing.T) {
		fleettest.Run(t, func(t *testing.T) fleettest.Fixture {
			t.Helper()
			n++ // the keys lie on different nodes
			open := func() fleet.Log {
				l, err := redisauth.NewLog(client(addresses...), redisauth.LogConfig{Key: fmt.Sprintf("auth:{log %d}", n)})
				if err != nil {
					t.Fatal(err)
				}
				return l
			}
			signal := func(s syscall.Signal) func() {
				return func() {
					for _, node := range nodes {
						node.signal(s)
					}
				}
			}
			return fleettest.Fixture{
				Log:   open(),
				Other: open(),
				Break: signal(syscall.SIGSTOP),
				Mend:  signal(syscall.SIGCONT),
				Wipe: func() {
					for _, node := range nodes {
						node.flush()
					}
				},
			}
		})
	})
	t.Run("key cache", func(t *testing.T) {
		keystest.TestCache(t, func(t *testing.T) keys.Cache {
			t.Helper()
			n++
			return redisauth.NewKeyCache(client(addresses...), redisauth.KeyCacheConfig{Prefix: fmt.Sprint("keys", n, ":")})
		})
	})
	t.Run("replay store", func(t *testing.T) {
		store := redisauth.NewReplayStore(client(addresses...), "")
		dpoptest.TestStore(t, store)
		now := time.Now()
		for i := range 100 { // enough for every node to get some
			if first, err := store.Use(t.Context(), dpop.Key{byte(i), 1}, now, now.Add(time.Minute)); !first || err != nil {
				t.Fatal(first, err)
			}
		}
	})
	t.Run("fleet", func(t *testing.T) {
		var replicas []*fleet.Revocations
		for _, address := range addresses { // each has been given one node only
			l, err := redisauth.NewLog(client(address), redisauth.LogConfig{})
			if err != nil {
				t.Fatal(err)
			}
			replicas = append(replicas, open(t, l))
		}
		for _, r := range replicas {
			until(t, "ready", func() bool { return r.Ready() == nil })
		}
		for i, r := range replicas {
			gone := session(fmt.Sprint("gone", i))
			if err := r.Revoke(t.Context(), fleet.SessionOf(gone)); err != nil {
				t.Fatal(err)
			}
			for _, other := range replicas {
				until(t, "revoked", func() bool { return revoked(other, gone) })
			}
		}
	})
	t.Run("one fetch", func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		const id = "https://id.example/jwks.json"
		a := redisauth.NewKeyCache(client(addresses[0]), redisauth.KeyCacheConfig{})
		b := redisauth.NewKeyCache(client(addresses[1]), redisauth.KeyCacheConfig{})
		if data, err := a.LoadNext(ctx, id, nil); err != nil || data != nil {
			t.Fatal(data, err)
		}
		got := make(chan []byte, 1)
		go func() {
			data, _ := b.LoadNext(ctx, id, nil) // waits, because a fetches
			got <- data
		}()
		if err := a.Store(ctx, id, []byte("{}")); err != nil {
			t.Fatal(err)
		}
		if data := <-got; string(data) != "{}" {
			t.Errorf("the other replica got %q", data)
		}
	})
	var used []bool
	for _, node := range nodes {
		found, err := node.do("KEYS", "*").AsStrSlice()
		if err != nil {
			t.Fatal(err)
		}
		used = append(used, slices.ContainsFunc(found, func(key string) bool { return strings.HasPrefix(key, "auth:dpop:") }))
	}
	if slices.Contains(used, false) {
		t.Errorf("the proofs are not spread over the nodes: %v", used)
	}
}
