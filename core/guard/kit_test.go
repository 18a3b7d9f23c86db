package guard_test

import (
	"testing"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/guard"
	"github.com/revstackhq/auth-go/core/internal/test"
)

// The shared test kit, under the short names that the tables of these tests use.
const (
	kitIssuer   = test.Issuer
	kitAudience = test.Audience
	kitSecret   = test.Secret
)

type (
	handClock  = test.Clock
	keyServer  = test.KeyServer
	policyFunc = test.PolicyFunc
)

var (
	epoch        = test.Epoch
	newClock     = test.NewClock
	rsaKey       = test.RSAKey
	otherRSA     = test.OtherRSA
	publicJWK    = test.PublicJWK
	newKeyServer = test.NewKeyServer
	mint         = test.Mint
	claimsWith   = test.Claims
	hs256        = test.HS256
	rs256        = test.RS256
	secretRules  = test.Rules
	newContract  = test.Contract
	newVerifier  = test.Verifier
	wantCode     = test.WantCode
	request      = test.Request
	get          = test.Get
	revoker      = test.Revoker
)

// newGuard returns a guard for secretRules.
func newGuard(tb testing.TB, opts ...guard.Option) *guard.Guard {
	tb.Helper()
	return guardOf(tb, newVerifier(tb, secretRules()), opts...)
}

// guardOf returns a guard that authenticates with source.
func guardOf(tb testing.TB, source core.Authenticator, opts ...guard.Option) *guard.Guard {
	tb.Helper()
	g, err := guard.New(source, opts...)
	if err != nil {
		tb.Fatal(err)
	}
	return g
}

// with returns secretRules with a change.
func with(change func(r *core.Rules)) core.Rules {
	rules := secretRules()
	change(&rules)
	return rules
}
