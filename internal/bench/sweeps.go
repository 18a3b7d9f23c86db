package main

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"fmt"
	"math/big"
	"strings"

	"github.com/go-jose/go-jose/v4"

	"github.com/revstackhq/auth-go/core"
)

func sweeps(quick bool) []*sweep {
	pick := func(all []int) []int {
		if quick {
			return all[:2]
		}
		return all
	}
	return []*sweep{
		{
			curve: curve{Name: "keys", Title: "Keys in the set", Axis: "keys"},
			sizes: pick([]int{1, 3, 10, 30, 100, 300, 1000}), flat: true, step: keysStep,
		},
		{
			curve: curve{Name: "issuers", Title: "Issuers that one verifier accepts", Axis: "issuers"},
			sizes: pick([]int{1, 3, 10, 30, 100, 300, 1000}), flat: true, step: issuersStep,
		},
		{
			curve: curve{Name: "size", Title: "Size of the token", Axis: "bytes"},
			sizes: pick([]int{512, 1024, 2048, 4096, 8192}), step: sizeStep,
		},
		{
			curve: curve{Name: "entries", Title: "Tokens in the cache, HS256", Axis: "entries"},
			sizes: pick([]int{100, 1_000, 10_000, 100_000, 1_000_000}), flat: true, apart: true, step: entriesStep,
		},
		{
			curve: curve{Name: "goroutines", Title: "Goroutines that verify at once", Axis: "goroutines"},
			sizes: pick([]int{1, 10, 100, 1_000, 10_000}), step: goroutinesStep,
		},
	}
}

// both are the two lines of a verifier for one token, after both have accepted it.
func both(first, seen *core.Verifier, token string) ([]workload, error) {
	ctx := context.Background()
	var work []workload
	for _, l := range []struct {
		name string
		v    *core.Verifier
	}{{lineFirst, first}, {lineSeen, seen}} {
		op := func() error {
			_, err := l.v.Verify(ctx, token)
			return err
		}
		if err := op(); err != nil {
			return nil, err
		}
		work = append(work, workload{name: l.name, op: op})
	}
	return work, nil
}

// pair makes a verifier without and one with a cache, of contracts.
func pair(contracts ...*core.Contract) (first, seen *core.Verifier, err error) {
	first, err = core.NewVerifier(contracts[0], core.WithTokenCache(core.TokenCache{Disabled: true}), core.WithContracts(contracts[1:]...))
	if err != nil {
		return nil, nil, err
	}
	seen, err = core.NewVerifier(contracts[0], core.WithContracts(contracts[1:]...))
	return first, seen, err
}

// keysStep hides the signing key in the middle of a set. The others are
// modulus-shaped numbers: whoever only verifies can't tell.
func keysStep(size int) (float64, []workload, error) {
	f, err := newFixture("RS256")
	if err != nil {
		return 0, nil, err
	}
	set := jose.JSONWebKeySet{}
	for i := range size {
		if i == size/2 {
			set.Keys = append(set.Keys, f.jwk())
			continue
		}
		n := make([]byte, 256)
		if _, err := rand.Read(n); err != nil {
			return 0, nil, err
		}
		n[0], n[255] = n[0]|0x80, n[255]|1
		set.Keys = append(set.Keys, jose.JSONWebKey{
			Key: &rsa.PublicKey{N: new(big.Int).SetBytes(n), E: 65537}, KeyID: fmt.Sprintf("key_%d", i), Algorithm: "RS256", Use: "sig",
		})
	}
	data, err := json.Marshal(set)
	if err != nil {
		return 0, nil, err
	}
	contract, err := f.contract(func(r *core.Rules) { r.JWKS = data })
	if err != nil {
		return 0, nil, err
	}
	return f.step(float64(size), contract)
}

// step measures contracts with the fixture's token.
func (f *fixture) step(x float64, contracts ...*core.Contract) (float64, []workload, error) {
	token, err := f.token()
	if err != nil {
		return 0, nil, err
	}
	first, seen, err := pair(contracts...)
	if err != nil {
		return 0, nil, err
	}
	work, err := both(first, seen, token)
	return x, work, err
}

func issuersStep(size int) (float64, []workload, error) {
	f, err := newFixture("RS256")
	if err != nil {
		return 0, nil, err
	}
	contracts := make([]*core.Contract, size)
	for i := range contracts {
		contracts[i], err = f.contract(func(r *core.Rules) {
			if i != size/2 {
				r.Issuer = fmt.Sprintf("https://clerk.tenant-%d.example", i)
			}
		})
		if err != nil {
			return 0, nil, err
		}
	}
	return f.step(float64(size), contracts...)
}

// sizeStep pads the token with a claim, or leaves out what is not required.
func sizeStep(size int) (float64, []workload, error) {
	f, err := newFixture("RS256")
	if err != nil {
		return 0, nil, err
	}
	header, claims := object{"alg": f.alg, "kid": "k", "typ": "JWT"}, f.claims()
	if size < 1024 {
		claims = object{"exp": claims["exp"], "iss": issuerURL, "sid": "s", "sub": "user_1"}
	}
	token, err := f.sign(header, claims)
	if err != nil {
		return 0, nil, err
	}
	if room := (size - len(token)) * 3 / 4; room > len(`"pad":"",`) {
		if token, err = f.sign(header, claims.with(object{"pad": strings.Repeat("p", room-len(`"pad":"",`))})); err != nil {
			return 0, nil, err
		}
	}
	set, err := json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: f.public, KeyID: "k", Algorithm: f.alg, Use: "sig"}}})
	if err != nil {
		return 0, nil, err
	}
	contract, err := f.contract(func(r *core.Rules) { r.JWKS = set })
	if err != nil {
		return 0, nil, err
	}
	first, seen, err := pair(contract)
	if err != nil {
		return 0, nil, err
	}
	work, err := both(first, seen, token)
	if err != nil {
		return 0, nil, err
	}
	check, err := limit(f, token)
	return float64(len(token)), append(work, workload{name: lineLimit, op: check}), err
}

// goroutinesStep lets many verify one token. The cost is the time that passes
// for all of it, by operation: more processors make it less.
func goroutinesStep(size int) (float64, []workload, error) {
	f, err := newFixture("RS256")
	if err != nil {
		return 0, nil, err
	}
	contract, err := f.contract()
	if err != nil {
		return 0, nil, err
	}
	x, work, err := f.step(float64(size), contract)
	for i := range work {
		work[i].workers = size
	}
	return x, work, err
}
