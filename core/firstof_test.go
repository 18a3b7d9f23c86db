package core_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/event"
)

// chained is what a chain tells about its authenticators.
type chained interface {
	core.Authenticator
	Recognizes(c core.Credentials) bool
	Recheck(ctx context.Context, s *core.Session) error
	Confirmations() (dpop, mtls, bearer bool)
	Issuers() []string
	Now() time.Time
	Logger() *slog.Logger
}

func chainOf(t *testing.T, all ...core.Authenticator) chained {
	t.Helper()
	c, ok := core.FirstOf(all...).(chained)
	if !ok {
		t.Fatal("a chain lacks a method that guards look for")
	}
	return c
}

// silentFailure is an authenticator that reports nothing itself.
type silentFailure struct{ err error }

func (f silentFailure) Authenticate(context.Context, core.Credentials) (*core.Session, error) {
	return nil, f.err
}

// TestChainRecheck: a chain, also one in a chain, has a session rechecked by the verifier that made it, with that
// verifier's clock.
func TestChainRecheck(t *testing.T) {
	clock := newClock()
	inner := newVerifier(t, secretRules(), core.WithClock(clock))
	other := newVerifier(t, with(func(r *core.Rules) { r.Issuer = "https://other.example" }))
	chain := chainOf(t, other, core.FirstOf(inner, &opaque{contract: newContract(t, secretRules())}))
	s, err := chain.Authenticate(t.Context(), core.Credentials{Token: hs256(t, nil)})
	if err != nil {
		t.Fatal(err)
	}
	wantCode(t, chain.Recheck(t.Context(), s), "")
	nested := chainOf(t, core.FirstOf(chain), other)
	wantCode(t, nested.Recheck(t.Context(), s), "")
	clock.Advance(24 * time.Hour)
	wantCode(t, chain.Recheck(t.Context(), s), core.CodeTokenExpired)
	wantCode(t, nested.Recheck(t.Context(), s), core.CodeTokenExpired)

	foreign, err := newVerifier(t, secretRules()).Verify(t.Context(), hs256(t, nil))
	if err != nil {
		t.Fatal(err)
	}
	wantCode(t, chain.Recheck(t.Context(), foreign), "") // by itself: the verifier that made it is not in the chain
	if err := chain.Recheck(t.Context(), nil); !errors.Is(err, core.ErrNoSession) {
		t.Errorf("no session: %v", err)
	}
}

// accepting accepts one token, by a verifier's word about claims.
type accepting struct {
	token    string
	verifier *core.Verifier
}

func (a accepting) Recognizes(c core.Credentials) bool { return c.Token == a.token }

func (a accepting) Authenticate(ctx context.Context, _ core.Credentials) (*core.Session, error) {
	claims, err := json.Marshal(claimsWith(nil))
	if err != nil {
		return nil, err
	}
	return a.verifier.Accept(ctx, claims)
}

// rechecking is an accepting with a Recheck, by which every session was revoked.
type rechecking struct{ accepting }

func (rechecking) Recheck(context.Context, *core.Session) error {
	return &core.Error{Code: core.CodeTokenRevoked}
}

// TestChainRecheckAsksTheMaker: a session is rechecked by the authenticator that returned it, if that is known. A
// verifier whose resolver may be asked about every issuer does not decide about the sessions of others.
func TestChainRecheckAsksTheMaker(t *testing.T) {
	var nobody directory
	nobody.tell(func(context.Context, string) (*core.Contract, error) { return nil, nil })
	tenants := newVerifier(t, with(func(r *core.Rules) { r.Issuer = "https://other.example" }), nobody.resolver(10))
	v := newVerifier(t, secretRules())
	plain, strict := accepting{"one", v}, rechecking{accepting{"one", v}}
	for name, tc := range map[string]struct {
		chain chained
		want  core.Code
	}{
		"no Recheck of its own":   {chainOf(t, tenants, plain), ""},
		"in a nested chain":       {chainOf(t, tenants, core.FirstOf(plain)), ""},
		"its own Recheck":         {chainOf(t, tenants, strict), core.CodeTokenRevoked},
		"the same, nested":        {chainOf(t, tenants, core.FirstOf(strict)), core.CodeTokenRevoked},
		"a verifier's engine too": {chainOf(t, v, strict), ""},
		"another's engine too":    {chainOf(t, strict, accepting{"two", v}), ""},
	} {
		for _, token := range []string{"one", "two", "one"} {
			if !tc.chain.Recognizes(core.Credentials{Token: token}) {
				continue
			}
			if _, err := tc.chain.Authenticate(t.Context(), core.Credentials{Token: token}); err != nil {
				t.Fatal(err)
			}
		}
		s, err := tc.chain.Authenticate(t.Context(), core.Credentials{Token: "one"})
		if err != nil {
			t.Fatal(err)
		}
		if got := core.CodeOf(tc.chain.Recheck(t.Context(), s)); got != tc.want {
			t.Errorf("%s: %q, want %q", name, got, tc.want)
		}
	}
	if nobody.calls() != 0 {
		t.Error("a resolver was asked about the issuer of another authenticator's session")
	}
}

// fresh makes a contract for each session.
type fresh struct{ t *testing.T }

func (f fresh) Authenticate(ctx context.Context, c core.Credentials) (*core.Session, error) {
	return accepting{verifier: newVerifier(f.t, secretRules())}.Authenticate(ctx, c)
}

// TestChainForgetsEngines: a chain keeps nothing of a contract that is gone.
func TestChainForgetsEngines(t *testing.T) {
	chain := core.FirstOf(fresh{t})
	if _, err := chain.Authenticate(t.Context(), core.Credentials{Token: "x"}); err != nil {
		t.Fatal(err)
	}
	if n := core.KnownMakers(chain); n != 1 {
		t.Fatalf("knows %d engines", n)
	}
	for range 1000 { // until the cleanup has run
		if core.KnownMakers(chain) == 0 {
			return
		}
		runtime.GC()
		runtime.Gosched()
	}
	t.Error("the engine is still known")
}

// TestChainReports: the rejections of an authenticator that does not report them reach the observers of one that does,
// whatever kind of error it returns.
func TestChainReports(t *testing.T) {
	for name, tc := range map[string]struct {
		err  error
		want core.Code
	}{
		"an error of core": {&core.Error{Code: core.CodeForbidden}, core.CodeForbidden},
		"any other error":  {errors.New("out of order"), core.CodeUnknownError},
	} {
		var codes []string
		v := newVerifier(t, secretRules(), core.WithObserver(func(_ context.Context, e event.Event) {
			if r, ok := e.(event.TokenRejected); ok {
				codes = append(codes, r.Code)
			}
		}))
		chain := chainOf(t, v, silentFailure{tc.err})
		_, err := chain.Authenticate(t.Context(), core.Credentials{Token: "opaque"})
		if core.CodeOf(err) != tc.want || !slices.Equal(codes, []string{string(tc.want)}) {
			t.Errorf("%s: %v, reported %v", name, err, codes)
		}
	}
}

// TestChainMethods: a chain answers for its authenticators.
func TestChainMethods(t *testing.T) {
	clock := newClock()
	logger := slog.New(slog.DiscardHandler)
	dpop := newVerifier(t, with(func(r *core.Rules) { r.Confirmation, r.ConfirmationRequired = "dpop", true }),
		core.WithClock(clock), core.WithLogger(logger))
	mtls := newVerifier(t, with(func(r *core.Rules) {
		r.Issuer, r.Confirmation, r.ConfirmationRequired = "https://other.example", "mtls", true
	}))
	op := &opaque{contract: newContract(t, secretRules())}
	for name, tc := range map[string]struct {
		chain              chained
		dpop, mtls, bearer bool
		issuers            []string
		opaque             bool
	}{
		"one":          {chainOf(t, dpop), true, false, false, []string{kitIssuer}, false},
		"two":          {chainOf(t, dpop, mtls), true, true, false, []string{kitIssuer, "https://other.example"}, false},
		"with another": {chainOf(t, dpop, op), true, false, true, []string{kitIssuer}, true},
	} {
		d, m, b := tc.chain.Confirmations()
		if d != tc.dpop || m != tc.mtls || b != tc.bearer {
			t.Errorf("%s: confirmations %v, %v, %v", name, d, m, b)
		}
		if got := tc.chain.Issuers(); !slices.Equal(got, tc.issuers) {
			t.Errorf("%s: issuers %v", name, got)
		}
		if tc.chain.Recognizes(core.Credentials{Token: "op_good"}) != tc.opaque ||
			!tc.chain.Recognizes(core.Credentials{Token: hs256(t, nil)}) {
			t.Errorf("%s: recognizes other tokens than its authenticators do", name)
		}
		if !tc.chain.Now().Equal(clock.Now()) || tc.chain.Logger() != logger {
			t.Errorf("%s: the clock or the logger is not that of the first that has one", name)
		}
	}
	without := chainOf(t, op)
	if d, m, b := without.Confirmations(); d || m || !b || without.Issuers() != nil {
		t.Error("an authenticator without the methods accepts bearer tokens, and names no issuers")
	}
	if without.Logger() != slog.Default() || time.Since(without.Now()) > time.Hour {
		t.Error("without a clock and a logger they are the system's")
	}
	_, err := without.Authenticate(t.Context(), core.Credentials{Token: "garbage"})
	wantCode(t, err, core.CodeInvalidFormat)
}
