package main

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"fmt"
	"math/big"
	mathrand "math/rand/v2"
	"runtime"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"github.com/revstackhq/auth-go/core"
)

// Lines of the scale tables.
const (
	lineFirst = "new token"
	lineSeen  = "cached token"
)

// BenchmarkScale shows what the cost of one verification depends on. With
// -short it takes the two smallest sizes only.
func BenchmarkScale(b *testing.B) {
	for _, s := range []struct {
		name  string
		sizes []int
		run   func(b *testing.B, size int)
	}{
		{"keys", []int{1, 10, 100, 1000}, benchKeys},
		{"issuers", []int{1, 10, 100, 1000}, benchIssuers},
		{"token bytes", []int{512, 1024, 2048, 4096, 8192}, benchSize},
		{"cached tokens", []int{100, 1_000, 10_000, 100_000, 1_000_000}, benchEntries},
		{"goroutines", []int{1, 10, 100, 1_000, 10_000}, benchGoroutines},
	} {
		if testing.Short() {
			s.sizes = s.sizes[:2]
		}
		for _, size := range s.sizes {
			b.Run(fmt.Sprintf("%s/%d", s.name, size), func(b *testing.B) { s.run(b, size) })
		}
	}
}

// lines are a verifier without and one with a cache, which have both accepted
// the token.
func lines(token string, contracts ...*core.Contract) []row {
	first := must(core.NewVerifier(contracts, core.TokenCache{Disabled: true}))
	seen := must(core.NewVerifier(contracts))
	op := func(v *core.Verifier) func() error {
		return func() error {
			_, err := v.Verify(context.Background(), token)
			return err
		}
	}
	rows := []row{{lineFirst, op(first)}, {lineSeen, op(seen)}}
	for _, r := range rows {
		must(0, r.op())
	}
	return rows
}

// benchKeys hides the signing key in the middle of a set. The others are numbers
// of a modulus's size, which a verifier can't tell from keys.
func benchKeys(b *testing.B, size int) {
	b.Helper()
	f := newFixture("RS256")
	set := jose.JSONWebKeySet{}
	for i := range size {
		n := make([]byte, 256)
		must(rand.Read(n))
		n[0], n[255] = n[0]|0x80, n[255]|1
		set.Keys = append(set.Keys, jose.JSONWebKey{
			Key:       &rsa.PublicKey{N: new(big.Int).SetBytes(n), E: 65537},
			KeyID:     fmt.Sprintf("key_%d", i),
			Algorithm: "RS256",
			Use:       "sig",
		})
	}
	set.Keys[size/2] = f.jwk()
	measure(b, lines(f.token(), f.contract(func(r *core.Rules) { r.JWKS = must(json.Marshal(set)) })))
}

func benchIssuers(b *testing.B, size int) {
	b.Helper()
	f := newFixture("RS256")
	contracts := make([]*core.Contract, size)
	for i := range contracts {
		contracts[i] = f.contract(func(r *core.Rules) {
			if i != size/2 {
				r.Issuer = fmt.Sprintf("https://clerk.tenant-%d.example", i)
			}
		})
	}
	measure(b, lines(f.token(), contracts...))
}

// benchSize pads the token with a claim, or leaves out what is not required.
func benchSize(b *testing.B, size int) {
	b.Helper()
	f := newFixture("RS256")
	header, claims := object{"alg": f.alg, "kid": keyID, "typ": "JWT"}, f.claims()
	if size < 1024 {
		claims = object{"azp": party, "exp": claims["exp"], "iss": issuerURL, "sid": "s", "sub": "user_1"}
	}
	token := f.sign(header, claims)
	if room := (size-len(token))*3/4 - len(`"pad":"",`); room > 0 {
		token = f.sign(header, claims.with(object{"pad": strings.Repeat("p", room)}))
	}
	measure(b, append(lines(token, f.contract()), row{rowLimit, limit(f, token)}))
}

// benchEntries asks a full cache for what it holds, and for what it does not:
// each of those evicts another.
func benchEntries(b *testing.B, size int) {
	b.Helper()
	m := newMinter(newFixture("HS256"))
	b.Run(lineFirst, func(b *testing.B) {
		full := m.verifier(core.TokenCache{MaxEntries: size, MaxBytes: int64(size) * 4096})
		for range size {
			verifyAll(b, full, m.fresh(1))
		}
		tokens, hits := m.fresh(b.N), full.Stats().Hits
		b.ReportAllocs()
		b.ResetTimer()
		verifyAll(b, full, tokens)
		if full.Stats().Hits != hits {
			b.Error("a token that was never seen is remembered")
		}
	})
	b.Run(lineSeen, func(b *testing.B) {
		v, start := m.verifier(roomy(size)), m.next
		for range size {
			verifyAll(b, v, m.fresh(1))
		}
		sample, hits := make([]string, min(4096, size)), v.Stats().Hits
		for i := range sample {
			sample[i] = m.token(start + mathrand.IntN(size))
		}
		if verifyAll(b, v, sample); v.Stats().Hits != hits+uint64(len(sample)) {
			b.Fatal("a cached token is not remembered")
		}
		b.ReportAllocs()
		b.ResetTimer()
		for i := range b.N {
			if _, err := v.Verify(b.Context(), sample[i%len(sample)]); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// benchGoroutines lets many verify one token. The cost is the time that passes
// for all of it, by operation: more processors make it less.
func benchGoroutines(b *testing.B, size int) {
	b.Helper()
	f := newFixture("RS256")
	rows := lines(f.token(), f.contract())
	if size == 1 {
		measure(b, rows)
		return
	}
	for _, r := range rows {
		b.Run(r.name, func(b *testing.B) {
			b.SetParallelism(max(1, size/runtime.GOMAXPROCS(0)))
			parallel(b, r.op)
		})
	}
}
