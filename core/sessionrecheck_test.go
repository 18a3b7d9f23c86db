package core_test

import (
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core"
)

// TestRecheckOfWhatTimeChanges: a rule or a kind may depend on a date in the token. A session that is kept for hours is
// judged by what holds now.
func TestRecheckOfWhatTimeChanges(t *testing.T) {
	later := []core.ClaimRule{{Claim: "activates", InPast: true}}
	for name, change := range map[string]func(r *core.Rules){
		"a rule": func(r *core.Rules) {
			r.ClaimRules = []core.ClaimRule{{Claim: "paid", OneOf: []string{"true"}, When: later}}
		},
		"a kind":  func(r *core.Rules) { r.Session.Kinds = []core.KindRule{{Kind: core.KindMachine, When: later}} },
		"neither": nil,
	} {
		t.Run(name, func(t *testing.T) {
			rules, want := secretRules(), core.CodeClaimMismatch
			if change == nil {
				want = ""
			} else {
				change(&rules)
			}
			clock := newClock()
			v := newVerifier(t, rules, core.WithClock(clock))
			s, err := v.Verify(t.Context(), hs256(t, map[string]any{
				"activates": clock.Now().Add(10 * time.Minute).Unix(),
				"paid":      false,
			}))
			if err != nil {
				t.Fatal(err)
			}
			if err := v.Recheck(t.Context(), s); err != nil {
				t.Fatalf("at once: %v", err)
			}
			clock.Advance(20 * time.Minute)
			wantCode(t, v.Recheck(t.Context(), s), want)
		})
	}
}
