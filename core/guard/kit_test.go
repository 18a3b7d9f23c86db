package guard_test

import (
	"testing"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/guard"
	"github.com/revstackhq/auth-go/core/internal/testkit"
)

// The shared test kit, under the short names that the tables of these tests use.
const (
	kitIssuer   = testkit.Issuer
	kitAudience = testkit.Audience
	kitSecret   = testkit.Secret
)

type (
	handClock  = testkit.Clock
	keyServer  = testkit.KeyServer
	policyFunc = testkit.PolicyFunc
)

var (
	epoch        = testkit.Epoch
	newClock     = testkit.NewClock
	rsaKey       = testkit.RSAKey
	otherRSA     = testkit.OtherRSA
	publicJWK    = testkit.PublicJWK
	newKeyServer = testkit.NewKeyServer
	mint         = testkit.Mint
	claimsWith   = testkit.Claims
	hs256        = testkit.HS256
	rs256        = testkit.RS256
	secretRules  = testkit.Rules
	newContract  = testkit.Contract
	newVerifier  = testkit.Verifier
	wantCode     = testkit.WantCode
	request      = testkit.Request
	get          = testkit.Get
	revoker      = testkit.Revoker
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
