package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
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
		{"token bytes", []int{1280, 2048, 4096, 8192}, benchSize},
		{"cached tokens", []int{100, 1_000, 10_000, 100_000, 1_000_000}, benchEntries},
		{"goroutines", []int{10, 100, 1_000, 10_000}, benchGoroutines},
	} {
		if testing.Short() {
			s.sizes = s.sizes[:2]
		}
		for _, size := range s.sizes {
			b.Run(fmt.Sprintf("%s/%d", s.name, size), func(b *testing.B) { s.run(b, size) })
		}
	}
}

// lines are a verifier without and one with a cache.
func lines(token string, contracts ...*core.Contract) []row {
	return []row{
		{lineFirst, verifying(must(core.NewVerifier(contracts, core.TokenCache{Disabled: true})), token)},
		{lineSeen, verifying(must(core.NewVerifier(contracts)), token)},
	}
}

// verifying verifies the tokens in turn.
func verifying(v *core.Verifier, tokens ...string) func() error {
	next := 0
	return func() error {
		next = (next + 1) % len(tokens)
		_, err := v.Verify(context.Background(), tokens[next])
		return err
	}
}

// benchKeys hides the signing key in the middle of a set, under its id.
func benchKeys(b *testing.B, size int) {
	b.Helper()
	f := newFixture(b, "RS256")
	set := jose.JSONWebKeySet{Keys: slices.Repeat([]jose.JSONWebKey{newFixture(b, "RS256").jwk()}, size)}
	for i := range set.Keys {
		set.Keys[i].KeyID = fmt.Sprintf("key_%d", i)
	}
	set.Keys[size/2] = f.jwk()
	measure(b, lines(f.token(nil), f.contract(func(r *core.Rules) { r.JWKS = must(json.Marshal(set)) })))
}

func benchIssuers(b *testing.B, size int) {
	b.Helper()
	f := newFixture(b, "RS256")
	contracts := make([]*core.Contract, size)
	for i := range contracts {
		contracts[i] = f.contract(func(r *core.Rules) {
			if i != size/2 {
				r.Issuer = fmt.Sprintf("https://clerk.tenant-%d.example", i)
			}
		})
	}
	measure(b, lines(f.token(nil), contracts...))
}

// benchSize pads the token with a claim.
func benchSize(b *testing.B, size int) {
	b.Helper()
	f := newFixture(b, "RS256")
	room := (size - len(f.token(authtest.Claims{"pad": ""}))) * 3 / 4
	token := f.token(authtest.Claims{"pad": strings.Repeat("p", room)})
	measure(b, append(lines(token, f.contract()), row{rowLimit, limit(f, token)}))
}

// benchEntries asks a full cache for what it holds, and for what it does not:
// each of those evicts another.
func benchEntries(b *testing.B, size int) {
	b.Helper()
	f := newFixture(b, "HS256")
	fill := func(cache core.TokenCache) *core.Verifier {
		v := f.verifier(cache)
		for i := range size {
			verifyAll(b, v, []string{f.numbered("", i)})
		}
		return v
	}
	full, fresh := fill(core.TokenCache{MaxEntries: size, MaxBytes: int64(size) * 4096}), f.distinct("new", 1<<14)
	holds, sample := fill(roomy(size)), make([]string, min(4096, size))
	for i := range sample {
		sample[i] = f.numbered("", rand.IntN(size))
	}
	measure(b, []row{{lineFirst, verifying(full, fresh...)}, {lineSeen, verifying(holds, sample...)}})
	if full.Stats().Hits > 0 || holds.Stats().Misses > uint64(size) {
		b.Error("a new token is remembered, or one that should be is not")
	}
}

// benchGoroutines lets many verify one token. The cost is the time that passes
// for all of it, by operation: more processors make it less.
func benchGoroutines(b *testing.B, size int) {
	b.Helper()
	f := newFixture(b, "RS256")
	for _, name := range []string{lineFirst, lineSeen} {
		v := must(core.NewVerifier(f.contract(), core.TokenCache{Disabled: name == lineFirst}))
		token := f.token(nil)
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetParallelism(max(1, size/runtime.GOMAXPROCS(0)))
			b.RunParallel(func(pb *testing.PB) {
				op := verifying(v, token)
				for pb.Next() {
					must(0, op())
				}
			})
		})
	}
}

// numbered returns the n-th token of a series, the same for the same n: the good
// token with another jti of the same length.
func (f *fixture) numbered(series string, n int) string {
	jti := fmt.Sprintf("%s%0*d", series, len(goodJTI)-len(series), n)
	return f.issuer.TokenRaw(f.header, strings.Replace(f.claims, goodJTI, jti, 1), f.options...)
}

func (f *fixture) distinct(series string, count int) []string {
	tokens := make([]string, count)
	for i := range tokens {
		tokens[i] = f.numbered(series, i)
	}
	return tokens
}

// roomy holds entries without having to evict: twice as many, of 4 KB each.
func roomy(entries int) core.TokenCache {
	return core.TokenCache{MaxEntries: 2 * entries, MaxBytes: int64(entries) * 2 * 4096}
}

func verifyAll(tb testing.TB, v *core.Verifier, tokens []string) {
	tb.Helper()
	for _, token := range tokens {
		if _, err := v.Verify(tb.Context(), token); err != nil {
			tb.Fatal(err)
		}
	}
}
