package jose_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/revstackhq/auth-go/core/internal/jose"
)

const cacheSize = 2048

// parseWith parses a token whose header names kid.
func parseWith(tb testing.TB, headers *jose.HeaderCache, kid string) *jose.Token {
	tb.Helper()
	token := &jose.Token{}
	raw := compact(`{"alg":"RS256","kid":"`+kid+`"}`, plainPayload)
	if err := jose.Parse(token, raw, headers, jose.Limits{}); err != nil {
		tb.Fatal(err)
	}
	return token
}

// holds reports whether headers answers for kid: only then do two parses share a header.
func holds(t *testing.T, headers *jose.HeaderCache, kid string) bool {
	t.Helper()
	first, second := parseWith(t, headers, kid), parseWith(t, headers, kid)
	return first.Header == second.Header
}

func number(i int) string { return fmt.Sprintf("kid-%05d", i) }

func TestHeaderCacheRemembersOnlyWhatItIsTold(t *testing.T) {
	for name, headers := range map[string]*jose.HeaderCache{"new": jose.NewHeaderCache(), "zero": {}} {
		t.Run(name, func(t *testing.T) {
			token := parseWith(t, headers, "a")
			if holds(t, headers, "a") {
				t.Fatal("Parse wrote an unverified header to the cache")
			}
			headers.Remember(token)
			if !holds(t, headers, "a") {
				t.Error("a remembered header was parsed again")
			}
			if parseWith(t, headers, "a").Header != token.Header {
				t.Error("another header came back")
			}
			if got := parseWith(t, headers, "b").Header.Kid; got != "b" {
				t.Errorf("kid %q, want b", got)
			}
		})
	}
}

func TestHeaderCacheNil(t *testing.T) {
	var headers *jose.HeaderCache
	headers.Remember(parseWith(t, headers, "a"))
	jose.NewHeaderCache().Remember(nil)
	jose.NewHeaderCache().Remember(&jose.Token{})
	if holds(t, headers, "a") {
		t.Error("a nil cache remembers")
	}
}

func TestHeaderCacheRefusesLongHeaders(t *testing.T) {
	headers := jose.NewHeaderCache()
	for _, tt := range []struct {
		padding int
		want    bool
	}{{384, true}, {385, false}} { // 384 bytes make 512 characters
		empty := len(`{"alg":"RS256","kid":"k","x":""}`)
		header := `{"alg":"RS256","kid":"k","x":"` + strings.Repeat("x", tt.padding-empty) + `"}`
		var first, second jose.Token
		for _, token := range []*jose.Token{&first, &second} {
			if err := jose.Parse(token, compact(header, plainPayload), headers, jose.Limits{}); err != nil {
				t.Fatal(err)
			}
			headers.Remember(token)
		}
		if got := first.Header == second.Header; got != tt.want {
			t.Errorf("header of %d bytes: cached %v, want %v", tt.padding, got, tt.want)
		}
	}
	for i := range cacheSize - 1 { // one entry is taken, and no more
		headers.Remember(parseWith(t, headers, number(i)))
	}
	if !holds(t, headers, number(cacheSize-2)) {
		t.Error("a header too long to be found takes up room")
	}
}

func TestHeaderCacheFinds(t *testing.T) {
	headers := jose.NewHeaderCache()
	token := parseWith(t, headers, "a")
	segment, _, _ := strings.Cut(token.Raw, ".")
	if headers.Find(segment) != nil {
		t.Error("an empty cache finds a header")
	}
	headers.Remember(token)
	if headers.Find(segment) != token.Header || headers.Find(segment[1:]) != nil {
		t.Error("the cache finds another header than the one remembered")
	}
	var none *jose.HeaderCache
	if none.Find(segment) != nil {
		t.Error("a nil cache finds a header")
	}
}

func TestHeaderCacheFloodDisplacesNothing(t *testing.T) {
	headers := jose.NewHeaderCache()
	headers.Remember(parseWith(t, headers, "useful"))
	for i := range 3 * cacheSize {
		headers.Remember(parseWith(t, headers, number(i)))
	}
	held := 0
	for i := range 3 * cacheSize {
		if holds(t, headers, number(i)) {
			held++
		}
	}
	if held != cacheSize-1 {
		t.Errorf("%d made-up headers are held, want the first %d", held, cacheSize-1)
	}
	if !holds(t, headers, "useful") {
		t.Error("a flood of headers displaced a useful one")
	}
}

func TestHeaderCacheFullStillLearns(t *testing.T) {
	headers := jose.NewHeaderCache()
	for i := range cacheSize {
		headers.Remember(parseWith(t, headers, number(i)))
	}
	for i := range cacheSize - 1 { // marks all but one as used
		if !holds(t, headers, number(i)) {
			t.Fatalf("%s is not cached", number(i))
		}
	}
	rotated := parseWith(t, headers, "rotated")
	headers.Remember(rotated)
	if holds(t, headers, "rotated") {
		t.Fatal("one sighting displaced a header from a full cache")
	}
	headers.Remember(rotated)
	if !holds(t, headers, "rotated") {
		t.Fatal("a header seen twice is not learned")
	}
	for i := range cacheSize - 1 {
		if !holds(t, headers, number(i)) {
			t.Errorf("%s was in use and displaced, the one out of use was not", number(i))
		}
	}
	if holds(t, headers, number(cacheSize-1)) {
		t.Error("the cache grew beyond its bound")
	}

	// With every entry in use, one still makes room.
	for i := range cacheSize {
		holds(t, headers, number(i))
	}
	again := parseWith(t, headers, "again")
	headers.Remember(again)
	headers.Remember(again)
	if !holds(t, headers, "again") {
		t.Error("a full cache of used headers never learns")
	}
	held := 0
	for i := range cacheSize {
		if holds(t, headers, number(i)) {
			held++
		}
	}
	if held < cacheSize-3 || held > cacheSize-1 {
		t.Errorf("%d of the first %d headers are held", held, cacheSize)
	}
}

func TestHeaderCacheFloodIsCheap(t *testing.T) {
	headers := jose.NewHeaderCache()
	for i := range cacheSize {
		headers.Remember(parseWith(t, headers, number(i)))
	}
	var flood []*jose.Token
	for i := range 200 {
		flood = append(flood, parseWith(t, nil, "flood"+number(i)))
	}
	headers.Remember(flood[0]) // allocates the table of sightings, once
	next := 1
	allocs := testing.AllocsPerRun(100, func() {
		headers.Remember(flood[next])
		next++
	})
	if allocs != 0 {
		t.Errorf("a header seen once costs %v allocations in a full cache, want none", allocs)
	}
}

func TestHeaderCacheConcurrently(t *testing.T) {
	headers := jose.NewHeaderCache()
	for i := range cacheSize - 200 { // the workers' do not all fit
		headers.Remember(parseWith(t, headers, "other-"+number(i)))
	}
	var group sync.WaitGroup
	for worker := range 4 {
		group.Go(func() {
			for i := range 400 {
				kid := number((i*7 + worker) % 300)
				token := parseWith(t, headers, kid)
				if token.Header.Kid != kid {
					t.Errorf("kid %q, want %q", token.Header.Kid, kid)
				}
				headers.Remember(token)
			}
		})
	}
	group.Wait()
}

func BenchmarkRemember(b *testing.B) {
	headers := jose.NewHeaderCache()
	token := parseWith(b, headers, "a")
	headers.Remember(token)
	b.ReportAllocs()
	for b.Loop() {
		headers.Remember(token)
	}
}
