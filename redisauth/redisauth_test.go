package redisauth_test

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/core/dpop"
	"github.com/revstackhq/auth-go/core/dpop/dpoptest"
	"github.com/revstackhq/auth-go/core/fleet"
	"github.com/revstackhq/auth-go/core/fleet/fleettest"
	"github.com/revstackhq/auth-go/core/keys"
	"github.com/revstackhq/auth-go/core/keys/keystest"
	"github.com/revstackhq/auth-go/redisauth"
)

var secret = core.NewSecret("0123456789abcdef0123456789abcdef")

func newLog(tb testing.TB, s *server, key string) *redisauth.Log {
	tb.Helper()
	l, err := redisauth.NewLog(s.connect(), redisauth.LogConfig{Key: key})
	if err != nil {
		tb.Fatal(err)
	}
	return l
}

func TestLog(t *testing.T) {
	t.Parallel()
	s := startServer(t)
	n := 0
	fleettest.Run(t, func(t *testing.T) fleettest.Fixture {
		t.Helper()
		n++
		key := fmt.Sprint("log", n)
		option := impatient(s.address())
		option.AlwaysRESP2 = true
		oldProtocol, err := redisauth.NewLog(connect(t, option), redisauth.LogConfig{Key: key})
		if err != nil {
			t.Fatal(err)
		}
		return fleettest.Fixture{
			Log:   newLog(t, s, key),
			Other: oldProtocol,
			Break: func() { s.signal(syscall.SIGSTOP) },
			Mend:  func() { s.signal(syscall.SIGCONT) },
			Wipe:  s.flush,
		}
	})
}

// The stream loses what is too old, but not because one replica's clock is ahead.
func TestLogDropsOldRecords(t *testing.T) {
	t.Parallel()
	s := startServer(t)
	const before = 500 // the server drops records by the hundred
	for name, c := range map[string]struct {
		age, ahead time.Duration
		drops      bool
	}{
		"old":                        {age: 30 * 24 * time.Hour, drops: true},
		"new":                        {age: time.Minute},
		"old by a wrong clock only":  {age: time.Minute, ahead: 30 * 24 * time.Hour},
		"new by a wrong clock":       {age: 30 * 24 * time.Hour, ahead: -60 * 24 * time.Hour},
		"old, although clock behind": {age: 30 * 24 * time.Hour, ahead: -time.Hour, drops: true},
	} {
		key := "stream of " + name
		at := time.Now().Add(-c.age).UnixMilli()
		for i := range before {
			if err := s.do("XADD", key, fmt.Sprintf("%d-%d", at, i), "r", "record").Error(); err != nil {
				t.Fatal(err)
			}
		}
		l := newLog(t, s, key)
		l.SetClock(func() time.Time { return time.Now().Add(c.ahead) })
		for range 2 { // the first one shows the server's clock
			if err := l.Append(t.Context(), []byte("new")); err != nil {
				t.Fatal(err)
			}
		}
		n, err := s.do("XLEN", key).AsInt64()
		if dropped := n < before; dropped != c.drops || err != nil {
			t.Errorf("%s: %d records are left, %v", name, n, err)
		}
	}
}

func TestKeyCache(t *testing.T) {
	t.Parallel()
	s := startServer(t)
	n := 0
	keystest.TestCache(t, func(t *testing.T) keys.Cache {
		t.Helper()
		n++
		return redisauth.NewKeyCache(s.connect(), redisauth.KeyCacheConfig{Prefix: fmt.Sprint("keys", n, ":")})
	})
}

func TestReplayStore(t *testing.T) {
	t.Parallel()
	s := startServer(t)
	dpoptest.TestStore(t, redisauth.NewReplayStore(s.connect(), ""))
}

// A replica whose clock is behind accepts a proof for longer than the one that has seen it.
func TestReplayStoreOutlivesAClockThatIsBehind(t *testing.T) {
	t.Parallel()
	s := startServer(t)
	store := redisauth.NewReplayStore(s.connect(), "")
	const behind = 5 * time.Second
	now := time.Now()
	first, err := store.Use(t.Context(), [16]byte{1}, now, now.Add(time.Second))
	if !first || err != nil {
		t.Fatalf("%t, %v", first, err)
	}
	keys, err := s.do("KEYS", "auth:dpop:*").AsStrSlice()
	if err != nil || len(keys) != 1 {
		t.Fatalf("%q, %v", keys, err)
	}
	at, err := s.do("PEXPIRETIME", keys[0]).AsInt64()
	if err != nil || time.UnixMilli(at).Before(now.Add(time.Second+behind)) {
		t.Errorf("forgotten at %d, %v", at-now.UnixMilli(), err)
	}
}

// Eight replicas race for the same proofs at one server. The long run: DPOP_RACE=1000000 go test -run
// TestReplayAcrossReplicas -v .
func TestReplayAcrossReplicas(t *testing.T) {
	t.Parallel()
	s := startServer(t)
	var stores []dpop.Store
	for range 8 {
		stores = append(stores, redisauth.NewReplayStore(s.connect(), ""))
	}
	result, err := dpoptest.Race(t.Context(), stores, number("DPOP_RACE", 4096))
	if t.Log(result); err != nil {
		t.Error(err)
	}
	winners := 0
	for _, wins := range result.Wins {
		if wins > 0 {
			winners++
		}
	}
	if winners < 2 {
		t.Errorf("%d replicas won a proof: nothing raced", winners)
	}
	s.kill()
	now := time.Now()
	if first, err := stores[0].Use(t.Context(), [16]byte{255}, now, now.Add(time.Minute)); first || err == nil {
		t.Errorf("without the server: %t, %v", first, err)
	}
}

// A fleet that starts together fetches the keys once, and a key set that somebody else puts into the store is not used.
func TestOneFetchForTheFleet(t *testing.T) {
	t.Parallel()
	s := startServer(t)
	idp, err := authtest.StartIssuer(authtest.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = idp.Close() })
	token := idp.Token(authtest.Claims{"sub": "u"})
	var stored atomic.Int32
	verify := func(n int) {
		t.Helper()
		var wg sync.WaitGroup
		for range n {
			cache := redisauth.NewKeyCache(s.connect(), redisauth.KeyCacheConfig{
				Stored: func(context.Context, string) { stored.Add(1) },
			})
			v, err := core.NewVerifier(idp.Contract(), core.WithKeyCache(cache, secret),
				core.WithLogger(slog.New(slog.DiscardHandler)))
			if err != nil {
				t.Fatal(err)
			}
			wg.Go(func() {
				if _, err := v.Verify(t.Context(), token); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
	}
	verify(20)
	if got := stored.Load(); got != 1 {
		t.Errorf("20 replicas fetched %d times, want once", got)
	}
	client := s.connect()
	found, err := client.Do(t.Context(), client.B().Keys().Pattern("auth:keys:*").Build()).AsStrSlice()
	if err != nil || len(found) != 1 {
		t.Fatalf("%v %v", found, err)
	}
	planted, err := client.Do(t.Context(), client.B().Get().Key(found[0]).Build()).ToString()
	if err != nil {
		t.Fatal(err)
	}
	planted = planted[strings.Index(planted, "\n")+1:] // without the MAC, as somebody without the secret would write it
	if err := client.Do(t.Context(), client.B().Set().Key(found[0]).Value(planted).Build()).Error(); err != nil {
		t.Fatal(err)
	}
	verify(1)
	if got := stored.Load(); got != 2 {
		t.Errorf("a planted key set: %d fetches, want a second one", got)
	}
}

func session(user string) *core.Session {
	return authtest.Session(user, authtest.Claims{"iss": "https://id.example", "sid": "s-" + user})
}

const maxLag = 2 * time.Second

func open(tb testing.TB, log fleet.Log) *fleet.Revocations {
	tb.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	r, err := fleet.Open(ctx, log, fleet.Options{
		Secret:    secret,
		OnFailure: fleet.FailClosed,
		MaxLag:    maxLag,
		Logger:    slog.New(slog.DiscardHandler),
	})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		cancel()
		r.Wait()
	})
	return r
}

// until waits for what must come true, much longer than it takes on a busy machine.
func until(tb testing.TB, what string, f func() bool) {
	tb.Helper()
	for end := time.Now().Add(60 * time.Second); !f(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			tb.Fatal("never: " + what)
		}
	}
}

func revoked(r *fleet.Revocations, s *core.Session) bool {
	got, _ := r.Revoked(context.Background(), s)
	return got
}

func TestLogConfigMistakes(t *testing.T) {
	if _, err := redisauth.NewLog(nil, redisauth.LogConfig{}); err == nil {
		t.Error("a nil client: no error")
	}
	s := startServer(t)
	if _, err := redisauth.NewLog(s.connect(), redisauth.LogConfig{MaxTokenLife: 24}); err == nil {
		t.Error("24 nanoseconds: no error")
	}
}
