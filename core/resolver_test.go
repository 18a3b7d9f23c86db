package core_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/guard"
)

// directory is a resolver that counts its calls and answers as a test wants.
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

// resolver asks d and remembers so many tenants.
func (d *directory) resolver(tenants int) core.Resolver {
	return core.Resolver{Resolve: d.resolve, MaxTenants: tenants}
}

// calls is how often d was asked about anything.
func (d *directory) calls() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	all := 0
	for _, n := range d.asked {
		all += n
	}
	return all
}

const tenantIssuer = "https://tenant.example"

func tenantToken(tb testing.TB) string {
	tb.Helper()
	return hs256(tb, map[string]any{"iss": tenantIssuer})
}

func TestResolver(t *testing.T) {
	tenant := func(context.Context, string) (*core.Contract, error) {
		return newContract(t, with(func(r *core.Rules) { r.Issuer = tenantIssuer })), nil // a new one each time
	}
	nobody := func(context.Context, string) (*core.Contract, error) { return nil, nil }
	cases := []struct {
		name   string
		answer func(context.Context, string) (*core.Contract, error)
		want   core.Code
	}{
		{"accepted", tenant, ""},
		{"refused", nobody, core.CodeIssuerMismatch},
		{
			"refused by a zero contract",
			func(context.Context, string) (*core.Contract, error) { return &core.Contract{}, nil },
			core.CodeIssuerMismatch,
		},
		{
			"a contract of another issuer",
			func(context.Context, string) (*core.Contract, error) { return newContract(t, secretRules()), nil },
			core.CodeIssuerMismatch,
		},
		{"a contract of another audience", func(context.Context, string) (*core.Contract, error) {
			return newContract(t, with(func(r *core.Rules) { r.Issuer, r.Audiences = tenantIssuer, []string{"x"} })), nil
		}, core.CodeAudienceMismatch},
		{
			"an error",
			func(context.Context, string) (*core.Contract, error) { return nil, errors.New("database is down") },
			core.CodeKeysUnavailable,
		},
		{"an error beside a contract", func(ctx context.Context, issuer string) (*core.Contract, error) {
			c, _ := tenant(ctx, issuer)
			return c, errors.New("database is down")
		}, core.CodeKeysUnavailable},
		{"a panic", func(context.Context, string) (*core.Contract, error) { panic("bug") }, core.CodeKeysUnavailable},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			d := &directory{answer: c.answer}
			clock := newClock()
			v := newVerifier(t, secretRules(), core.WithClock(clock), d.resolver(4))
			_, err := v.Verify(t.Context(), tenantToken(t))
			wantCode(t, err, c.want)
			if _, err := v.Verify(t.Context(), hs256(t, nil)); err != nil || d.times(kitIssuer) != 0 {
				t.Errorf("the fixed contract: %v, asked %d times", err, d.times(kitIssuer))
			}
			var e *core.Error
			if c.want == core.CodeKeysUnavailable && (!errors.As(err, &e) || e.RetryAfter <= 0) {
				t.Errorf("no time to retry: %v", err)
			}
			d.tell(tenant) // an answer is remembered, an outage only briefly
			clock.Advance(2*time.Second - 1)
			_, err = v.Verify(t.Context(), tenantToken(t))
			wantCode(t, err, c.want)
			if asked := d.times(tenantIssuer); asked != 1 {
				t.Errorf("asked %d times within two seconds", asked)
			}
			clock.Advance(1)
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
	v := newVerifier(
		t,
		with(func(r *core.Rules) { r.InsecureNoExpiry = true }),
		core.WithClock(clock),
		d.resolver(4),
	)
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
		clock.Advance(s.advance)
		d.tell(s.answer)
		_, err := v.Verify(t.Context(), token)
		if core.CodeOf(err) != s.want || d.times(tenantIssuer) != s.asked {
			t.Fatalf("%s: %v, asked %d times", s.name, err, d.times(tenantIssuer))
		}
	}
	// A guard does not go on with a session of a tenant that has left meanwhile.
	g, err := guard.New(v)
	if err != nil {
		t.Fatal(err)
	}
	r := get("Authorization", "Bearer "+token)
	ctx, rejection := g.Enter(t.Context(), r)
	if rejection != nil {
		t.Fatal(rejection)
	}
	clock.Advance(10 * time.Minute)
	d.tell(refuse)
	if _, rejection = g.Check(ctx, r); rejection == nil {
		t.Error("the session of a tenant that has left was used again")
	}
}

// A changed contract applies from the moment the resolver returns it.
func TestResolverChangedContract(t *testing.T) {
	clock := newClock()
	d := &directory{}
	d.tell(func(context.Context, string) (*core.Contract, error) {
		return newContract(t, with(func(r *core.Rules) { r.Issuer = tenantIssuer })), nil
	})
	v := newVerifier(t, secretRules(), core.WithClock(clock), d.resolver(4))
	token := tenantToken(t)
	before, err := v.Verify(t.Context(), token)
	if err != nil {
		t.Fatal(err)
	}
	clock.Advance(10 * time.Minute)
	if again, err := v.Verify(t.Context(), token); err != nil || again.Issuer() != before.Issuer() {
		t.Fatal(err)
	}
	clock.Advance(10 * time.Minute)
	d.tell(func(context.Context, string) (*core.Contract, error) {
		return newContract(t, with(func(r *core.Rules) { r.Issuer, r.Audiences = tenantIssuer, []string{"new"} })), nil
	})
	_, err = v.Verify(t.Context(), token)
	wantCode(t, err, core.CodeAudienceMismatch)
}

// Concurrent requests share one call, and one that leaves does not end it for the
// others.
func TestResolverIsAskedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		d := &directory{answer: func(context.Context, string) (*core.Contract, error) {
			<-release
			return newContract(t, with(func(r *core.Rules) { r.Issuer = tenantIssuer })), nil
		}}
		v := newVerifier(t, secretRules(), d.resolver(4))
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
		wantCode(t, left, core.CodeRequestCanceled)
		if !errors.Is(left, context.Canceled) {
			t.Errorf("not the context's error: %v", left)
		}
		if accepted.Load() != 20 || d.times(tenantIssuer) != 1 {
			t.Errorf("%d accepted, asked %d times", accepted.Load(), d.times(tenantIssuer))
		}
	})
}

// A resolver that hangs delays a request by five seconds at most, and the next
// request calls it again.
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
				clock := newClock()
				v := newVerifier(t, secretRules(), core.WithClock(clock), d.resolver(4))
				start := time.Now()
				_, err := v.Verify(t.Context(), tenantToken(t))
				wantCode(t, err, core.CodeKeysUnavailable)
				if waited := time.Since(start); waited != 5*time.Second {
					t.Errorf("waited %v", waited)
				}
				clock.Advance(2 * time.Second)
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
