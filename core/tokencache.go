package core

import (
	"math"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/maypok86/otter/v2"

	"github.com/revstackhq/auth-go/core/internal/faults"
	"github.com/revstackhq/auth-go/core/internal/jose"
	"github.com/revstackhq/auth-go/core/internal/jws"
	"github.com/revstackhq/auth-go/core/internal/sessionmemo"
)

// TokenCache sets the size of the cache of verified tokens. The zero value has the
// default limits. The cache never changes a verdict: time, key, revocation and
// policies are checked at every use. It holds no tokens, only their digests,
// claims and sessions.
type TokenCache struct {
	// MaxEntries is the largest number of tokens. Default 16,384.
	MaxEntries int
	// MaxBytes bounds the memory that sessions take, including what is read from
	// their claims and kept: roles, scopes, decoded claims. Default 32 MiB.
	MaxBytes int64
	// Disabled turns the cache off: every token is verified in full, each time.
	Disabled bool
}

const (
	defaultCacheEntries = 16 << 10
	defaultCacheBytes   = 32 << 20
)

func (t TokenCache) validate(f *configErrors) {
	if t.MaxEntries < 0 {
		f.Invalid(
			"TokenCache.MaxEntries",
			faults.Plain(t.MaxEntries),
			"must not be negative; 0 means %d",
			defaultCacheEntries,
		)
	}
	if t.MaxBytes < 0 {
		f.Invalid("TokenCache.MaxBytes", faults.Plain(t.MaxBytes), "must not be negative; 0 means %d", defaultCacheBytes)
	}
}

// tokenCache holds the parsed headers of verified tokens by their bytes, and the
// sessions by the SHA-256 of their signatures. Only verified tokens are added.
type tokenCache struct {
	headers      *jose.HeaderCache
	hits, misses atomic.Uint64

	size   TokenCache
	once   sync.Once
	tokens *otter.Cache[jws.Digest, *Session]
	ready  atomic.Bool // tokens may be read
}

func newTokenCache(size TokenCache) *tokenCache {
	if size.MaxEntries == 0 {
		size.MaxEntries = defaultCacheEntries
	}
	if size.MaxBytes == 0 {
		size.MaxBytes = defaultCacheBytes
	}
	return &tokenCache{headers: jose.NewHeaderCache(), size: size}
}

// get returns the session of a token that was verified before, nil if there is
// none, and the digest of the signature, which is the key for drop; the digest is
// zero if it was not computed. A token whose header has never appeared on a
// verified token cannot be cached, so it is not hashed.
func (c *tokenCache) get(raw string) (*Session, jws.Digest) {
	if c.size.Disabled || !c.ready.Load() {
		return nil, jws.Digest{}
	}
	first, rest, ok := strings.Cut(raw, ".")
	if !ok {
		return nil, jws.Digest{}
	}
	t := segments{header: first}
	header := c.headers.Find(t.header)
	if header == nil { // before the rest of the token is read
		return nil, jws.Digest{}
	}
	if t.payload, t.signature, ok = strings.Cut(rest, "."); !ok {
		return nil, jws.Digest{}
	}
	key := jws.DigestOf(t.signature)
	s, ok := c.tokens.GetIfPresent(key)
	if !ok || !s.isOf(t, key, header) {
		c.misses.Add(1)
		return nil, key
	}
	c.hits.Add(1)
	return s, key
}

// drop removes a session that has to be verified again.
func (c *tokenCache) drop(key jws.Digest) { c.tokens.Invalidate(key) }

// put keeps the session of a token that was just verified.
func (c *tokenCache) put(t *jose.Token, s *Session) {
	c.headers.Remember(t)
	if c.size.Disabled {
		return
	}
	header := c.headers.Find(t.Raw[:strings.IndexByte(t.Raw, '.')])
	if header == nil {
		return // get would not look for it
	}
	c.once.Do(c.open)
	s.header = header // get compares with this one, even if two requests parsed the header at the same time
	s.cache = c
	c.tokens.Set(s.signature, s)
	c.tokens.CleanUp() // the bound holds now, not some time later
}

// reweigh updates the weight of a cached session: it may hold more decoded values since.
func (c *tokenCache) reweigh(s *Session) {
	if c == nil {
		return
	}
	now := s.weight()
	if now <= s.weighed.Load() {
		return
	}
	s.weighed.Store(now)
	c.tokens.ComputeIfPresent(s.signature, func(known *Session) (*Session, otter.ComputeOp) {
		if known != s {
			return known, otter.CancelOp
		}
		return s, otter.WriteOp // updates its weight
	})
	c.tokens.CleanUp()
}

// open creates the cache when the first token has to be kept.
func (c *tokenCache) open() {
	share := uint32(max(1, min(c.size.MaxBytes/int64(c.size.MaxEntries), 1<<30)))
	c.tokens = otter.Must(&otter.Options[jws.Digest, *Session]{
		MaximumWeight: uint64(max(c.size.MaxBytes, 1)),
		// No entry weighs less than its share, so the bytes bound the entries too.
		Weigher: func(_ jws.Digest, s *Session) uint32 { return max(share, s.weight(), s.weighed.Load()) },
	})
	c.ready.Store(true)
}

// weight returns the bytes that a cached session keeps alive.
func (s *Session) weight() uint32 {
	const entry = 256 // what the cache itself takes for one session
	held := entry + int(reflect.TypeFor[Session]().Size()) + s.claims.Size() + sizeOf(s.userID, s.issuer)
	// Sessions share headers, but only as long as the header cache has room, so each is charged for its own.
	held += int(reflect.TypeFor[jose.Header]().Size()) + s.header.Members.Size() +
		sizeOf(s.header.Alg, s.header.Kid, s.header.Typ)
	if d := s.derived.Load(); d != nil {
		held += int(reflect.TypeFor[derived]().Size()) +
			sizeOf(
				d.sessionID,
				d.subject,
				d.email,
				d.clientID,
				d.actor,
				d.acr,
				d.aal,
				d.org.ID,
				d.org.Slug,
				d.org.Name,
				d.org.Role,
			)
		for _, list := range [][]string{d.roles, d.permissions, d.scopes, d.methods} {
			held += cap(list)*int(reflect.TypeFor[string]().Size()) + sizeOf(list...)
		}
	}
	if s.memo.Load() != nil {
		held += sessionmemo.Size
	}
	if d := s.decoded.Load(); d != nil {
		held += int(reflect.TypeFor[decoded]().Size()) + int(d.typ.Size()) + d.held
	}
	return uint32(min(held, math.MaxUint32)) //nolint:gosec // bounded in this line
}

// sizeOf returns the bytes that the texts take.
func sizeOf(texts ...string) int {
	const granule = 8 // the allocator rounds sizes up to multiples of this
	n := 0
	for _, s := range texts {
		n += (len(s) + granule - 1) &^ (granule - 1)
	}
	return n
}
