package core

import (
	"crypto/sha256"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/maypok86/otter/v2"

	"github.com/revstackhq/auth-go/core/internal/jose"
)

// TokenCache sizes the memory of verified tokens. The zero value is the
// default. The memory never changes a verdict: time, key, revocation and
// policies are checked at every use. It holds no token, only digests, claims
// and sessions.
type TokenCache struct {
	// MaxEntries bounds the tokens. Default 16,384.
	MaxEntries int
	// MaxBytes bounds the memory they take, as estimated. Default 32 MiB.
	MaxBytes int64
	// Disabled verifies every token from the start.
	Disabled bool
}

const (
	defaultCacheEntries = 16 << 10
	defaultCacheBytes   = 32 << 20
)

func (t TokenCache) validate(f *faults) {
	if t.MaxEntries < 0 {
		f.add("WithTokenCache.MaxEntries", itoa(t.MaxEntries), "must not be negative; 0 means %d", defaultCacheEntries)
	}
	if t.MaxBytes < 0 {
		f.add("WithTokenCache.MaxBytes", itoa(int(t.MaxBytes)), "must not be negative; 0 means %d", defaultCacheBytes)
	}
}

// memory is what a verifier remembers: headers by their bytes, and sessions by
// the SHA-256 of their tokens. Only what was verified gets in.
type memory struct {
	headers      *jose.HeaderCache
	hits, misses atomic.Uint64

	size   TokenCache
	once   sync.Once
	tokens *otter.Cache[digest, *Session]
	ready  atomic.Bool // tokens may be read
}

type digest [sha256.Size]byte

func newMemory(size TokenCache) *memory {
	if size.MaxEntries == 0 {
		size.MaxEntries = defaultCacheEntries
	}
	if size.MaxBytes == 0 {
		size.MaxBytes = defaultCacheBytes
	}
	return &memory{headers: jose.NewHeaderCache(), size: size}
}

// recall returns the session of a token seen before. It does not hash what
// can't be one: a token whose header was never seen on a good token.
func (m *memory) recall(raw string) (*Session, digest) {
	if m.size.Disabled || !m.ready.Load() {
		return nil, digest{}
	}
	end := strings.IndexByte(raw, '.')
	if end < 0 || !m.headers.Knows(raw[:end]) {
		return nil, digest{}
	}
	key := digestOf(raw)
	s, ok := m.tokens.GetIfPresent(key)
	if !ok {
		m.misses.Add(1)
		return nil, key
	}
	m.hits.Add(1)
	return s, key
}

func (m *memory) forget(key digest) { m.tokens.Invalidate(key) }

func (m *memory) remember(t *jose.Token, s *Session) {
	m.headers.Remember(t)
	if m.size.Disabled {
		return
	}
	m.once.Do(m.open)
	m.tokens.Set(s.token, s)
}

// open makes the cache when the first token has to be kept.
func (m *memory) open() {
	share := uint32(max(1, min(m.size.MaxBytes/int64(m.size.MaxEntries), 1<<30)))
	m.tokens = otter.Must(&otter.Options[digest, *Session]{
		MaximumWeight: uint64(max(m.size.MaxBytes, 1)),
		// No entry weighs less than its share, so the bytes bound the entries too.
		Weigher: func(_ digest, s *Session) uint32 { return max(share, s.weight()) },
	})
	m.ready.Store(true)
}

// digestOf is SHA-256 of a string, without moving it to the heap each time.
func digestOf(raw string) digest {
	var small [2048]byte
	if len(raw) <= len(small) {
		return sha256.Sum256(small[:copy(small[:], raw)])
	}
	buf, ok := digestBuffers.Get().(*[]byte)
	if !ok {
		buf = new([]byte)
	}
	*buf = append((*buf)[:0], raw...)
	sum := sha256.Sum256(*buf)
	clear(*buf) // it held a token
	digestBuffers.Put(buf)
	return sum
}

var digestBuffers sync.Pool //nolint:gochecknoglobals // scratch memory for long tokens

// weight estimates the bytes that a session keeps alive.
func (s *Session) weight() uint32 {
	const fixed, member = 512, 24
	return uint32(fixed + cap(s.payload) + s.claims.Len()*member) //nolint:gosec // bounded by the token's size
}
