package main

import (
	"context"
	"errors"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/providers/clerk"
)

// contract is Clerk's, with the fixture's key in place of a key set's URL.
func (f *fixture) contract(change ...func(*core.Rules)) *core.Contract {
	return must(clerk.NewContract(clerk.Config{
		IssuerURL:         issuerURL,
		AuthorizedParties: []string{party},
		Leeway:            leeway,
		Adjust: func(r *core.Rules) {
			r.JWKSURL, r.Algorithms = "", []string{f.alg}
			if f.alg == "HS256" {
				r.Secret = core.NewSecret(secret)
			} else {
				r.JWKS = f.jwks()
			}
			for _, c := range change {
				c(r)
			}
		},
	}))
}

// verifier returns one that has verified 100 tokens if it has no cache: keys of
// ES256 and EdDSA that have verified some dozens get a table.
func (f *fixture) verifier(cache core.TokenCache, opts ...core.Option) *core.Verifier {
	v := must(core.NewVerifier(f.contract(), append(opts, cache)...))
	for token, verified := f.token(nil), 0; cache.Disabled && verified < 100; verified++ {
		must(v.Verify(context.Background(), token))
	}
	return v
}

// authGo are our rows: with and without the cache of verified tokens, and with
// and without decoding the claims, which a handler does only if it asks for them.
func authGo() []library {
	first, seen := core.TokenCache{Disabled: true}, core.TokenCache{}
	return []library{
		{name: rowFirst, make: ours(decoded, first)},
		{name: rowFirstBare, make: ours(undecoded, first)},
		{name: rowStandard, make: ours(undecoded, first, core.WithStandardCrypto())},
		{name: rowSeen, make: ours(kept, seen)},
		{name: rowSeenFlat, make: ours(flat, seen)},
		{name: rowSeenBare, make: ours(undecoded, seen)},
	}
}

// ours verifies a token, and reads its session as a handler would.
func ours(
	read func(*core.Session) (string, *clerk.Claims, error), cache core.TokenCache, opts ...core.Option,
) func(*fixture) verify {
	return func(f *fixture) verify {
		v, ctx := f.verifier(cache, opts...), context.Background()
		return func(token string) (string, *clerk.Claims, error) {
			s, err := v.Verify(ctx, token)
			if err != nil {
				return "", nil, err
			}
			return read(s)
		}
	}
}

func undecoded(s *core.Session) (string, *clerk.Claims, error) { return s.UserID(), nil, nil }

func decoded(s *core.Session) (string, *clerk.Claims, error) {
	claims := &clerk.Claims{}
	return s.UserID(), claims, s.Decode(claims)
}

func kept(s *core.Session) (string, *clerk.Claims, error) {
	claims, err := core.ClaimsOf[*clerk.Claims](s)
	return s.UserID(), claims, err
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

func flat(s *core.Session) (string, *clerk.Claims, error) {
	c, err := core.ClaimsOf[flatClaims](s)
	if err == nil && (c.SessionID == "" || c.Version != 2) {
		err = errors.New("the flat claims are not the token's")
	}
	return c.Subject, nil, err
}
