package introspect

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/maypok86/otter/v2"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/internal/jws"
)

// entry is the verdict on one token: a session or a rejection.
type entry struct {
	session   *core.Session
	rejection *core.Error
	until     time.Time
	bytes     int // of the claims
}

const (
	// entryBytes is the size up to which an entry counts as one of Config.MaxEntries. A session keeps its claims and the
	// values that are read from them.
	entryBytes = 2 << 10
	// maxRejected bounds the remembered rejections.
	maxRejected = 4096
)

// cache holds verdicts by the digests of tokens. Rejections have a cache of their own, so that made-up tokens never
// evict a session.
type cache struct {
	sessions, rejected *otter.Cache[jws.Digest, *entry]

	mu sync.Mutex // a verdict is put, or verdicts are forgotten
	// generation counts the calls of forget and forgetAll: a verdict whose call started before one of them must not be
	// stored after it.
	generation atomic.Uint64
}

func newCache(entries int) *cache {
	return &cache{
		sessions: otter.Must(&otter.Options[jws.Digest, *entry]{
			MaximumWeight: uint64(entries), //nolint:gosec // checked to be positive
			Weigher: func(_ jws.Digest, e *entry) uint32 {
				return uint32(1 + 2*e.bytes/entryBytes) //nolint:gosec // at most the size of an answer
			},
		}),
		rejected: otter.Must(&otter.Options[jws.Digest, *entry]{MaximumSize: min(entries, maxRejected)}),
	}
}

// get returns the last verdict on a token, which may be too old, or nil.
func (c *cache) get(token jws.Digest) *entry {
	if e, ok := c.sessions.GetIfPresent(token); ok {
		return e
	}
	e, _ := c.rejected.GetIfPresent(token)
	return e
}

// put stores the verdict of a call that started in this generation, unless something was forgotten since.
func (c *cache) put(token jws.Digest, generation uint64, e *entry) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.generation.Load() != generation {
		return
	}
	keep, drop := c.sessions, c.rejected
	if e.session == nil {
		keep, drop = drop, keep
	}
	drop.Invalidate(token)
	keep.Set(token, e)
	keep.CleanUp() // the bound holds now, not some time later
}

func (c *cache) forget(token jws.Digest) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.generation.Add(1)
	c.sessions.Invalidate(token)
	c.rejected.Invalidate(token)
}

func (c *cache) forgetAll(match func(*core.Session) bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.generation.Add(1)
	if match == nil {
		c.sessions.InvalidateAll()
		c.rejected.InvalidateAll()
		return
	}
	for token, e := range c.sessions.All() {
		if match(e.session) {
			c.sessions.Invalidate(token)
		}
	}
}

func (c *cache) len() int { return c.sessions.EstimatedSize() + c.rejected.EstimatedSize() }
