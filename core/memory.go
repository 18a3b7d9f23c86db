package core

import (
	"crypto/sha256"
	"math"
	"reflect"
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
	// MaxBytes bounds the memory they take, with what is read from their claims
	// and kept: roles, scopes, decoded claims. Default 32 MiB.
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
	if m.size.Disabled || !m.headers.Knows(t.Raw[:strings.IndexByte(t.Raw, '.')]) {
		return // recall would not look for it
	}
	m.once.Do(m.open)
	s.memory = m
	m.tokens.Set(s.token, s)
	m.tokens.CleanUp() // the bound holds now, not some time later
}

// reweigh counts what a session holds more than before.
func (m *memory) reweigh(s *Session) {
	if m == nil {
		return
	}
	now := s.weight()
	if now <= s.weighed.Load() {
		return
	}
	s.weighed.Store(now)
	m.tokens.ComputeIfPresent(s.token, func(known *Session) (*Session, otter.ComputeOp) {
		if known != s {
			return known, otter.CancelOp
		}
		return s, otter.WriteOp // has it weighed
	})
	m.tokens.CleanUp()
}

// open makes the cache when the first token has to be kept.
func (m *memory) open() {
	share := uint32(max(1, min(m.size.MaxBytes/int64(m.size.MaxEntries), 1<<30)))
	m.tokens = otter.Must(&otter.Options[digest, *Session]{
		MaximumWeight: uint64(max(m.size.MaxBytes, 1)),
		// No entry weighs less than its share, so the bytes bound the entries too.
		Weigher: func(_ digest, s *Session) uint32 { return max(share, s.weight(), s.weighed.Load()) },
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

// weight returns the bytes that a remembered session keeps alive.
func (s *Session) weight() uint32 {
	const entry = 256 // of the cache, for one session
	held := entry + int(reflect.TypeFor[Session]().Size()) + s.claims.Size() + sizeOf(s.userID, s.issuer)
	// The header is shared as long as it is one of a few.
	held += int(reflect.TypeFor[jose.Header]().Size()) + s.header.Members.Size() +
		sizeOf(s.header.Alg, s.header.Kid, s.header.Typ)
	if d := s.derived.Load(); d != nil {
		held += int(reflect.TypeFor[derived]().Size()) +
			sizeOf(d.sessionID, d.subject, d.email, d.clientID, d.actor, d.acr, d.aal, d.org.ID, d.org.Slug, d.org.Name, d.org.Role)
		for _, list := range [][]string{d.roles, d.permissions, d.scopes, d.methods} {
			held += cap(list)*int(reflect.TypeFor[string]().Size()) + sizeOf(list...)
		}
	}
	if d := s.decoded.Load(); d != nil {
		held += int(reflect.TypeFor[decoded]().Size()) + int(d.typ.Size()) + textIn(reflect.ValueOf(d.value))
	}
	return uint32(min(held, math.MaxUint32)) //nolint:gosec // bounded in this line
}

// sizeOf returns the bytes that the texts take.
func sizeOf(texts ...string) int {
	const granule = 8 // of the allocator
	n := 0
	for _, s := range texts {
		n += (len(s) + granule - 1) &^ (granule - 1)
	}
	return n
}

// textIn returns the bytes of the strings in a value that shares nothing else.
func textIn(v reflect.Value) int {
	n := 0
	switch v.Kind() {
	case reflect.String:
		n = sizeOf(v.String())
	case reflect.Struct:
		for i := range v.NumField() {
			n += textIn(v.Field(i))
		}
	case reflect.Array:
		for i := range v.Len() {
			n += textIn(v.Index(i))
		}
	default:
	}
	return n
}
