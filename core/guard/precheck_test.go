package guard_test

import (
	"context"
	"testing"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/event"
	"github.com/revstackhq/auth-go/core/guard"
)

// TestPrecheck: what needs no wait is rejected, everything else is left to Enter.
func TestPrecheck(t *testing.T) {
	good := "Bearer " + hs256(t, nil)
	bad := "Bearer " + hs256(t, map[string]any{"aud": "other"})
	revoked := revoker(func(context.Context, *core.Session) error { return core.CodeTokenRevoked })
	for name, c := range map[string]struct {
		opts   []guard.Option
		fields []string
		want   core.Code
	}{
		"good":    {fields: []string{"Authorization", good}},
		"missing": {want: core.CodeTokenMissing},
		"twice": {
			fields: []string{"Authorization", good, "Authorization", good},
			want:   core.CodeInvalidRequest,
		},
		"bad":               {fields: []string{"Authorization", bad}, want: core.CodeAudienceMismatch},
		"optional, missing": {opts: []guard.Option{guard.Optional()}},
		"optional, bad": {
			opts:   []guard.Option{guard.Optional()},
			fields: []string{"Authorization", bad},
			want:   core.CodeAudienceMismatch,
		},
		"best effort, bad": {
			opts:   []guard.Option{guard.InsecureBestEffort()},
			fields: []string{"Authorization", bad},
		},
		"skipped, missing": {opts: []guard.Option{guard.SkipPaths("/things")}},
		"revocation is not asked": {
			opts:   []guard.Option{guard.Revocation(revoked, guard.FailClosed)},
			fields: []string{"Authorization", good},
		},
		"policies are not asked": {
			opts:   []guard.Option{guard.Policies(denied(core.CodeForbidden))},
			fields: []string{"Authorization", good},
		},
	} {
		ctx, rejection := newGuard(t, c.opts...).Precheck(t.Context(), get(c.fields...))
		if core.CodeOf(asError(rejection)) != c.want {
			t.Errorf("%s: got %v, want %q", name, rejection, c.want)
		}
		if ctx == nil || core.UserID(ctx) != "" {
			t.Errorf("%s: a session is in the context before Enter", name)
		}
		if rejection := guard.Require().Check(ctx, get()); rejection == nil {
			t.Errorf("%s: Require passes before Enter", name)
		}
	}
	if _, rejection := new(guard.Guard).Precheck(t.Context(), get()); rejection != nil {
		t.Error("Enter rejects a zero guard, not Precheck")
	}
}

// TestPrecheckDoesNotWait: a token whose key must be fetched is left to Enter, and
// the fetch has begun.
func TestPrecheckDoesNotWait(t *testing.T) {
	server := newKeyServer(t, publicJWK(rsaKey().Public(), "k1", ""))
	gate := make(chan struct{})
	server.Gate.Store(&gate)
	g := guardOf(t, newVerifier(t, server.Rules()))
	r := get("Authorization", "Bearer "+rs256(t, "k1", nil))
	if _, rejection := g.Precheck(t.Context(), r); rejection != nil {
		t.Fatal(rejection)
	}
	close(gate)
	if _, rejection := g.Enter(t.Context(), r); rejection != nil {
		t.Fatal(rejection)
	}
	if n := server.Fetches.Load(); n != 1 {
		t.Errorf("%d fetches, want 1", n)
	}
	forged := "Bearer " + mint(t, "RS256", otherRSA(), map[string]any{"kid": "k1"}, claimsWith(nil))
	_, rejection := g.Precheck(t.Context(), get("Authorization", forged))
	if core.CodeOf(asError(rejection)) != core.CodeInvalidSignature {
		t.Errorf("with the key in memory: %v", rejection)
	}
}

// A request is verified once and reported once, and a session that another guard
// prechecked is not taken over.
func TestEnterAfterPrecheck(t *testing.T) {
	var verified, rejected int
	count := core.WithObserver(func(_ context.Context, e event.Event) {
		switch e.(type) {
		case event.TokenVerified:
			verified++
		case event.TokenRejected:
			rejected++
		}
	})
	verifier := newVerifier(t, secretRules(), count)
	g := guardOf(t, verifier)
	other := guardOf(t, newVerifier(t, with(func(r *core.Rules) { r.Audiences = []string{"other"} })))
	r := get("Authorization", "Bearer "+hs256(t, nil))
	ctx, _ := g.Precheck(t.Context(), r)
	entered, rejection := g.Enter(ctx, r)
	if rejection != nil || core.UserID(entered) != "user_1" || verified != 1 || rejected != 0 {
		t.Errorf("got %v, user %q, %d verified, %d rejected", rejection, core.UserID(entered), verified, rejected)
	}
	if _, rejection := other.Enter(ctx, r); core.CodeOf(asError(rejection)) != core.CodeAudienceMismatch {
		t.Errorf("another guard: %v", rejection)
	}
	user2 := "Bearer " + hs256(t, map[string]any{"sub": "user_2"})
	if entered, _ := g.Enter(ctx, get("Authorization", user2)); core.UserID(entered) != "user_2" {
		t.Errorf("another token: user %q", core.UserID(entered))
	}
}
