package main

import (
	"encoding/base64"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/revstackhq/auth-go/core"
)

// minter makes distinct valid tokens that differ in jti and sub.
type minter struct {
	*fixture
	header string
	before string // the payload up to the serial
	after  string
	next   int
}

func newMinter(f *fixture) *minter {
	parts := strings.Split(f.sign(f.header(), f.claims().with(object{"jti": serialMark})), ".")
	payload := string(must(base64.RawURLEncoding.DecodeString(parts[1])))
	before, after, _ := strings.Cut(payload, serialMark)
	return &minter{fixture: f, header: parts[0], before: before, after: after}
}

const serialMark = "00000000000000000000" // as long as a jti

// token returns the n-th token: the same for the same n.
func (m *minter) token(n int) string {
	serial := strconv.Itoa(n)
	serial = serialMark[len(serial):] + serial
	return m.signInput(m.header + "." + b64([]byte(m.before+serial+m.after)))
}

// fresh returns tokens that were never made before.
func (m *minter) fresh(count int) []string {
	tokens := make([]string, count)
	for i := range tokens {
		tokens[i] = m.token(m.next)
		m.next++
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

// heap returns the bytes that are in use after a collection.
func heap() float64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC() // the first one ran finalizers
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc)
}

func TestMinterIsDistinctAndSteady(t *testing.T) {
	m := newMinter(newFixture("HS256"))
	tokens := m.fresh(100)
	seen := map[string]bool{}
	for _, token := range tokens {
		seen[token] = true
	}
	if again := m.token(7); len(seen) != 100 || again != tokens[7] || m.next != 100 {
		t.Errorf("%d distinct of 100, next %d", len(seen), m.next)
	}
}
