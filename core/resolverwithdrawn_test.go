package core_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/revstackhq/auth-go/core"
)

// TestResolverRefusalOfAFormerTenant: an issuer that was a tenant and is none any more is remembered as refused, like
// every other: the resolver is not asked by each of its tokens.
func TestResolverRefusalOfAFormerTenant(t *testing.T) {
	accepted := newContract(t, with(func(r *core.Rules) { r.Issuer = tenantIssuer }))
	d := &directory{answer: func(context.Context, string) (*core.Contract, error) { return accepted, nil }}
	clock := newClock()
	v := newVerifier(t, secretRules(), core.WithClock(clock), d.resolver(4))
	token := tenantToken(t)
	if _, err := v.Verify(t.Context(), token); err != nil {
		t.Fatal(err)
	}
	d.tell(func(context.Context, string) (*core.Contract, error) { return nil, nil })
	clock.Advance(11 * time.Minute)
	for range 10 {
		_, err := v.Verify(t.Context(), token)
		wantCode(t, err, core.CodeIssuerMismatch)
	}
	if got := d.times(tenantIssuer); got != 2 {
		t.Errorf("the resolver was asked %d times, want 2", got)
	}
}

// TestResolverIsNotAskedForWhoHasLeft: a client that has hung up already costs no call.
func TestResolverIsNotAskedForWhoHasLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &directory{answer: func(context.Context, string) (*core.Contract, error) { return nil, nil }}
		v := newVerifier(t, secretRules(), d.resolver(4))
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := v.Verify(gone, tenantToken(t))
		wantCode(t, err, core.CodeRequestCanceled)
		synctest.Wait()
		if got := d.calls(); got != 0 {
			t.Errorf("the resolver was asked %d times", got)
		}
	})
}
