package core_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/revstackhq/auth-go/core"
)

// unsigned makes a token without a real signature.
func unsigned(tb testing.TB, issuer string) string {
	tb.Helper()
	return b64(`{"alg":"RS256"}`) + "." + b64(asJSON(tb, claimsWith(map[string]any{"iss": issuer}))) + "." + b64("nobody")
}

// realTenants answers for https://tenant-<n>.example, n < 4, and for nobody else.
func realTenants(tb testing.TB) func(context.Context, string) (*core.Contract, error) {
	tb.Helper()
	contracts := map[string]*core.Contract{}
	for i := range 4 {
		issuer := fmt.Sprintf("https://tenant-%d.example", i)
		contracts[issuer] = newContract(tb, with(func(r *core.Rules) { r.Issuer = issuer }))
	}
	return func(_ context.Context, issuer string) (*core.Contract, error) { return contracts[issuer], nil }
}

// Thousands of made-up issuers at once cost no more calls and goroutines than
// the bounds say, and no tenant is forgotten or kept waiting for them.
func TestResolverUnderAttack(t *testing.T) {
	const unknown, concurrent, perSecond = 5000, 8, 20
	synctest.Test(t, func(t *testing.T) {
		answer := realTenants(t)
		release := make(chan struct{})
		var running, most atomic.Int64
		d := &directory{answer: answer}
		clock := newClock()
		v := newVerifier(t, secretRules(), core.WithClock(clock), core.Resolver{
			Resolve: d.resolve, MaxTenants: 4, MaxConcurrent: concurrent, MaxPerSecond: perSecond,
		})
		tenants := func() {
			t.Helper()
			for i := range 4 {
				_, err := v.Verify(t.Context(), hs256(t, map[string]any{"iss": fmt.Sprintf("https://tenant-%d.example", i)}))
				if err != nil {
					t.Fatal(err)
				}
			}
		}
		tenants()
		before := d.calls()
		d.tell(func(ctx context.Context, issuer string) (*core.Contract, error) {
			if !strings.HasPrefix(issuer, "https://tenant-") {
				n := running.Add(1)
				defer running.Add(-1)
				for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
				}
				<-release
			}
			return answer(ctx, issuer)
		})
		idle := runtime.NumGoroutine()
		var wg sync.WaitGroup
		var refused atomic.Int64
		for i := range unknown {
			token := unsigned(t, fmt.Sprintf("https://unknown-%d.example", i))
			wg.Go(func() {
				_, err := v.Verify(t.Context(), token)
				var e *core.Error
				if errors.As(err, &e) && e.Code == core.CodeKeysUnavailable && e.RetryAfter >= time.Second {
					refused.Add(1)
				}
			})
		}
		synctest.Wait()
		if refused.Load() != unknown-concurrent || running.Load() != concurrent {
			t.Errorf("%d of %d refused at once, %d calls running", refused.Load(), unknown, running.Load())
		}
		if more := runtime.NumGoroutine() - idle; more > 4*concurrent {
			t.Errorf("%d more goroutines", more)
		}
		tenants()
		clock.Advance(10 * time.Minute) // they are renewed while unknown issuers hold all their slots
		tenants()
		close(release)
		wg.Wait()
		before += 4 // renewals

		// One after the other they are bounded in rate.
		for i := range unknown {
			_, err := v.Verify(t.Context(), unsigned(t, fmt.Sprintf("https://later-%d.example", i)))
			if c := core.CodeOf(err); c != core.CodeIssuerMismatch && c != core.CodeKeysUnavailable {
				t.Fatal(err)
			}
		}
		if calls := d.calls() - before; calls > concurrent+2*perSecond || calls < perSecond {
			t.Errorf("%d calls", calls)
		}
		if most.Load() != concurrent {
			t.Errorf("%d calls at once", most.Load())
		}
		before = d.calls()
		tenants()
		if d.calls() != before {
			t.Error("a tenant was evicted by unknown issuers")
		}
		clock.Advance(time.Second)
		for i := range unknown {
			_, _ = v.Verify(t.Context(), unsigned(t, fmt.Sprintf("https://last-%d.example", i)))
		}
		if calls := d.calls() - before; calls != perSecond {
			t.Errorf("%d calls in a second", calls)
		}
		stats := v.Stats()
		if stats.Tenants != 4 || stats.RefusedIssuers == 0 || stats.RefusedIssuers > 1024 ||
			stats.ResolverCalls != uint64(d.calls()) || stats.ResolverThrottled < 2*unknown {
			t.Errorf("%+v", stats)
		}
	})
}

// After a restart all tenants are unknown. A call that finds one does not count
// against MaxPerSecond, up to MaxTenants.
func TestResolverKnowsTenantsAfterARestart(t *testing.T) {
	const tenants, perSecond = 40, 5
	for _, room := range []int{tenants + 1, tenants / 2} {
		t.Run(fmt.Sprintf("room for %d of %d", room, tenants), func(t *testing.T) {
			d := &directory{answer: func(_ context.Context, issuer string) (*core.Contract, error) {
				return newContract(t, with(func(r *core.Rules) { r.Issuer = issuer })), nil
			}}
			v := newVerifier(t, secretRules(), core.Resolver{
				Resolve:      d.resolve,
				MaxTenants:   room,
				MaxPerSecond: perSecond,
			})
			accepted := 0
			for i := range tenants {
				_, err := v.Verify(t.Context(), hs256(t, map[string]any{"iss": fmt.Sprintf("https://%d.example", i)}))
				if err == nil {
					accepted++
				}
			}
			if room > tenants && accepted != tenants || room < tenants && accepted > room+2*perSecond {
				t.Errorf("%d accepted", accepted)
			}
		})
	}
}

func TestResolverRefusalsAreBounded(t *testing.T) {
	const issuers = 3000
	clock := newClock()
	d := &directory{answer: func(context.Context, string) (*core.Contract, error) { return nil, nil }}
	v := newVerifier(t, secretRules(), core.WithClock(clock), core.Resolver{
		Resolve:      d.resolve,
		MaxPerSecond: 2 * issuers,
	})
	for range 2 {
		for i := range issuers {
			_, err := v.Verify(t.Context(), unsigned(t, fmt.Sprintf("https://%d.example", i)))
			wantCode(t, err, core.CodeIssuerMismatch)
		}
		if n := v.Stats().RefusedIssuers; n > 1024 {
			t.Errorf("%d refusals are kept", n)
		}
		clock.Advance(time.Second)
	}
	if again := d.calls() - issuers; again < issuers-1024 {
		t.Errorf("only %d were resolved again: more than 1024 results are cached", again)
	}
	for _, issuer := range []string{"", "a b", "a\nb", strings.Repeat("a", 3000)} { // never resolved
		_, err := v.Verify(t.Context(), unsigned(t, issuer))
		wantCode(t, err, core.CodeIssuerMismatch)
		if d.times(issuer) != 0 {
			t.Errorf("the resolver was called with %q", issuer)
		}
	}
}

// A request that is over before the resolver is asked does not cost a call.
func TestResolverIgnoresCallersThatLeft(t *testing.T) {
	d := &directory{answer: realTenants(t)}
	v := newVerifier(t, secretRules(), d.resolver(4))
	ctx, leave := context.WithCancel(t.Context())
	leave()
	_, err := v.Verify(ctx, hs256(t, map[string]any{"iss": "https://tenant-0.example"}))
	if !errors.Is(err, context.Canceled) || d.calls() != 0 {
		t.Errorf("%v, %d calls", err, d.calls())
	}
	if _, err := v.Verify(t.Context(), hs256(t, map[string]any{"iss": "https://tenant-0.example"})); err != nil {
		t.Error(err)
	}
	if _, err := v.Verify(ctx, hs256(t, map[string]any{"iss": "https://tenant-0.example"})); err != nil {
		t.Errorf("a tenant that is known needs no call: %v", err)
	}
}

// A tenant whose renewal fails is asked about again two seconds later, not by
// every request, and keeps its place.
func TestResolverRemembersFailedRenewals(t *testing.T) {
	clock := newClock()
	answer := realTenants(t)
	d := &directory{answer: answer}
	v := newVerifier(t, secretRules(), core.WithClock(clock), d.resolver(4))
	token := hs256(t, map[string]any{"iss": "https://tenant-0.example"})
	if _, err := v.Verify(t.Context(), token); err != nil {
		t.Fatal(err)
	}
	clock.Advance(10 * time.Minute)
	d.tell(func(context.Context, string) (*core.Contract, error) { return nil, errors.New("database is down") })
	for range 50 {
		_, err := v.Verify(t.Context(), token)
		wantCode(t, err, core.CodeKeysUnavailable)
	}
	if n := d.calls(); n != 2 {
		t.Errorf("%d calls", n)
	}
	d.tell(answer)
	clock.Advance(2 * time.Second)
	if _, err := v.Verify(t.Context(), token); err != nil || v.Stats().Tenants != 1 {
		t.Errorf("%v, %+v", err, v.Stats())
	}
}

func TestResolverIssuers(t *testing.T) {
	cases := []struct {
		pattern string
		asked   []string
		refused []string
	}{
		{
			"https://*.example.com",
			[]string{"https://a.example.com", "https://a-b1.example.com"},
			[]string{
				"https://example.com", "https://.example.com", "https://a.b.example.com", "https://a.example.com/",
				"https://a.example.com.evil.test", "http://a.example.com", "https://127.0.0.1/x.example.com",
				"https://127.0.0.1#.example.com", "https://127.0.0.1?.example.com", "https://127.0.0.1:1@x.example.com",
				`https://127.0.0.1\.example.com`, "https://a%2e.example.com",
			},
		},
		{
			"https://login.example.com/*/v2.0",
			[]string{"https://login.example.com/contoso.com/v2.0"},
			[]string{
				"https://login.example.com//v2.0", "https://login.example.com/../v2.0", "https://login.example.com/a/b/v2.0",
			},
		},
		{"https://tenant.example.com/", []string{"https://tenant.example.com/"}, []string{"https://tenant.example.com"}},
	}
	for _, c := range cases {
		d := &directory{answer: func(context.Context, string) (*core.Contract, error) { return nil, nil }}
		v := newVerifier(t, secretRules(), core.Resolver{
			Resolve: d.resolve,
			Issuers: []string{"https://other.example", c.pattern},
		})
		for want, issuers := range map[int][]string{1: c.asked, 0: c.refused} {
			for _, issuer := range issuers {
				_, err := v.Verify(t.Context(), unsigned(t, issuer))
				wantCode(t, err, core.CodeIssuerMismatch)
				if d.times(issuer) != want {
					t.Errorf("%s: asked %d times about %s", c.pattern, d.times(issuer), issuer)
				}
			}
		}
	}
}

func TestResolverConfigErrors(t *testing.T) {
	nobody := func(context.Context, string) (*core.Contract, error) { return nil, nil }
	cases := []struct {
		resolver core.Resolver
		field    string
	}{
		{core.Resolver{}, "Resolver.Resolve"},
		{core.Resolver{Resolve: nobody, MaxTenants: -1}, "Resolver.MaxTenants"},
		{core.Resolver{Resolve: nobody, MaxConcurrent: -1}, "Resolver.MaxConcurrent"},
		{core.Resolver{Resolve: nobody, MaxPerSecond: -1}, "Resolver.MaxPerSecond"},
		{core.Resolver{Resolve: nobody, Issuers: []string{""}}, "Resolver.Issuers[0]"},
		{core.Resolver{Resolve: nobody, Issuers: []string{"https://a.example", "*"}}, "Resolver.Issuers[1]"},
		{core.Resolver{Resolve: nobody, Issuers: []string{"https://*"}}, "Resolver.Issuers[0]"},
		{core.Resolver{Resolve: nobody, Issuers: []string{"https://login.*/x.y"}}, "Resolver.Issuers[0]"},
		{core.Resolver{Resolve: nobody, Issuers: []string{"*://id.example.com"}}, "Resolver.Issuers[0]"},
		{core.Resolver{Resolve: nobody, Issuers: []string{"https://*.example.com/*"}}, "Resolver.Issuers[0]"},
		{core.Resolver{Resolve: nobody, Issuers: []string{"http://*.example.com"}}, "Resolver.Issuers[0]"},
	}
	for _, c := range cases {
		_, err := core.NewVerifier(newContract(t, secretRules()), c.resolver)
		faults := core.ConfigErrors(err)
		if len(faults) == 0 || faults[0].Field != c.field {
			t.Errorf("%+v: %v", c.resolver.Issuers, err)
		}
	}
}
