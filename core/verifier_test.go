package core_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/event"
)

// Each issuer is held to its own contract, and to nothing of another's.
func TestSeveralIssuers(t *testing.T) {
	a, b := newKeyServer(t, publicJWK(rsaKey().Public(), "k1", "")), newKeyServer(t, publicJWK(otherRSA().Public(), "k1", ""))
	first, second := a.rules(), b.rules()
	second.Issuer, second.Audiences, second.Algorithms, second.MaxTokenBytes = "https://b.example", []string{"b-api"}, []string{"RS512"}, 1500
	second.ClaimRules = []core.ClaimRule{{Claim: "use", OneOf: []string{"b"}}}
	third := core.Rules{IssuerTemplate: "https://t.example/{tid}", Audiences: []string{"t-api"}, Secret: kitSecret}
	v := newVerifier(t, first, core.WithContracts(newContract(t, second), newContract(t, third)))
	sign := func(alg string, key any, changes map[string]any) string {
		header := map[string]any{}
		if !strings.HasPrefix(alg, "HS") {
			header["kid"] = "k1"
		}
		return mint(t, alg, key, header, claimsWith(changes))
	}
	cases := []struct {
		name, token string
		want        core.Code
	}{
		{"first", sign("RS256", rsaKey(), nil), ""},
		{"second", sign("RS512", otherRSA(), map[string]any{"iss": "https://b.example", "aud": "b-api", "use": "b"}), ""},
		{"template", sign("HS256", []byte(kitSecret), map[string]any{"iss": "https://t.example/1", "tid": "1", "aud": "t-api"}), ""},
		{"second's key, first's name", sign("RS256", otherRSA(), nil), core.CodeInvalidSignature},
		{"second's algorithm for the first", sign("RS512", rsaKey(), nil), core.CodeAlgorithmNotAllowed},
		{"first's algorithm for the second", sign("RS256", otherRSA(), map[string]any{"iss": "https://b.example", "aud": "b-api", "use": "b"}), core.CodeAlgorithmNotAllowed},
		{"third's secret for the first", sign("HS256", []byte(kitSecret), nil), core.CodeAlgorithmNotAllowed},
		{"first's audience for the second", sign("RS512", otherRSA(), map[string]any{"iss": "https://b.example", "use": "b"}), core.CodeAudienceMismatch},
		{"second's audience for the first", sign("RS256", rsaKey(), map[string]any{"aud": "b-api"}), core.CodeAudienceMismatch},
		{"second's rule", sign("RS512", otherRSA(), map[string]any{"iss": "https://b.example", "aud": "b-api"}), core.CodeMissingClaim},
		{"second's size", sign("RS512", otherRSA(), map[string]any{"iss": "https://b.example", "aud": "b-api", "use": "b", "pad": strings.Repeat("p", 1500)}), core.CodeTokenTooLarge},
		{"nobody's", sign("RS256", rsaKey(), map[string]any{"iss": "https://c.example"}), core.CodeIssuerMismatch},
		{"no issuer", sign("RS256", rsaKey(), map[string]any{"iss": nil}), core.CodeIssuerMismatch},
		{"template with another tenant", sign("HS256", []byte(kitSecret), map[string]any{"iss": "https://t.example/1", "tid": "2", "aud": "t-api"}), core.CodeIssuerMismatch},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			for range 2 {
				_, err := v.Verify(t.Context(), c.token)
				wantCode(t, err, c.want)
			}
		})
	}
	if len(v.KeyHealth()) != 2 {
		t.Errorf("health of %d key sets", len(v.KeyHealth()))
	}
}

func TestSeveralIssuersFaults(t *testing.T) {
	clash := func(rules ...core.Rules) error {
		others := make([]*core.Contract, 0, len(rules))
		for _, r := range rules[1:] {
			others = append(others, newContract(t, r))
		}
		_, err := core.NewVerifier(newContract(t, rules[0]), core.WithContracts(others...))
		return err
	}
	other := with(func(r *core.Rules) { r.Issuer, r.Issuers = "https://b.example", []string{kitIssuer} })
	template := with(func(r *core.Rules) { r.Issuer, r.IssuerTemplate = "", "https://t.example/{tid}" })
	anyIssuer := with(func(r *core.Rules) { r.Issuer, r.InsecureAnyIssuer = "", true })
	for name, err := range map[string]error{
		"one issuer twice":   clash(secretRules(), other),
		"one template twice": clash(template, template),
		"any issuer twice":   clash(anyIssuer, anyIssuer),
	} {
		if faults := core.ConfigErrors(err); len(faults) != 1 || faults[0].Field != "WithContracts" {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := clash(secretRules(), template, anyIssuer); err != nil {
		t.Errorf("one of each: %v", err)
	}
	same := newContract(t, secretRules())
	v, err := core.NewVerifier(same, core.WithContracts(same), core.WithClock(newClock()))
	if err != nil {
		t.Fatalf("the same contract twice: %v", err)
	}
	if _, err := v.Verify(t.Context(), hs256(t, nil)); err != nil {
		t.Error(err)
	}
}

// A thousand issuers: every token finds its own contract.
func TestThousandIssuers(t *testing.T) {
	contracts := make([]*core.Contract, 0, 1000)
	for i := range 1000 {
		contracts = append(contracts, newContract(t, with(func(r *core.Rules) { r.Issuer, r.Provider = fmt.Sprintf("https://%d.example", i), fmt.Sprint(i) })))
	}
	v := newVerifier(t, secretRules(), core.WithContracts(contracts...))
	for _, i := range []int{0, 499, 999} {
		s, err := v.Verify(t.Context(), hs256(t, map[string]any{"iss": fmt.Sprintf("https://%d.example", i)}))
		if err != nil || s.Provider() != fmt.Sprint(i) {
			t.Errorf("%d: %v %v", i, s, err)
		}
	}
}

// directory is a resolver that counts and can be told what to answer.
type directory struct {
	mu     sync.Mutex
	asked  map[string]int
	answer func(ctx context.Context, issuer string) (*core.Contract, error)
}

func (d *directory) resolve(ctx context.Context, issuer string) (*core.Contract, error) {
	d.mu.Lock()
	if d.asked == nil {
		d.asked = map[string]int{}
	}
	d.asked[issuer]++
	answer := d.answer
	d.mu.Unlock()
	return answer(ctx, issuer)
}

func (d *directory) times(issuer string) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.asked[issuer]
}

func (d *directory) tell(answer func(ctx context.Context, issuer string) (*core.Contract, error)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.answer = answer
}

const tenantIssuer = "https://tenant.example"

func tenantToken(tb testing.TB) string {
	tb.Helper()
	return hs256(tb, map[string]any{"iss": tenantIssuer})
}

func TestResolver(t *testing.T) {
	tenant := func(context.Context, string) (*core.Contract, error) {
		return newContract(t, with(func(r *core.Rules) { r.Issuer = tenantIssuer })), nil // made anew each time
	}
	nobody := func(context.Context, string) (*core.Contract, error) { return nil, nil }
	cases := []struct {
		name   string
		answer func(context.Context, string) (*core.Contract, error)
		want   core.Code
	}{
		{"accepted", tenant, ""},
		{"refused", nobody, core.CodeIssuerMismatch},
		{"refused by a zero contract", func(context.Context, string) (*core.Contract, error) { return &core.Contract{}, nil }, core.CodeIssuerMismatch},
		{"a contract of another issuer", func(context.Context, string) (*core.Contract, error) { return newContract(t, secretRules()), nil }, core.CodeIssuerMismatch},
		{"a contract of another audience", func(context.Context, string) (*core.Contract, error) {
			return newContract(t, with(func(r *core.Rules) { r.Issuer, r.Audiences = tenantIssuer, []string{"x"} })), nil
		}, core.CodeAudienceMismatch},
		{"an error", func(context.Context, string) (*core.Contract, error) { return nil, errors.New("database is down") }, core.CodeKeysUnavailable},
		{"an error beside a contract", func(ctx context.Context, issuer string) (*core.Contract, error) {
			c, _ := tenant(ctx, issuer)
			return c, errors.New("database is down")
		}, core.CodeKeysUnavailable},
		{"a panic", func(context.Context, string) (*core.Contract, error) { panic("bug") }, core.CodeKeysUnavailable},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			d := &directory{answer: c.answer}
			v := newVerifier(t, secretRules(), core.WithResolver(d.resolve, 4))
			_, err := v.Verify(t.Context(), tenantToken(t))
			wantCode(t, err, c.want)
			if _, err := v.Verify(t.Context(), hs256(t, nil)); err != nil || d.times(kitIssuer) != 0 {
				t.Errorf("the fixed contract: %v, asked %d times", err, d.times(kitIssuer))
			}
			var e *core.Error
			if c.want == core.CodeKeysUnavailable && (!errors.As(err, &e) || e.RetryAfter <= 0) {
				t.Errorf("no time to retry: %v", err)
			}
			d.tell(tenant) // an outage is not remembered, an answer is
			_, err = v.Verify(t.Context(), tenantToken(t))
			if c.want == core.CodeKeysUnavailable {
				wantCode(t, err, "")
			} else {
				wantCode(t, err, c.want)
			}
		})
	}
}

func TestResolverRemembers(t *testing.T) {
	contract := newContract(t, with(func(r *core.Rules) { r.Issuer = tenantIssuer }))
	accept := func(context.Context, string) (*core.Contract, error) { return contract, nil }
	refuse := func(context.Context, string) (*core.Contract, error) { return nil, nil }
	clock := newClock()
	d := &directory{answer: refuse}
	v := newVerifier(t, with(func(r *core.Rules) { r.InsecureNoExpiry = true }), core.WithClock(clock), core.WithResolver(d.resolve, 4))
	token := tenantToken(t)
	steps := []struct {
		name    string
		advance time.Duration
		answer  func(context.Context, string) (*core.Contract, error)
		want    core.Code
		asked   int
	}{
		{"refused", 0, refuse, core.CodeIssuerMismatch, 1},
		{"refused from memory", time.Minute - 1, accept, core.CodeIssuerMismatch, 1},
		{"asked again after a minute", 1, accept, "", 2},
		{"accepted from memory", 10*time.Minute - 1, refuse, "", 2},
		{"the tenant has left, and its tokens with it", 1, refuse, core.CodeIssuerMismatch, 3},
		{"back again", time.Minute, accept, "", 4},
	}
	for _, s := range steps {
		clock.advance(s.advance)
		d.tell(s.answer)
		_, err := v.Verify(t.Context(), token)
		if core.CodeOf(err) != s.want || d.times(tenantIssuer) != s.asked {
			t.Fatalf("%s: %v, asked %d times", s.name, err, d.times(tenantIssuer))
		}
	}
	// A guard does not go on with a session of a tenant that has left meanwhile.
	g, err := core.NewGuard(v)
	if err != nil {
		t.Fatal(err)
	}
	r := get("Authorization", "Bearer "+token)
	ctx, rejection := g.Enter(t.Context(), r)
	if rejection != nil {
		t.Fatal(rejection)
	}
	clock.advance(10 * time.Minute)
	d.tell(refuse)
	if _, rejection = g.Check(ctx, r); rejection == nil {
		t.Error("the session of a tenant that has left was used again")
	}
}

// A changed contract counts from the moment it is known.
func TestResolverChangedContract(t *testing.T) {
	clock := newClock()
	d := &directory{}
	d.tell(func(context.Context, string) (*core.Contract, error) {
		return newContract(t, with(func(r *core.Rules) { r.Issuer = tenantIssuer })), nil
	})
	v := newVerifier(t, secretRules(), core.WithClock(clock), core.WithResolver(d.resolve, 4))
	token := tenantToken(t)
	before, err := v.Verify(t.Context(), token)
	if err != nil {
		t.Fatal(err)
	}
	clock.advance(10 * time.Minute)
	if again, err := v.Verify(t.Context(), token); err != nil || again.Issuer() != before.Issuer() {
		t.Fatal(err)
	}
	clock.advance(10 * time.Minute)
	d.tell(func(context.Context, string) (*core.Contract, error) {
		return newContract(t, with(func(r *core.Rules) { r.Issuer, r.Audiences = tenantIssuer, []string{"new"} })), nil
	})
	_, err = v.Verify(t.Context(), token)
	wantCode(t, err, core.CodeAudienceMismatch)
}

func TestResolverIsBounded(t *testing.T) {
	d := &directory{answer: func(context.Context, string) (*core.Contract, error) { return nil, nil }}
	v := newVerifier(t, secretRules(), core.WithResolver(d.resolve, 8))
	for i := range 200 {
		_, err := v.Verify(t.Context(), hs256(t, map[string]any{"iss": fmt.Sprintf("https://%d.example", i)}))
		wantCode(t, err, core.CodeIssuerMismatch)
	}
	for _, issuer := range []string{"", "a b", "a\nb", strings.Repeat("a", 3000)} { // never asked about
		_, err := v.Verify(t.Context(), hs256(t, map[string]any{"iss": issuer}))
		wantCode(t, err, core.CodeIssuerMismatch)
		if d.times(issuer) != 0 {
			t.Errorf("asked about %q", issuer)
		}
	}
	again := 0
	for i := range 200 {
		issuer := fmt.Sprintf("https://%d.example", i)
		if _, err := v.Verify(t.Context(), hs256(t, map[string]any{"iss": issuer})); err == nil {
			t.Fatal("accepted")
		}
		again += d.times(issuer) - 1
	}
	if again < 150 {
		t.Errorf("only %d of 200 were asked about again: more than 8 answers are kept", again)
	}
}

// Many callers, one question; who leaves takes nobody along.
func TestResolverIsAskedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		d := &directory{answer: func(context.Context, string) (*core.Contract, error) {
			<-release
			return newContract(t, with(func(r *core.Rules) { r.Issuer = tenantIssuer })), nil
		}}
		v := newVerifier(t, secretRules(), core.WithResolver(d.resolve, 4))
		token := tenantToken(t)
		ctx, leave := context.WithCancel(t.Context())
		var left error
		var wg sync.WaitGroup
		wg.Go(func() { _, left = v.Verify(ctx, token) })
		synctest.Wait()
		var accepted atomic.Int64
		for range 20 {
			wg.Go(func() {
				if _, err := v.Verify(t.Context(), token); err == nil {
					accepted.Add(1)
				}
			})
		}
		synctest.Wait()
		leave()
		synctest.Wait()
		close(release)
		wg.Wait()
		wantCode(t, left, core.CodeKeysUnavailable)
		if !errors.Is(left, context.Canceled) {
			t.Errorf("not the context's error: %v", left)
		}
		if accepted.Load() != 20 || d.times(tenantIssuer) != 1 {
			t.Errorf("%d accepted, asked %d times", accepted.Load(), d.times(tenantIssuer))
		}
	})
}

// A resolver that hangs costs five seconds, and the next request asks anew.
func TestResolverThatHangs(t *testing.T) {
	for _, deaf := range []bool{false, true} {
		t.Run(fmt.Sprintf("deaf %t", deaf), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				end := make(chan struct{})
				d := &directory{answer: func(ctx context.Context, _ string) (*core.Contract, error) {
					if deaf {
						<-end
						return nil, nil
					}
					<-ctx.Done()
					return nil, ctx.Err()
				}}
				v := newVerifier(t, secretRules(), core.WithResolver(d.resolve, 4))
				start := time.Now()
				_, err := v.Verify(t.Context(), tenantToken(t))
				wantCode(t, err, core.CodeKeysUnavailable)
				if waited := time.Since(start); waited != 5*time.Second {
					t.Errorf("waited %v", waited)
				}
				d.tell(func(context.Context, string) (*core.Contract, error) {
					return newContract(t, with(func(r *core.Rules) { r.Issuer = tenantIssuer })), nil
				})
				if _, err := v.Verify(t.Context(), tenantToken(t)); err != nil {
					t.Error(err)
				}
				close(end)
			})
		})
	}
}

// New in a loop: one key set, whose fetch counts once.
func TestVerifiersShareKeys(t *testing.T) {
	server := newKeyServer(t, publicJWK(rsaKey().Public(), "k1", ""))
	contract, clock := newContract(t, server.rules()), newClock()
	token := rs256(t, "k1", nil)
	before := runtime.NumGoroutine()
	for range 1000 {
		v, err := core.NewVerifier(contract, core.WithClock(clock), core.WithObserver(func(event.Event) {}))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := v.Verify(t.Context(), token); err != nil {
			t.Fatal(err)
		}
	}
	if n := server.fetches.Load(); n != 1 {
		t.Errorf("%d fetches", n)
	}
	if after := runtime.NumGoroutine(); after > before+20 {
		t.Errorf("%d goroutines became %d", before, after)
	}
	v, err := core.NewVerifier(contract, core.WithClock(newClock())) // another clock is another engine
	if err != nil {
		t.Fatal(err)
	}
	if _, err := v.Verify(t.Context(), token); err != nil || server.fetches.Load() != 2 {
		t.Errorf("%v, %d fetches", err, server.fetches.Load())
	}
}

// incomparable is a clock that == panics on.
type incomparable struct{ at []time.Time }

func (c incomparable) Now() time.Time { return c.at[0] }

func TestOptionsThatCannotBeCompared(t *testing.T) {
	contract := newContract(t, secretRules())
	for range 2 {
		v, err := core.NewVerifier(contract, core.WithClock(incomparable{[]time.Time{epoch()}}))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := v.Verify(t.Context(), hs256(t, nil)); err != nil {
			t.Error(err)
		}
	}
}

func TestObservers(t *testing.T) {
	server := newKeyServer(t, publicJWK(rsaKey().Public(), "k1", ""))
	var mu sync.Mutex
	var seen []string
	note := func(e event.Event) {
		mu.Lock()
		defer mu.Unlock()
		switch e := e.(type) {
		case event.TokenRejected:
			seen = append(seen, e.Code)
			if core.CodeOf(e.Err) != core.Code(e.Code) {
				t.Errorf("%s with %v", e.Code, e.Err)
			}
		case event.TokenVerified:
			seen = append(seen, fmt.Sprintf("verified %s %t", e.Provider, e.Remembered))
		default:
			seen = append(seen, strings.TrimPrefix(fmt.Sprintf("%T", e), "event."))
		}
	}
	var log bytes.Buffer
	v := newVerifier(t, server.rules(), core.WithObserver(func(event.Event) { panic("bug in an observer") }), core.WithObserver(note),
		core.WithLogger(slog.New(slog.NewTextHandler(&log, nil))))
	token := rs256(t, "k1", nil)
	for _, token := range []string{token, token, "x", rs256(t, "k2", nil)} {
		_, _ = v.Verify(t.Context(), token)
	}
	_, _ = v.Authenticate(t.Context(), "Bearer")
	want := []string{"KeysRefreshed", "verified custom false", "verified custom true", "INVALID_FORMAT", "KeysRefreshed", "UnknownKey", "UNKNOWN_KEY", "INVALID_REQUEST"}
	mu.Lock()
	defer mu.Unlock()
	if !slices.Equal(seen, want) {
		t.Errorf("got %q\nwant %q", seen, want)
	}
	if !strings.Contains(log.String(), "bug in an observer") {
		t.Errorf("the panic is not in the log: %s", log.String())
	}
	emulator := newVerifier(t, core.Rules{Issuer: kitIssuer, Audiences: []string{"api"}, InsecureEmulator: true}, core.WithObserver(func(e event.Event) {
		if v, ok := e.(event.TokenVerified); ok {
			seen = append(seen, "emulated "+v.Provider)
		}
	}))
	if _, err := emulator.Verify(t.Context(), b64(`{"alg":"none"}`)+"."+b64(asJSON(t, claimsWith(nil)))+"."); err != nil || seen[len(seen)-1] != "emulated custom" {
		t.Errorf("%v %q", err, seen)
	}
}

// A verifier that is gone is not kept by the contract it listened to.
func TestObserversAreHeldWeakly(t *testing.T) {
	server := newKeyServer(t, publicJWK(rsaKey().Public(), "k1", ""))
	contract, clock := newContract(t, server.rules()), newClock()
	freed := make(chan struct{})
	func() {
		big := new([1 << 16]byte)
		runtime.AddCleanup(big, func(done chan struct{}) { close(done) }, freed)
		if _, err := core.NewVerifier(contract, core.WithClock(clock), core.WithObserver(func(event.Event) { big[0]++ })); err != nil {
			t.Fatal(err)
		}
	}()
	for range 500 {
		runtime.GC()
		select {
		case <-freed:
			runtime.KeepAlive(contract)
			return
		default:
			runtime.Gosched()
		}
	}
	t.Error("the observer is still there")
}

// A tenant's keys are observed like any other's.
func TestObserverHearsOfTenants(t *testing.T) {
	server := newKeyServer(t, publicJWK(rsaKey().Public(), "k1", ""))
	rules := server.rules()
	rules.Issuer = tenantIssuer
	tenant := newContract(t, rules)
	var refreshed atomic.Int64
	v := newVerifier(t, secretRules(), core.WithResolver(func(context.Context, string) (*core.Contract, error) { return tenant, nil }, 2),
		core.WithObserver(func(e event.Event) {
			if _, ok := e.(event.KeysRefreshed); ok {
				refreshed.Add(1)
			}
		}))
	if _, err := v.Verify(t.Context(), rs256(t, "k1", map[string]any{"iss": tenantIssuer})); err != nil {
		t.Fatal(err)
	}
	if refreshed.Load() != 1 {
		t.Errorf("told of %d refreshes", refreshed.Load())
	}
}

func TestReady(t *testing.T) {
	up, down := newKeyServer(t, publicJWK(rsaKey().Public(), "k1", "")), newKeyServer(t, publicJWK(rsaKey().Public(), "k1", ""))
	down.down.Store(true)
	other := down.rules()
	other.Issuer = "https://b.example"
	clock := newClock()
	v := newVerifier(t, up.rules(), core.WithClock(clock), core.WithContracts(newContract(t, other)))
	err := v.Ready(t.Context())
	wantCode(t, err, core.CodeKeysUnavailable)
	if !errors.Is(err, core.CodeNetworkError) {
		t.Error("not a NETWORK_ERROR")
	}
	health := v.KeyHealth()
	if len(health) != 2 || health[0].State != "fresh" || len(health[0].Keys) != 1 || health[0].Keys[0].ID != "k1" || health[0].LastError != "" ||
		health[1].State != "unavailable" || health[1].LastError == "" || health[1].NextTry.IsZero() || health[1].Keys == nil {
		t.Errorf("health: %+v", health)
	}
	_, err = v.Verify(t.Context(), rs256(t, "k1", map[string]any{"iss": "https://b.example"}))
	wantCode(t, err, core.CodeKeysUnavailable)
	down.down.Store(false)
	clock.advance(time.Minute)
	if err := v.Ready(t.Context()); err != nil {
		t.Errorf("not healed: %v", err)
	}
	if got := v.KeyHealth()[0]; got.Age != time.Minute || got.Issuer != kitIssuer || got.Fetches != 1 {
		t.Errorf("health: %+v", got)
	}
	secret := newVerifier(t, secretRules())
	if err := secret.Ready(t.Context()); err != nil || secret.KeyHealth() != nil {
		t.Errorf("a secret needs no keys: %v", err)
	}
}

func TestTokenCache(t *testing.T) {
	off := newVerifier(t, secretRules(), core.WithTokenCache(core.TokenCache{Disabled: true}))
	small := newVerifier(t, secretRules(), core.WithTokenCache(core.TokenCache{MaxEntries: 4, MaxBytes: 1 << 20}))
	token := hs256(t, nil)
	for range 3 {
		for _, v := range []*core.Verifier{off, small} {
			if _, err := v.Verify(t.Context(), token); err != nil {
				t.Fatal(err)
			}
		}
	}
	if s := off.Stats(); s.Hits != 0 || s.Entries != 0 {
		t.Errorf("switched off: %+v", s)
	}
	if s := small.Stats(); s.Hits != 2 || s.Entries != 1 {
		t.Errorf("small: %+v", s)
	}
	_, err := small.Verify(t.Context(), mint(t, "HS256", []byte("another"), map[string]any{}, claimsWith(nil)))
	wantCode(t, err, core.CodeInvalidSignature)
}

// A key that leaves the set takes its remembered tokens along.
func TestRememberedTokensEndWithTheirKey(t *testing.T) {
	server, clock := newKeyServer(t, publicJWK(rsaKey().Public(), "k1", ""), publicJWK(otherRSA().Public(), "k2", "")), newClock()
	v := newVerifier(t, server.rules(), core.WithClock(clock))
	token := rs256(t, "k1", nil)
	for range 2 {
		if _, err := v.Verify(t.Context(), token); err != nil {
			t.Fatal(err)
		}
	}
	server.publish(t, publicJWK(otherRSA().Public(), "k2", ""))
	clock.advance(11 * time.Minute)
	_, err := v.Verify(t.Context(), token)
	wantCode(t, err, core.CodeUnknownKey)
	server.publish(t, publicJWK(otherRSA().Public(), "k1", "")) // another key under the name
	clock.advance(11 * time.Minute)
	_, err = v.Verify(t.Context(), token)
	wantCode(t, err, core.CodeInvalidSignature)
}

func TestVerifyConcurrently(t *testing.T) {
	server := newKeyServer(t, publicJWK(rsaKey().Public(), "k1", ""))
	v := newVerifier(t, server.rules())
	good, bad := rs256(t, "k1", nil), rs256(t, "k1", map[string]any{"aud": "x"})
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			for range 20 {
				if _, err := v.Verify(t.Context(), good); err != nil {
					t.Error(err)
				}
				if _, err := v.Verify(t.Context(), bad); core.CodeOf(err) != core.CodeAudienceMismatch {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if n := server.fetches.Load(); n != 1 {
		t.Errorf("%d fetches", n)
	}
}

func TestFileKeyCache(t *testing.T) {
	if cache, err := core.NewFileKeyCache(""); err == nil || cache != nil {
		t.Errorf("a directory without a name: %v %v", cache, err)
	}
	cache, err := core.NewFileKeyCache(t.TempDir() + "/keys")
	if err != nil {
		t.Fatal(err)
	}
	server := newKeyServer(t, publicJWK(rsaKey().Public(), "k1", ""))
	token := rs256(t, "k1", nil)
	for range 2 { // a program, and the same one restarted in an outage
		v := newVerifier(t, server.rules(), core.WithKeyCache(cache))
		if _, err := v.Verify(t.Context(), token); err != nil {
			t.Fatal(err)
		}
		server.down.Store(true)
	}
	if n := server.fetches.Load(); n != 1 {
		t.Errorf("%d fetches", n)
	}
}

func TestHTTPClient(t *testing.T) {
	server := newKeyServer(t, publicJWK(rsaKey().Public(), "k1", ""))
	var used atomic.Int64
	client := &http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
		used.Add(1)
		return server.Client().Transport.RoundTrip(r)
	})}
	v := newVerifier(t, server.rules(), core.WithHTTPClient(client))
	if _, err := v.Verify(t.Context(), rs256(t, "k1", nil)); err != nil || used.Load() != 1 {
		t.Errorf("%v, used %d times", err, used.Load())
	}
}

// Plain http leaves this machine only if the contract says so.
func TestInsecureHTTP(t *testing.T) {
	for _, insecure := range []bool{true, false} {
		t.Run(fmt.Sprint(insecure), func(t *testing.T) {
			var discoveryKeys string
			server := newKeyServer(t, publicJWK(rsaKey().Public(), "k1", ""))
			wire := &http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
				if strings.HasSuffix(r.URL.Path, "/openid-configuration") {
					body := `{"issuer":"http://id.internal","jwks_uri":"` + discoveryKeys + `"}`
					return &http.Response{StatusCode: 200, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
				}
				r = r.Clone(r.Context())
				r.URL.Host = strings.TrimPrefix(server.URL, "http://")
				return server.Client().Transport.RoundTrip(r)
			})}
			for _, c := range []struct {
				discovery bool
				keys      string
				works     bool
			}{{false, "http://id.internal/jwks", true}, {true, "http://id.internal/jwks", true}, {true, "http://other.internal/jwks", false}} {
				discoveryKeys = c.keys
				rules := core.Rules{Issuer: "http://id.internal", Audiences: []string{kitAudience}, InsecureHTTP: insecure, Discovery: c.discovery}
				if !c.discovery {
					rules.JWKSURL = c.keys
				}
				contract, err := core.NewContract(rules)
				if !insecure {
					if err == nil {
						t.Fatal("accepted http without the waiver")
					}
					continue
				}
				v, err := core.NewVerifier(contract, core.WithClock(newClock()), core.WithHTTPClient(wire))
				if err != nil {
					t.Fatal(err)
				}
				_, err = v.Verify(t.Context(), rs256(t, "k1", map[string]any{"iss": "http://id.internal"}))
				if (err == nil) != c.works {
					t.Errorf("%+v: %v", c, err)
				}
			}
		})
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// FuzzVerify throws tokens at a verifier that accepts exactly one.
func FuzzVerify(f *testing.F) {
	good := hs256(f, nil)
	for _, seed := range []string{
		good, "", ".", "..", good + ".", good[:len(good)-1], strings.ToUpper(good), good + "=", " " + good,
		rs256(f, "k1", nil), b64(`{"alg":"none"}`) + "." + strings.Split(good, ".")[1] + ".",
	} {
		f.Add(seed, uint16(0), byte(0))
	}
	f.Add(good, uint16(40), byte('A'))
	rules := secretRules()
	rules.PEM = publicPEM(f, rsaKey().Public())
	v := newVerifier(f, rules)
	f.Fuzz(func(t *testing.T, token string, at uint16, put byte) {
		for _, candidate := range []string{token, changed(good, at, put), changed(token, at, put)} {
			s, err := v.Verify(t.Context(), candidate)
			switch {
			case candidate == good && err != nil:
				t.Fatalf("the good token was refused: %v", err)
			case candidate == good:
			case err == nil && len(strings.Split(candidate, ".")) == 3 && signedByUs(t, candidate):
			case err == nil:
				t.Fatalf("accepted %q as %v", candidate, s)
			default:
				var e *core.Error
				if !errors.As(err, &e) || e.Code == "" || e.Code == core.CodeUnknownError {
					t.Fatalf("%q: %v", candidate, err)
				}
			}
		}
	})
}

// signedByUs tells the seeds, whose signatures are good.
func signedByUs(t *testing.T, token string) bool {
	t.Helper()
	return token == hs256(t, nil) || token == rs256(t, "k1", nil)
}

func changed(s string, at uint16, put byte) string {
	if s == "" {
		return s
	}
	b := []byte(s)
	b[int(at)%len(b)] = put
	return string(b)
}
