package apikey_test

import (
	"context"
	"log/slog"
	"net/http"
	"testing"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/apikey"
	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/core/guard"
)

// TestRevokedBehindFirstOf: a handler that outlives its request notices that the key was revoked, also where the guard
// has other ways to sign in, and a resolver for their issuers.
func TestRevokedBehindFirstOf(t *testing.T) {
	r := newRig(t)
	v, err := core.NewVerifier(authtest.NewIssuer(t).Contract(), core.WithLogger(slog.New(slog.DiscardHandler)),
		core.Resolver{Resolve: func(context.Context, string) (*core.Contract, error) { return nil, nil }})
	if err != nil {
		t.Fatal(err)
	}
	g, err := guard.New(core.FirstOf(v, r.Keyring))
	if err != nil {
		t.Fatal(err)
	}
	k, token := r.mint(t, apikey.Spec{Owner: "user_1"})
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "/", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	authtest.Authorize(req, token)
	ctx, rejection := g.Enter(t.Context(), guard.HTTPRequest(req))
	if rejection != nil {
		t.Fatal(rejection)
	}
	if rejection := guard.Require().Check(ctx, guard.HTTPRequest(req)); rejection != nil {
		t.Errorf("Require: %v", rejection.Err)
	}
	if err := guard.Recheck(ctx); err != nil {
		t.Errorf("Recheck: %v", err)
	}
	if err := r.Revoke(t.Context(), k.ID); err != nil {
		t.Fatal(err)
	}
	if got := core.CodeOf(guard.Recheck(ctx)); got != core.CodeTokenRevoked {
		t.Errorf("Recheck of a revoked key: %q", got)
	}
}
