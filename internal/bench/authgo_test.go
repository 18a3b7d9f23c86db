package main

import (
	"context"
	"errors"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/providers/clerk"
)

// contract is Clerk's, with the fixture's key in place of a key set's URL.
func (f *fixture) contract(change ...func(*core.Rules)) *core.Contract {
	preset := must(clerk.NewContract(clerk.Config{
		IssuerURL:         issuerURL,
		AuthorizedParties: []string{party},
		Leeway:            leeway,
	}))
	rules := preset.Rules()
	rules.JWKSURL, rules.Algorithms = "", []string{f.alg}
	if f.alg == "HS256" {
		rules.Secret = core.NewSecret(secret)
	} else {
		rules.JWKS = f.jwks()
	}
	for _, c := range change {
		c(&rules)
	}
	return must(core.NewContract(rules))
}

// longLived is how many tokens a key has verified before anything is measured: a
// key of ES256 or EdDSA that has verified some dozens gets a table.
const longLived = 100

// verifier returns one whose keys have lived long enough to be prepared.
func (f *fixture) verifier(cache core.TokenCache, opts ...core.Option) *core.Verifier {
	v := must(core.NewVerifier(f.contract(), append(opts, cache)...))
	for token, verified := f.token(), 0; cache.Disabled && verified < longLived; verified++ {
		must(v.Verify(context.Background(), token))
	}
	return v
}

// authGo are our rows: with and without the cache of verified tokens, and with
// and without decoding the claims, which a handler does only if it asks for them.
func authGo() []library {
	return []library{
		{name: rowFirst, make: ours(true, true)},
		{name: rowFirstBare, make: ours(true, false), sessionOnly: true},
		{name: rowStandard, make: ours(true, false, core.WithStandardCrypto()), sessionOnly: true},
		{name: rowSeen, make: ours(false, true)},
		{name: rowSeenFlat, make: oursFlat, sessionOnly: true},
		{name: rowSeenBare, make: ours(false, false), sessionOnly: true},
	}
}

const (
	rowFirst     = "auth-go, new token"
	rowFirstBare = "auth-go, new token, session only"
	rowStandard  = "auth-go, new token, session only, standard library"
	rowSeen      = "auth-go, cached token"
	rowSeenFlat  = "auth-go, cached token, flat claims"
	rowSeenBare  = "auth-go, cached token, session only"
)

func ours(first, decode bool, opts ...core.Option) func(*fixture, bool) verify {
	return func(f *fixture, _ bool) verify {
		v := f.verifier(core.TokenCache{Disabled: first}, opts...)
		ctx := context.Background()
		return func(token string) (string, *clerk.Claims, error) {
			s, err := v.Verify(ctx, token)
			if err != nil {
				return "", nil, err
			}
			if !decode {
				return s.UserID(), nil, nil
			}
			if first {
				claims := &clerk.Claims{}
				return s.UserID(), claims, s.Decode(claims)
			}
			claims, err := core.ClaimsOf[*clerk.Claims](s)
			return s.UserID(), claims, err
		}
	}
}

// flatClaims have no pointers, slices and maps: core decodes them once.
type flatClaims struct {
	Subject   string `json:"sub"`
	SessionID string `json:"sid"`
	Party     string `json:"azp"`
	Status    string `json:"sts"`
	Plan      string `json:"pla"`
	ExpiresAt int64  `json:"exp"`
	IssuedAt  int64  `json:"iat"`
	Version   int    `json:"v"`
}

func oursFlat(f *fixture, _ bool) verify {
	v := f.verifier(core.TokenCache{})
	ctx := context.Background()
	return func(token string) (string, *clerk.Claims, error) {
		s, err := v.Verify(ctx, token)
		if err != nil {
			return "", nil, err
		}
		c, err := core.ClaimsOf[flatClaims](s)
		if err == nil && (c.SessionID == "" || c.Version != 2) {
			err = errors.New("the flat claims are not the token's")
		}
		return c.Subject, nil, err
	}
}
