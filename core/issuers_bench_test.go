package core_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/internal/test"
)

// issuersVerifier accepts n issuers, and returns a token of the last of them and
// one of none. The issuers are long and differ at their end: comparing a token's
// with each of them would take longer than all the rest of a verification.
func issuersVerifier(tb testing.TB, n int) (v *core.Verifier, own, foreign string) {
	tb.Helper()
	prefix := "https://id.example.com/" + strings.Repeat("tenant/", 280)
	rules := func(i int) core.Rules {
		return with(func(r *core.Rules) { r.Issuer = fmt.Sprintf("%s%04d", prefix, i) })
	}
	options := []core.Option{core.TokenCache{Disabled: true}}
	for i := range n - 1 {
		options = append(options, newContract(tb, rules(i)))
	}
	v = newVerifier(tb, rules(n-1), options...)
	return v, hs256(tb, map[string]any{"iss": rules(n - 1).Issuer}), hs256(tb, map[string]any{"iss": prefix + "none"})
}

// A thousand issuers cost what two do, and the error for a foreign token does not list
// them.
func TestIssuersCostALookup(t *testing.T) {
	if test.Race {
		t.Skip("the race detector allocates")
	}
	allocations := func(n int) (own, foreign float64) {
		v, ownToken, foreignToken := issuersVerifier(t, n)
		own = testing.AllocsPerRun(50, func() {
			if _, err := v.Verify(t.Context(), ownToken); err != nil {
				t.Error(err)
			}
		})
		var err error
		foreign = testing.AllocsPerRun(50, func() { _, err = v.Verify(t.Context(), foreignToken) })
		wantCode(t, err, core.CodeIssuerMismatch)
		if text := err.Error(); strings.Count(text, "https://") > 1 {
			t.Errorf("%d issuers: the refusal lists them: %.300s", n, text)
		}
		return own, foreign
	}
	own, foreign := allocations(2)
	if moreOwn, moreForeign := allocations(1000); moreOwn != own || moreForeign != foreign {
		t.Errorf(
			"allocations of 2 issuers %v, %v for a foreign one; of 1000 issuers %v, %v",
			own,
			foreign,
			moreOwn,
			moreForeign,
		)
	}
}

func BenchmarkIssuers(b *testing.B) {
	for _, n := range []int{2, 1000} {
		v, own, foreign := issuersVerifier(b, n)
		b.Run(fmt.Sprintf("%d/own", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := v.Verify(b.Context(), own); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(fmt.Sprintf("%d/foreign", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := v.Verify(b.Context(), foreign); core.CodeOf(err) != core.CodeIssuerMismatch {
					b.Fatal(err)
				}
			}
		})
	}
}
