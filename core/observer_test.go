package core_test

import (
	"context"
	"fmt"
	"log/slog"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/event"
)

func TestObservers(t *testing.T) {
	server := newKeyServer(t, publicJWK(rsaKey().Public(), "k1", ""))
	heard := make(chan string, 100)
	note := func(_ context.Context, e event.Event) {
		switch e := e.(type) {
		case event.TokenRejected:
			heard <- e.Code
			if core.CodeOf(e.Err) != core.Code(e.Code) {
				t.Errorf("%s with %v", e.Code, e.Err)
			}
		case event.TokenVerified:
			heard <- fmt.Sprintf("verified %s %t", e.Provider, e.Remembered)
		default:
			heard <- strings.TrimPrefix(fmt.Sprintf("%T", e), "event.")
		}
	}
	var log lockedBuffer
	v := newVerifier(
		t,
		server.Rules(),
		core.WithObserver(func(context.Context, event.Event) { panic("bug in an observer") }),
		core.WithObserver(note),
		core.WithLogger(slog.New(slog.NewTextHandler(&log, nil))),
	)
	token := rs256(t, "k1", nil)
	for _, token := range []string{token, token, "x", rs256(t, "k2", nil)} {
		_, _ = v.Verify(t.Context(), token)
	}
	_, _ = v.VerifyHeader(t.Context(), "Bearer")
	// In no order: observers hear of a fetch after the requests that waited for it have gone on.
	want := []string{
		"INVALID_FORMAT", "INVALID_REQUEST", "KeysRefreshed", "KeysRefreshed", "UNKNOWN_KEY", "UnknownKey",
		"verified custom false", "verified custom true",
	}
	var seen []string
	for range want {
		seen = append(seen, <-heard)
	}
	slices.Sort(seen)
	if !slices.Equal(seen, want) {
		t.Errorf("got %q\nwant %q", seen, want)
	}
	if logged := strings.Join(log.take(), "\n"); !strings.Contains(logged, "bug in an observer") {
		t.Errorf("the panic is not in the log: %s", logged)
	}
	emulator := newVerifier(t, core.Rules{
		Issuer:           kitIssuer,
		Audiences:        []string{"api"},
		InsecureEmulator: true,
	}, core.WithObserver(func(_ context.Context, e event.Event) {
		if v, ok := e.(event.TokenVerified); ok {
			seen = append(seen, "emulated "+v.Provider)
		}
	}))
	_, err := emulator.Verify(t.Context(), b64(`{"alg":"none"}`)+"."+b64(asJSON(t, claimsWith(nil)))+".")
	if err != nil || seen[len(seen)-1] != "emulated custom" {
		t.Errorf("%v %q", err, seen)
	}
}

// A contract does not keep a discarded verifier alive through its observer.
func TestObserversAreHeldWeakly(t *testing.T) {
	server := newKeyServer(t, publicJWK(rsaKey().Public(), "k1", ""))
	contract, clock := newContract(t, server.Rules()), newClock()
	freed := make(chan struct{})
	func() {
		big := new([1 << 16]byte)
		runtime.AddCleanup(big, func(done chan struct{}) { close(done) }, freed)
		_, err := core.NewVerifier(
			contract,
			core.WithClock(clock),
			core.WithObserver(func(context.Context, event.Event) { big[0]++ }),
		)
		if err != nil {
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

// Events about a tenant's keys reach the observer too.
func TestObserverHearsOfTenants(t *testing.T) {
	server := newKeyServer(t, publicJWK(rsaKey().Public(), "k1", ""))
	rules := server.Rules()
	rules.Issuer = tenantIssuer
	tenant := newContract(t, rules)
	refreshed := make(chan struct{}, 10)
	v := newVerifier(
		t,
		secretRules(),

		core.Resolver{Resolve: func(context.Context, string) (*core.Contract, error) { return tenant, nil }},

		core.WithObserver(func(_ context.Context, e event.Event) {
			if _, ok := e.(event.KeysRefreshed); ok {
				refreshed <- struct{}{}
			}
		}),
	)
	if _, err := v.Verify(t.Context(), rs256(t, "k1", map[string]any{"iss": tenantIssuer})); err != nil {
		t.Fatal(err)
	}
	<-refreshed // after the request that waited for it has gone on
}
