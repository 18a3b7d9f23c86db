package main

import (
	"compress/gzip"
	"context"
	"encoding/base64"
	"encoding/json"
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

// situations are the rows of the table, in the order in which they are played.
var situations = []situation{
	{"issuer down at the start", "all 503, at most one fetch per back-off step, heals by itself", downAtStart},
	{"issuer hangs", "the wait is bounded, then requests fail fast", hanging},
	{"hangs, with stale keys at hand", "served within a second and within the caller's deadline", hangingStale},
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

func downAtStart(ctx context.Context, b *bench) (faults []string) {
	b.issuer.Unavailable(true)
	v, token := b.verifier(), b.issuer.Token(nil, authtest.ExpiresIn(time.Hour))
	steps := 5
	for range steps {
		parallel(64, b.n(10_000)/steps, func(int) {
			if code := b.verify(ctx, v, token); code != core.CodeKeysUnavailable {
				b.goodRefused.Add(1)
			}
		})
		b.clock.Advance(b.nextTry(v))
	}
	if got := b.issuer.Fetches(); got > steps {
		faults = append(faults, fmt.Sprintf("%d fetches in %d back-off steps", got, steps))
	}
	b.issuer.Unavailable(false)
	b.clock.Advance(b.nextTry(v))
	b.good(ctx, v, token)
	return faults
}

// nextTry is how long the back-off still lasts.
func (b *bench) nextTry(v *core.Verifier) time.Duration {
	return max(0, v.KeyHealth()[0].NextTry.Sub(b.clock.Now()))
}

func hanging(ctx context.Context, b *bench) (faults []string) {
	b.issuer.Hang(true)
	defer b.issuer.Hang(false)
	v := b.verifier(core.WithKeyPolicy(keys.Policy{FetchTimeout: 200 * time.Millisecond}))
	token := b.issuer.Token(nil)
	impatient, cancel := context.WithTimeout(ctx, time.Millisecond)
	defer cancel()
	if _, err := v.Verify(impatient, token); !errors.Is(err, context.DeadlineExceeded) {
		faults = append(faults, fmt.Sprintf("a request with a deadline of 1 ms got %v", err))
	}
	parallel(64, b.n(10_000), func(int) {
		if code := b.verify(ctx, v, token); code != core.CodeKeysUnavailable {
			b.goodRefused.Add(1)
		}
	})
	if got := b.issuer.Fetches(); got != 1 {
		faults = append(faults, fmt.Sprintf("%d fetches, the first failure should make the rest fail fast", got))
	}
	return faults
}

func hangingStale(ctx context.Context, b *bench) (faults []string) {
	b.issuer.SetMaxAge(10 * time.Minute)
	v, token := b.verifier(core.WithTokenCache(core.TokenCache{Disabled: true})), b.issuer.Token(nil, authtest.ExpiresIn(time.Hour))
	b.good(ctx, v, token)
	b.issuer.Hang(true)
	defer b.issuer.Hang(false)
	b.clock.Advance(11 * time.Minute)
	begin := time.Now()
	parallel(64, b.n(1_000), func(int) {
		deadline, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		b.good(deadline, v, token)
	})
	if held := time.Since(begin); held > 4*time.Second { // the fetch alone would take 5 s
		faults = append(faults, fmt.Sprintf("requests were held for %v", held))
	}
	return faults
}

func retryAfter(ctx context.Context, b *bench) (faults []string) {
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
		_, _ = w.Write(b.issuer.JWKS())
	}))
	defer front.Close()
	v, err := core.NewVerifier(b.issuer.Contract(func(r *core.Rules) { r.JWKSURL = front.URL }), core.WithClock(b.clock))
	if err != nil {
		return []string{err.Error()}
	}
	token := b.issuer.Token(nil, authtest.ExpiresIn(time.Hour))
	for range 119 {
		if code := b.verify(ctx, v, token); code != core.CodeKeysUnavailable {
			faults = append(faults, "while it is busy: "+string(code))
		}
		b.clock.Advance(time.Second)
	}
	if got := fetches.Load(); got != 1 {
		faults = append(faults, fmt.Sprintf("%d fetches in the time it asked for", got))
	}
	busy.Store(false)
	b.clock.Advance(2 * time.Second)
	b.good(ctx, v, token)
	return faults
}

func slowObserver(ctx context.Context, b *bench) (faults []string) {
	release := make(chan struct{})
	v := b.verifier(core.WithObserver(func(e event.Event) {
		if _, ok := e.(event.KeysRefreshed); ok {
			<-release
		}
	}))
	defer close(release)
	bounded, cancel := context.WithTimeout(ctx, 20*time.Second) // a request that waits for the observer ends here
	defer cancel()
	token := b.issuer.Token(nil)
	parallel(64, b.n(1_000), func(int) { b.good(bounded, v, token) })
	return faults
}

func randomKids(ctx context.Context, b *bench) []string {
	return storm(ctx, b, false)
}

func rotationInStorm(ctx context.Context, b *bench) []string {
	return storm(ctx, b, true)
}

// storm sends tokens with made-up key ids for a minute of the clock, and a good
// one now and then.
func storm(ctx context.Context, b *bench, rotate bool) (faults []string) {
	v, good := b.verifier(), b.issuer.Token(nil)
	b.good(ctx, v, good)
	total := b.n(1_000_000)
	const minute = 60
	var passed atomic.Int64
	var mu sync.Mutex
	var rotatedAt, learnedAt time.Time
	fresh := ""
	heap := heapBytes()
	atStart := b.issuer.Fetches()
	parallel(64, total, func(i int) {
		if n := passed.Add(1); n%int64(total/minute+1) == 0 { // a minute's end is the next one's start
			b.clock.Advance(time.Second)
		}
		b.verify(ctx, v, withKid(good, randomKid()))
		if i%1000 == 0 {
			b.good(ctx, v, good)
		}
		if !rotate || i%101 != 0 || i < total/2 {
			return
		}
		mu.Lock()
		defer mu.Unlock()
		if fresh == "" {
			b.issuer.RotateKeys(true)
			fresh, rotatedAt = b.issuer.Token(nil), b.clock.Now()
		}
		if learnedAt.IsZero() && b.verify(ctx, v, fresh) == "" {
			learnedAt = b.clock.Now()
		}
	})
	if grown := int64(heapBytes()) - int64(heap); grown > 8<<20 {
		faults = append(faults, fmt.Sprintf("the heap grew by %d KiB", grown>>10))
	}
	if got := b.issuer.Fetches() - atStart; got > 12 {
		faults = append(faults, fmt.Sprintf("%d fetches in a minute", got))
	}
	if rotate && (learnedAt.IsZero() || learnedAt.Sub(rotatedAt) > 6*time.Second) { // 5 s, and the clock steps by 1
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

func badSignatures(ctx context.Context, b *bench) (faults []string) {
	v, good := b.verifier(), b.issuer.Token(nil)
	b.good(ctx, v, good)
	bad := b.issuer.Token(authtest.Claims{"sub": "mallory"}, authtest.WithForeignKey(), authtest.WithKeyID(b.issuer.KeyID()))
	before := b.issuer.Fetches()
	parallel(64, b.n(100_000), func(int) {
		if code := b.verify(ctx, v, bad); code != core.CodeInvalidSignature {
			b.goodRefused.Add(1)
		}
	})
	if got := b.issuer.Fetches() - before; got != 0 {
		faults = append(faults, fmt.Sprintf("%d fetches", got))
	}
	return faults
}

func longOutage(ctx context.Context, b *bench) (faults []string) {
	b.issuer.SetMaxAge(10 * time.Minute)
	v, token := b.verifier(), b.issuer.Token(nil, authtest.ExpiresIn(100*time.Hour))
	b.good(ctx, v, token)
	b.issuer.Unavailable(true)
	b.clock.Advance(10 * time.Minute)
	for range 23 {
		b.clock.Advance(time.Hour)
		b.good(ctx, v, token)
	}
	if state := v.KeyHealth()[0].State; state != keys.StateStale {
		faults = append(faults, "after 23 h the state is "+string(state))
	}
	b.clock.Advance(2 * time.Hour)
	if code := b.verify(ctx, v, token); code != core.CodeKeysUnavailable {
		faults = append(faults, "after 25 h the answer is "+string(code))
	}
	if state := v.KeyHealth()[0].State; state != keys.StateUnavailable {
		faults = append(faults, "after 25 h the state is "+string(state))
	}
	b.issuer.Unavailable(false)
	b.clock.Advance(30 * time.Second)
	b.good(ctx, v, token)
	return faults
}

func withdrawnKey(ctx context.Context, b *bench) (faults []string) {
	b.issuer.SetMaxAge(10 * time.Minute)
	remembering, forgetful := b.verifier(), b.verifier(core.WithTokenCache(core.TokenCache{Disabled: true}))
	token := b.issuer.Token(nil, authtest.ExpiresIn(time.Hour))
	for _, v := range []*core.Verifier{remembering, remembering, forgetful} {
		b.good(ctx, v, token)
	}
	b.issuer.RotateKeys(false)
	b.clock.Advance(10*time.Minute + time.Second)
	for name, v := range map[string]*core.Verifier{"remembered": remembering, "not remembered": forgetful} {
		if code := b.verify(ctx, v, token); code != core.CodeUnknownKey {
			faults = append(faults, "token "+name+": "+string(code))
		}
	}
	return faults
}

func firstCancels(ctx context.Context, b *bench) (faults []string) {
	arrived, answer := make(chan struct{}), make(chan struct{})
	var once sync.Once
	b.issuer.OnRequest(func(*http.Request) {
		once.Do(func() { close(arrived) })
		<-answer
	})
	v, token := b.verifier(), b.issuer.Token(nil)
	first, cancel := context.WithCancel(ctx)
	gone := make(chan core.Code)
	go func() { gone <- b.verify(first, v, token) }()
	<-arrived
	cancel()
	if code := <-gone; code != core.CodeKeysUnavailable {
		faults = append(faults, "the caller who left got "+string(code))
	}
	var waiting sync.WaitGroup
	for range 100 {
		waiting.Go(func() { b.good(ctx, v, token) })
	}
	close(answer)
	waiting.Wait()
	if got := b.issuer.Fetches(); got != 1 {
		faults = append(faults, fmt.Sprintf("%d fetches", got))
	}
	return faults
}

func coldStart(ctx context.Context, b *bench) (faults []string) {
	v, token := b.verifier(), b.issuer.Token(nil)
	n := b.n(10_000)
	parallel(n, n, func(int) { b.good(ctx, v, token) })
	if got := b.issuer.Fetches(); got != 1 {
		faults = append(faults, fmt.Sprintf("%d fetches", got))
	}
	return faults
}

func newInLoop(ctx context.Context, b *bench) (faults []string) {
	contract, token := b.issuer.Contract(), b.issuer.Token(nil)
	before := runtime.NumGoroutine()
	for range b.n(10_000) {
		v, err := core.NewVerifier(contract, core.WithClock(b.clock))
		if err != nil {
			return []string{err.Error()}
		}
		b.good(ctx, v, token)
	}
	if got := b.issuer.Fetches(); got != 1 {
		faults = append(faults, fmt.Sprintf("%d fetches", got))
	}
	if after := settledGoroutines(before); after > before+4 { // the server's own for the one connection
		faults = append(faults, fmt.Sprintf("%d goroutines became %d", before, after))
	}
	return faults
}

func oneUnreadable(ctx context.Context, b *bench) (faults []string) {
	var set struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err := json.Unmarshal(b.issuer.JWKS(), &set); err != nil || len(set.Keys) != 1 {
		return []string{fmt.Sprintf("the issuer's own set: %v", err)}
	}
	own := set.Keys[0]
	for i := range 48 {
		var k map[string]any
		if err := json.Unmarshal(own, &k); err != nil {
			return []string{err.Error()}
		}
		k["kid"] = fmt.Sprintf("spare-%d", i)
		one, err := json.Marshal(k)
		if err != nil {
			return []string{err.Error()}
		}
		set.Keys = append(set.Keys, one)
	}
	set.Keys = append(set.Keys, json.RawMessage(`{"kty":"quantum","kid":"q"}`))
	body, err := json.Marshal(set)
	if err != nil {
		return []string{err.Error()}
	}
	b.issuer.SetJWKS(body)
	v := b.verifier()
	b.good(ctx, v, b.issuer.Token(nil))
	if h := v.KeyHealth()[0]; len(h.Keys) != 49 || len(h.Skipped) != 1 || !strings.Contains(h.Skipped[0].Reason, "kty") {
		faults = append(faults, fmt.Sprintf("%d keys, skipped %+v", len(h.Keys), h.Skipped))
	}
	return faults
}

func badSets(ctx context.Context, b *bench) (faults []string) {
	elsewhere := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(b.issuer.JWKS()) }))
	defer elsewhere.Close()
	var answer atomic.Pointer[http.HandlerFunc]
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { (*answer.Load())(w, r) }))
	defer front.Close()
	body := func(s string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(s)) }
	}
	redirect := func(to string) http.HandlerFunc { return http.RedirectHandler(to, http.StatusFound).ServeHTTP }

	good := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Cache-Control", "max-age=60")
		_, _ = w.Write(b.issuer.JWKS())
	})
	answer.Store(&good)
	v, err := core.NewVerifier(b.issuer.Contract(func(r *core.Rules) { r.JWKSURL = front.URL + "/keys" }), core.WithClock(b.clock))
	if err != nil {
		return []string{err.Error()}
	}
	token := b.issuer.Token(nil, authtest.ExpiresIn(time.Hour))
	b.good(ctx, v, token)
	for _, bad := range []struct {
		name, want string
		answer     http.HandlerFunc
	}{
		{"10 MB", "too_large", body(`{"keys":[` + strings.Repeat(" ", 10<<20) + `]}`)},
		{"100,000 keys", "too_large", body(`{"keys":[` + strings.Repeat(`{"kty":"RSA"},`, 99_999) + `{"kty":"RSA"}]}`)},
		{"2,000 keys", "too_many_keys", body(`{"keys":[` + strings.Repeat(`{"kty":"RSA"},`, 1_999) + `{"kty":"RSA"}]}`)},
		{"gzip bomb", "too_large", gzipBomb},
		{"HTML with 200", "not_json", body("<!doctype html><title>Sign in</title>")},
		{"no usable key", "no_usable_keys", body(`{"keys":[]}`)},
		{"no key set", "malformed_set", body(`{"keys":7}`)},
		{"redirect to another host", "redirect", redirect(elsewhere.URL)},
		{"redirect to a private address", "redirect", redirect("https://10.0.0.1/keys")}, // never dialled
		{"status 500", "status", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) }},
	} {
		answer.Store(&bad.answer)
		b.clock.Advance(2 * time.Minute)
		b.good(ctx, v, token)
		if kind := v.KeyHealth()[0].LastErrorKind; kind != bad.want {
			faults = append(faults, bad.name+": "+kind)
		}
	}
	return faults
}

// gzipBomb is 100 MB of nothing in 100 KB.
func gzipBomb(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Encoding", "gzip")
	z := gzip.NewWriter(w)
	defer z.Close()
	_, _ = z.Write([]byte(`{"keys":[`))
	block := make([]byte, 1<<20)
	for i := range block {
		block[i] = ' '
	}
	for range 100 {
		if _, err := z.Write(block); err != nil {
			return // the client has seen enough
		}
	}
}

// withKid is token with another kid: its signature can't fit any more.
func withKid(token, kid string) string {
	_, rest, _ := strings.Cut(token, ".")
	header := `{"alg":"RS256","typ":"JWT","kid":"` + kid + `"}`
	return base64.RawURLEncoding.EncodeToString([]byte(header)) + "." + rest
}

func randomKid() string { return fmt.Sprintf("%016x", rand.Uint64()) }
