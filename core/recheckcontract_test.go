package core_test

import (
	"context"
	"strconv"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core"
)

// A kept session ends when its issuer gets another contract, even one that
// would accept its token: what the session says was read by the old rules.
func TestRecheckOfATenantWithAnotherContract(t *testing.T) {
	clock := newClock()
	strict := newContract(t, with(func(r *core.Rules) { r.Issuer = tenantIssuer }))
	other := newContract(t, with(func(r *core.Rules) { r.Issuer, r.MaxTokenBytes = tenantIssuer, 4000 }))
	current := strict
	v := newVerifier(t, secretRules(), core.WithClock(clock), core.Resolver{
		Resolve: func(context.Context, string) (*core.Contract, error) { return current, nil },
	})
	s, err := v.Verify(t.Context(), tenantToken(t))
	if err != nil {
		t.Fatal(err)
	}
	if err := v.Recheck(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	current = other
	clock.Advance(11 * time.Minute)
	if err := v.Recheck(t.Context(), s); core.CodeOf(err) != core.CodeIssuerMismatch {
		t.Errorf("got %v, want %s", err, core.CodeIssuerMismatch)
	}
}

// MaxEntries bounds the number of tokens, however small they are.
func TestTokenCacheMaxEntries(t *testing.T) {
	v := newVerifier(t, secretRules(), core.TokenCache{MaxEntries: 4})
	for i := range 40 {
		if _, err := v.Verify(t.Context(), hs256(t, map[string]any{"jti": strconv.Itoa(i)})); err != nil {
			t.Fatal(err)
		}
		if n := v.Stats().Entries; n > 4 {
			t.Fatalf("after %d tokens, the cache holds %d, want at most 4", i+1, n)
		}
	}
}
