package core_test

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"
	"weak"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/internal/test"
)

func heap() int64 {
	runtime.GC()
	runtime.GC() // what a finalizer or a pool held is gone by now
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// numbered returns n words that differ, from i on.
func numbered(i, n int) []string {
	words := make([]string, n)
	for j := range words {
		words[j] = fmt.Sprintf("%x", 0x1000+i+j)
	}
	return words
}

// The cache of verified tokens holds as many bytes as it may, whatever tokens
// look like and whatever is read from them, and not a multiple.
func TestTokenCacheHoldsWhatItMay(t *testing.T) {
	if test.Race {
		t.Skip("the race detector takes memory of its own")
	}
	type flat struct {
		Subject string `json:"sub"`
		Note    string `json:"note"`
	}
	scopes := func(s *core.Session) { s.HasScope("x") }
	cases := []struct {
		name   string
		tokens int
		claims func(i int) map[string]any
		use    func(s *core.Session)
	}{
		{"small", 12_000, func(i int) map[string]any { return map[string]any{"sub": fmt.Sprint(i)} }, func(*core.Session) {}},
		{"small, used", 8000, func(i int) map[string]any { return map[string]any{"sub": fmt.Sprint(i)} }, scopes},
		{"many scopes in a text", 300, func(i int) map[string]any {
			return map[string]any{"scope": strings.Join(numbered(i, 2200), " ")}
		}, scopes},
		{
			"many scopes in a list",
			300,
			func(i int) map[string]any { return map[string]any{"scope": numbered(i, 1500)} },
			scopes,
		},
		{"many roles and permissions", 300, func(i int) map[string]any {
			return map[string]any{"roles": numbered(i, 800), "permissions": numbered(i, 800)}
		}, scopes},
		{"one scope many times", 2500, func(i int) map[string]any {
			return map[string]any{"scope": strings.Repeat(fmt.Sprintf("%d ", 1000+i), 1500)}
		}, scopes},
		{
			"long user ids",
			6000,
			func(i int) map[string]any { return map[string]any{"sub": fmt.Sprintf("%0500d", i)} },
			scopes,
		},
		{
			"decoded claims",
			1500,
			func(i int) map[string]any { return map[string]any{"note": fmt.Sprintf("%09000d", i)} },
			func(s *core.Session) {
				if c, err := core.ClaimsOf[flat](s); err != nil || len(c.Note) != 9000 {
					panic(err)
				}
			},
		},
		{"many claims", 1500, func(i int) map[string]any {
			claims := map[string]any{}
			for _, name := range numbered(i, 500) {
				claims[name] = 1
			}
			return claims
		}, scopes},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			const bound = 4 << 20
			v := newVerifier(t, secretRules(), core.TokenCache{MaxBytes: bound, MaxEntries: 1 << 20})
			verify := func(i int) {
				s, err := v.Verify(t.Context(), hs256(t, c.claims(i)))
				if err != nil {
					t.Fatal(err)
				}
				c.use(s)
			}
			verify(0)
			before := heap()
			for i := 1; i < c.tokens; i++ {
				verify(i)
			}
			held := heap() - before
			t.Logf("%d of %d tokens take %d of %d bytes", v.Stats().Entries, c.tokens, held, bound)
			if held > bound*5/4 || held < bound/2 {
				t.Errorf("%d tokens take %d bytes, the bound is %d", v.Stats().Entries, held, bound)
			}
			if v.Stats().Entries > c.tokens*2/3 {
				t.Errorf("%d of %d tokens fit in: the bound was not reached", v.Stats().Entries, c.tokens)
			}
			runtime.KeepAlive(v)
		})
	}
}

// A token whose header is not among those that are remembered is not looked for,
// so its session is not kept either.
func TestTokensWithHeadersOfTheirOwnAreNotKept(t *testing.T) {
	v := newVerifier(t, secretRules())
	for i := range 3000 {
		token := mint(t, "HS256", []byte(kitSecret), map[string]any{"nonce": i}, claimsWith(nil))
		if _, err := v.Verify(t.Context(), token); err != nil {
			t.Fatal(err)
		}
	}
	if n := v.Stats().Entries; n != 2048 {
		t.Errorf("%d sessions are kept", n)
	}
}

// Each of a service's tenants has keys of its own, and so headers of its own.
func TestTokensOfAThousandKeysAreKept(t *testing.T) {
	v, tokens := newVerifier(t, secretRules()), make([]string, 1000)
	for i := range tokens {
		kid := map[string]any{"kid": fmt.Sprintf("tenant-%d", i)}
		tokens[i] = mint(t, "HS256", []byte(kitSecret), kid, claimsWith(nil))
	}
	for range 2 {
		for _, token := range tokens {
			if _, err := v.Verify(t.Context(), token); err != nil {
				t.Fatal(err)
			}
		}
	}
	if s := v.Stats(); s.Hits != 1000 {
		t.Errorf("%d of 1000 tokens that came again were remembered", s.Hits)
	}
}

// Options that differ each time, e.g. a New for every request, do not pile up.
func TestEnginesOfAContractAreBounded(t *testing.T) {
	contract := newContract(t, secretRules())
	const verifiers = 100
	clocks := make([]weak.Pointer[handClock], verifiers)
	for i := range clocks {
		clock := newClock()
		clocks[i] = weak.Make(clock)
		if _, err := core.NewVerifier(contract, core.WithClock(clock)); err != nil {
			t.Fatal(err)
		}
	}
	runtime.GC()
	kept := 0
	for _, c := range clocks {
		if c.Value() != nil {
			kept++
		}
	}
	if kept == 0 || kept > 8 {
		t.Errorf("%d of %d engines are kept", kept, verifiers)
	}
	runtime.KeepAlive(contract)
}

// Tens of thousands of scopes are collected without comparing all with all.
func TestScopesAreCollectedInLinearTime(t *testing.T) {
	const n = 75_000
	words := numbered(0, n)
	kept, compared := core.Comparisons(append(slices.Clone(words), words...))
	if !slices.Equal(kept, words) {
		t.Errorf("%d kept", len(kept))
	}
	if compared > n {
		t.Errorf("%d comparisons for %d values", compared, n)
	}
	v := newVerifier(t, with(func(r *core.Rules) { r.MaxTokenBytes = 1 << 20 }))
	s, err := v.Verify(t.Context(), hs256(t, map[string]any{
		"scope": strings.Join(words, " ") + " last 1000", "roles": []string{"a", "b", "a", ""}, "permissions": "one",
	}))
	if err != nil {
		t.Fatal(err)
	}
	if got := s.Scopes(); len(got) != n+1 || got[0] != "1000" || got[n] != "last" || !s.HasScope("last") {
		t.Errorf("%d scopes", len(got))
	}
	if !slices.Equal(s.Roles(), []string{"a", "b"}) || !slices.Equal(s.Permissions(), []string{"one"}) {
		t.Errorf("%q, %q", s.Roles(), s.Permissions())
	}
}
