package main

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/core/event"
	"github.com/revstackhq/auth-go/core/keys"
)

// start is when the injected clock starts.
var start = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// scenarios has the rows of the table, in the order in which they run.
var scenarios = []scenario{
	{"issuer down at the start", "all 503, at most one fetch per back-off step, heals by itself", downAtStart},
	{"issuer hangs", "the wait is bounded, then requests fail fast", hanging},
	{"hangs, with stale keys", "served within a second and within the caller's deadline", hangingStale},
	{"429 with Retry-After", "left alone for as long as it asks, then healed", retryAfter},
	{"slow observer", "no request waits for it", slowObserver},
	{"storm of random key ids", "at most 12 fetches a minute, no good token refused, memory flat", randomKids},
	{"rotation in the storm", "the new key is accepted within 5 s", rotationInStorm},
	{"bad signatures, known key", "no fetch", badSignatures},
	{"outage of 23 h, then of 25 h", "served to the end of the first, 503 in the second", longOutage},
	{"key withdrawn", "refused within one freshness period, remembered or not", withdrawnKey},
	{"first caller cancels", "the others get their answer from one fetch", firstCancels},
	{"cold start", "one fetch for all", coldStart},
	{"New in a loop", "one key set, no goroutine more", newInLoop},
	{"one entry of 50 unreadable", "49 keys, one reason", oneUnreadable},
	{"bad key sets", "refused with a reason, keys kept", badSets},
}

func downAtStart(ctx context.Context, st *stage) (faults []string) {
	st.issuer.Unavailable(true)
	v, token := st.verifier(), st.issuer.Token(nil, authtest.ExpiresIn(time.Hour))
	steps := 5
	for range steps {
		parallel(64, st.n(10_000)/steps, func(int) {
			if code := st.verify(ctx, v, token); code != core.CodeKeysUnavailable {
				st.goodRefused.Add(1)
			}
		})
		st.clock.Advance(st.nextTry(v))
	}
	if got := st.issuer.Fetches(); got > steps {
		faults = append(faults, fmt.Sprintf("%d fetches in %d back-off steps", got, steps))
	}
	st.issuer.Unavailable(false)
	st.clock.Advance(st.nextTry(v))
	st.good(ctx, v, token)
	return faults
}

// nextTry is how long the back-off still lasts.
func (st *stage) nextTry(v *core.Verifier) time.Duration {
	return max(0, v.KeyHealth()[0].NextTry.Sub(st.clock.Now()))
}

func hanging(ctx context.Context, st *stage) (faults []string) {
	st.issuer.Hang(true)
	defer st.issuer.Hang(false)
	v := st.verifier(core.WithKeyPolicy(keys.Policy{FetchTimeout: 200 * time.Millisecond}))
	token := st.issuer.Token(nil)
	impatient, cancel := context.WithTimeout(ctx, time.Millisecond)
	defer cancel()
	if _, err := v.Verify(impatient, token); !errors.Is(err, context.DeadlineExceeded) {
		faults = append(faults, fmt.Sprintf("a request with a deadline of 1 ms got %v", err))
	}
	parallel(64, st.n(10_000), func(int) {
		if code := st.verify(ctx, v, token); code != core.CodeKeysUnavailable {
			st.goodRefused.Add(1)
		}
	})
	if got := st.issuer.Fetches(); got != 1 {
		faults = append(faults, fmt.Sprintf("%d fetches, the first failure should make the rest fail fast", got))
	}
	return faults
}

func hangingStale(ctx context.Context, st *stage) (faults []string) {
	st.issuer.SetMaxAge(10 * time.Minute)
	v, token := st.verifier(
		core.TokenCache{Disabled: true},
	), st.issuer.Token(
		nil,
		authtest.ExpiresIn(time.Hour),
	)
	st.good(ctx, v, token)
	st.issuer.Hang(true)
	defer st.issuer.Hang(false)
	st.clock.Advance(11 * time.Minute)
	begin := time.Now()
	parallel(64, st.n(1_000), func(int) {
		deadline, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		st.good(deadline, v, token)
	})
	if held := time.Since(begin); held > 4*time.Second { // the fetch alone would take 5 s
		faults = append(faults, fmt.Sprintf("requests were held for %v", held))
	}
	return faults
}

func retryAfter(ctx context.Context, st *stage) (faults []string) {
	var fetches atomic.Int64
	busy := atomic.Bool{}
	busy.Store(true)
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fetches.Add(1)
		if busy.Load() {
			w.Header().Set("Retry-After", "120")
			w.WriteHeader(http.StatusTooManyRequests)
			return
		}
		_, _ = w.Write(st.issuer.JWKS())
	}))
	defer front.Close()
	v, err := core.NewVerifier(st.issuer.Contract(func(r *core.Rules) { r.JWKSURL = front.URL }), core.WithClock(st.clock))
	if err != nil {
		return []string{err.Error()}
	}
	token := st.issuer.Token(nil, authtest.ExpiresIn(time.Hour))
	for range 119 {
		if code := st.verify(ctx, v, token); code != core.CodeKeysUnavailable {
			faults = append(faults, "while it is busy: "+string(code))
		}
		st.clock.Advance(time.Second)
	}
	if got := fetches.Load(); got != 1 {
		faults = append(faults, fmt.Sprintf("%d fetches in the time it asked for", got))
	}
	busy.Store(false)
	st.clock.Advance(2 * time.Second)
	st.good(ctx, v, token)
	return faults
}

func slowObserver(ctx context.Context, st *stage) (faults []string) {
	release := make(chan struct{})
	v := st.verifier(core.WithObserver(func(_ context.Context, e event.Event) {
		if _, ok := e.(event.KeysRefreshed); ok {
			<-release
		}
	}))
	defer close(release)
	bounded, cancel := context.WithTimeout(ctx, 20*time.Second) // a request that waits for the observer ends here
	defer cancel()
	token := st.issuer.Token(nil)
	parallel(64, st.n(1_000), func(int) { st.good(bounded, v, token) })
	return faults
}

func randomKids(ctx context.Context, st *stage) []string {
	return storm(ctx, st, false)
}

func rotationInStorm(ctx context.Context, st *stage) []string {
	return storm(ctx, st, true)
}

// storm sends tokens with made-up key ids, and a good one now and then, for a
// minute of the injected clock.
func storm(ctx context.Context, st *stage, rotate bool) (faults []string) {
	v, good := st.verifier(), st.issuer.Token(nil)
	st.good(ctx, v, good)
	total := st.n(1_000_000)
	const minute = 60
	var passed atomic.Int64
	var rotatedAt, learnedAt time.Time
	fresh := ""
	// second advances the injected clock by a second. It first waits for a running
	// fetch, so that the fetch takes no time by that clock, however slow the machine
	// is. It waits by verifying a token with an unknown key or, after the rotation,
	// with the new key.
	second := func() {
		switch {
		case !rotate || passed.Load() < int64(total/2):
			st.verify(ctx, v, withKid(good, randomKid()))
		case fresh == "":
			st.issuer.RotateKeys(true)
			fresh, rotatedAt = st.issuer.Token(nil), st.clock.Now()
		case learnedAt.IsZero() && st.verify(ctx, v, fresh) == "":
			learnedAt = st.clock.Now()
		}
		st.clock.Advance(time.Second)
	}
	heap := heapBytes()
	atStart := st.issuer.Fetches()
	var mu sync.Mutex
	parallel(64, total, func(i int) {
		if n := passed.Add(1); n%int64(total/minute+1) == 0 { // so many tokens are sent in a second
			mu.Lock()
			second()
			mu.Unlock()
		}
		st.verify(ctx, v, withKid(good, randomKid()))
		if i%1000 == 0 {
			st.good(ctx, v, good)
		}
	})
	if grown := int64(heapBytes()) - int64(heap); grown > 8<<20 {
		faults = append(faults, fmt.Sprintf("the heap grew by %d KiB", grown>>10))
	}
	if got := st.issuer.Fetches() - atStart; got > 12 {
		faults = append(faults, fmt.Sprintf("%d fetches in a minute", got))
	}
	if rotate && (learnedAt.IsZero() || learnedAt.Sub(rotatedAt) > 6*time.Second) { // 5 s, and the clock moves by 1
		faults = append(faults, fmt.Sprintf("rotated at %v, learned at %v", rotatedAt, learnedAt))
	}
	return faults
}

func heapBytes() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func badSignatures(ctx context.Context, st *stage) (faults []string) {
	v, good := st.verifier(), st.issuer.Token(nil)
	st.good(ctx, v, good)
	bad := st.issuer.Token(
		authtest.Claims{"sub": "mallory"},
		authtest.WithForeignKey(),
		authtest.WithKeyID(st.issuer.KeyID()),
	)
	before := st.issuer.Fetches()
	parallel(64, st.n(100_000), func(int) {
		if code := st.verify(ctx, v, bad); code != core.CodeInvalidSignature {
			st.goodRefused.Add(1)
		}
	})
	if got := st.issuer.Fetches() - before; got != 0 {
		faults = append(faults, fmt.Sprintf("%d fetches", got))
	}
	return faults
}

func longOutage(ctx context.Context, st *stage) (faults []string) {
	st.issuer.SetMaxAge(10 * time.Minute)
	v, token := st.verifier(), st.issuer.Token(nil, authtest.ExpiresIn(100*time.Hour))
	st.good(ctx, v, token)
	st.issuer.Unavailable(true)
	st.clock.Advance(10 * time.Minute)
	for range 23 {
		st.clock.Advance(time.Hour)
		st.good(ctx, v, token)
	}
	if state := v.KeyHealth()[0].State; state != keys.StateStale {
		faults = append(faults, "after 23 h the state is "+string(state))
	}
	st.clock.Advance(2 * time.Hour)
	if code := st.verify(ctx, v, token); code != core.CodeKeysUnavailable {
		faults = append(faults, "after 25 h the answer is "+string(code))
	}
	if state := v.KeyHealth()[0].State; state != keys.StateUnavailable {
		faults = append(faults, "after 25 h the state is "+string(state))
	}
	st.issuer.Unavailable(false)
	st.clock.Advance(30 * time.Second)
	st.good(ctx, v, token)
	return faults
}

func withdrawnKey(ctx context.Context, st *stage) (faults []string) {
	st.issuer.SetMaxAge(10 * time.Minute)
	remembering, forgetful := st.verifier(), st.verifier(core.TokenCache{Disabled: true})
	token := st.issuer.Token(nil, authtest.ExpiresIn(time.Hour))
	for _, v := range []*core.Verifier{remembering, remembering, forgetful} {
		st.good(ctx, v, token)
	}
	st.issuer.RotateKeys(false)
	st.clock.Advance(10*time.Minute + time.Second)
	for name, v := range map[string]*core.Verifier{"remembered": remembering, "not remembered": forgetful} {
		if code := st.verify(ctx, v, token); code != core.CodeUnknownKey {
			faults = append(faults, "token "+name+": "+string(code))
		}
	}
	return faults
}

func firstCancels(ctx context.Context, st *stage) (faults []string) {
	arrived, answer := make(chan struct{}), make(chan struct{})
	var once sync.Once
	st.issuer.OnRequest(func(*http.Request) {
		once.Do(func() { close(arrived) })
		<-answer
	})
	v, token := st.verifier(), st.issuer.Token(nil)
	first, cancel := context.WithCancel(ctx)
	gone := make(chan core.Code)
	go func() { gone <- st.verify(first, v, token) }()
	<-arrived
	cancel()
	if code := <-gone; code != core.CodeRequestCanceled {
		faults = append(faults, "the caller who left got "+string(code))
	}
	var waiting sync.WaitGroup
	for range 100 {
		waiting.Go(func() { st.good(ctx, v, token) })
	}
	close(answer)
	waiting.Wait()
	if got := st.issuer.Fetches(); got != 1 {
		faults = append(faults, fmt.Sprintf("%d fetches", got))
	}
	return faults
}

func coldStart(ctx context.Context, st *stage) (faults []string) {
	v, token := st.verifier(), st.issuer.Token(nil)
	n := st.n(10_000)
	parallel(n, n, func(int) { st.good(ctx, v, token) })
	if got := st.issuer.Fetches(); got != 1 {
		faults = append(faults, fmt.Sprintf("%d fetches", got))
	}
	return faults
}

func newInLoop(ctx context.Context, st *stage) (faults []string) {
	contract, token := st.issuer.Contract(), st.issuer.Token(nil)
	before := runtime.NumGoroutine()
	for range st.n(10_000) {
		v, err := core.NewVerifier(contract, core.WithClock(st.clock))
		if err != nil {
			return []string{err.Error()}
		}
		st.good(ctx, v, token)
	}
	if got := st.issuer.Fetches(); got != 1 {
		faults = append(faults, fmt.Sprintf("%d fetches", got))
	}
	if after := settledGoroutines(before); after > before+4 { // the server needs some for its one connection
		faults = append(faults, fmt.Sprintf("%d goroutines became %d", before, after))
	}
	return faults
}

// withKid returns token with another kid; its signature is no longer valid.
func withKid(token, kid string) string {
	_, rest, _ := strings.Cut(token, ".")
	header := `{"alg":"RS256","typ":"JWT","kid":"` + kid + `"}`
	return base64.RawURLEncoding.EncodeToString([]byte(header)) + "." + rest
}

func randomKid() string { return fmt.Sprintf("%016x", rand.Uint64()) }
