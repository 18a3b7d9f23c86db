package test

import (
	"testing"

	"github.com/revstackhq/auth-go/core"
)

// What the tests' contract accepts.
const (
	Issuer   = "https://id.example.com"
	Audience = "api"
	Secret   = "the-secret-of-the-tests-is-64-bytes-long-so-that-HS512-takes-it!"
)

// Rules accept tokens signed with [Secret]. They need no network.
func Rules() core.Rules {
	return core.Rules{Issuer: Issuer, Audiences: []string{Audience}, Secret: core.NewSecret(Secret)}
}

// Contract returns the contract of rules.
func Contract(tb testing.TB, rules core.Rules) *core.Contract {
	tb.Helper()
	contract, err := core.NewContract(rules)
	if err != nil {
		tb.Fatal(err)
	}
	return contract
}

// Verifier returns a verifier of rules whose time is [Epoch], unless an option
// sets another clock.
func Verifier(tb testing.TB, rules core.Rules, opts ...core.Option) *core.Verifier {
	tb.Helper()
	v, err := core.NewVerifier(Contract(tb, rules), append([]core.Option{core.WithClock(NewClock())}, opts...)...)
	if err != nil {
		tb.Fatal(err)
	}
	return v
}

// WantCode fails the test if err does not carry the code; "" is that of nil.
func WantCode(tb testing.TB, err error, want core.Code) {
	tb.Helper()
	if got := core.CodeOf(err); got != want {
		tb.Fatalf("got code %q, want %q: %v", got, want, err)
	}
}
