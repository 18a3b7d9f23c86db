package jwks_test

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/revstackhq/auth-go/core/event"
	"github.com/revstackhq/auth-go/core/internal/jwks"
)

// TestAuthenticatedCacheForgesNothing: what was not stored with the secret, and under this very id, is not there.
func TestAuthenticatedCacheForgesNothing(t *testing.T) {
	secret := bytes.Repeat([]byte("s"), jwks.MinCacheSecret)
	id := func(i *issuer) string { return i.URL + "/keys" }
	for name, c := range map[string]struct {
		change func(m *memory, id string, good []byte)
		says   string // empty: the entry is used
	}{
		"untouched": {func(*memory, string, []byte) {}, ""},
		"planted without a MAC": {func(m *memory, id string, good []byte) {
			_, envelope, _ := bytes.Cut(good, []byte("\n"))
			m.data[id] = envelope
		}, "no MAC"},
		"a name and no MAC": {func(m *memory, id string, good []byte) {
			_, envelope, _ := bytes.Cut(good, []byte("\n"))
			m.data[id] = append([]byte("auth-go-keys-hs256 \n"), envelope...)
		}, "MAC is wrong"},
		"one byte changed": {func(m *memory, id string, good []byte) {
			m.data[id][len(good)-3] ^= 1
		}, "MAC is wrong"},
		"with another secret": {func(m *memory, id string, good []byte) {
			_, envelope, _ := bytes.Cut(good, []byte("\n"))
			other := jwks.Authenticate(m, bytes.Repeat([]byte("o"), jwks.MinCacheSecret))
			_ = other.Store(context.Background(), id, envelope)
		}, "MAC is wrong"},
		"planted without a MAC, in two lines": {func(m *memory, id string, good []byte) {
			_, envelope, _ := bytes.Cut(good, []byte("\n"))
			m.data[id] = append([]byte("AAAA\n"), envelope...)
		}, "no MAC"},
		"of another set": {func(m *memory, id string, good []byte) {
			other := id[:len(id)-1] + "x" // as long as its own
			_, envelope, _ := bytes.Cut(good, []byte("\n"))
			_ = jwks.Authenticate(m, secret).Store(context.Background(), other, envelope)
			m.data[id] = m.data[other]
		}, "MAC is wrong"},
	} {
		t.Run(name, func(t *testing.T) {
			store := &memory{}
			i, seen := newIssuer(t, jwkSet(set(ec("a")))), &events{}
			found(t, i.source(newClock(), cached(jwks.Authenticate(store, secret))), "a")
			c.change(store, id(i), bytes.Clone(store.data[id(i)]))
			s := i.source(newClock(), cached(jwks.Authenticate(store, secret)), func(c *jwks.Config) { c.Emit = seen.emit })
			found(t, s, "a")
			if c.says == "" {
				hits(t, i, 1)
				return
			}
			hits(t, i, 2) // fetched, as if nothing had been there
			if err := s.Health().CacheError; !strings.Contains(err, "cache load: ") || !strings.Contains(err, c.says) {
				t.Errorf("cache error = %v, want %q", err, c.says)
			}
			if _, ok := seen.take(s)[0].(event.KeyCacheFailed); !ok {
				t.Error("no CacheFailed")
			}
			found(t, i.source(newClock(), cached(jwks.Authenticate(store, secret))), "a") // and it is mended
			hits(t, i, 2)
		})
	}
}
