package core_test

import (
	"encoding/base64"

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
	policyFunc = test.PolicyFunc
)

var (
	epoch        = test.Epoch
	newClock     = test.NewClock
	rsaKey       = test.RSAKey
	otherRSA     = test.OtherRSA
	p256Key      = test.P256Key
	p384Key      = test.P384Key
	p521Key      = test.P521Key
	edKey        = test.EdKey
	publicJWK    = test.PublicJWK
	publicPEM    = test.PublicPEM
	jwksOf       = test.JWKS
	newKeyServer = test.NewKeyServer
	mint         = test.Mint
	claimsWith   = test.Claims
	hs256        = test.HS256
	rs256        = test.RS256
	secretRules  = test.Rules
	newContract  = test.Contract
	newVerifier  = test.Verifier
	wantCode     = test.WantCode
	asJSON       = test.JSON
	request      = test.Request
	get          = test.Get
	revoker      = test.Revoker
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// b64 is base64url without padding.
func b64[T ~string | ~[]byte](v T) string { return base64.RawURLEncoding.EncodeToString([]byte(v)) }
