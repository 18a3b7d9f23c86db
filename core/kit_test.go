package core_test

import (
	"encoding/base64"

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
	policyFunc = testkit.PolicyFunc
)

var (
	epoch        = testkit.Epoch
	newClock     = testkit.NewClock
	rsaKey       = testkit.RSAKey
	otherRSA     = testkit.OtherRSA
	p256Key      = testkit.P256Key
	p384Key      = testkit.P384Key
	p521Key      = testkit.P521Key
	edKey        = testkit.EdKey
	publicJWK    = testkit.PublicJWK
	publicPEM    = testkit.PublicPEM
	jwksOf       = testkit.JWKS
	newKeyServer = testkit.NewKeyServer
	mint         = testkit.Mint
	claimsWith   = testkit.Claims
	hs256        = testkit.HS256
	rs256        = testkit.RS256
	secretRules  = testkit.Rules
	newContract  = testkit.Contract
	newVerifier  = testkit.Verifier
	wantCode     = testkit.WantCode
	asJSON       = testkit.JSON
	request      = testkit.Request
	get          = testkit.Get
	revoker      = testkit.Revoker
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// b64 is base64url without padding.
func b64[T ~string | ~[]byte](v T) string { return base64.RawURLEncoding.EncodeToString([]byte(v)) }
