package jose

import (
	"hash/maphash"
	"maps"
	"strings"
	"sync"
	"sync/atomic"
)

const (
	// maxCachedHeaders is enough for the keys of the 1,024 tenants that a resolver keeps by default, and for their
	// rotation: a token is remembered only as long as its header. Adding a header copies the map, which takes as long as
	// a few signatures.
	maxCachedHeaders = 2048
	maxCachedSegment = 512
	sightingSlots    = 1024
)

// HeaderCache remembers parsed headers by their encoded bytes: an issuer signs thousands of tokens under one header.
// It is safe for concurrent use and bounded in entries and bytes. Reading it takes no lock. Share one between parses
// of equal [Limits]. A nil *HeaderCache remembers nothing.
type HeaderCache struct {
	entries atomic.Pointer[map[string]*cachedHeader] // the map is never modified, only replaced

	mu        sync.Mutex // guards replacing the map, and what follows
	seed      maphash.Seed
	sightings []uint64 // hashes of headers seen once since the cache filled up
}

type cachedHeader struct {
	header *Header
	used   atomic.Bool // since the last eviction
}

// NewHeaderCache returns an empty cache.
func NewHeaderCache() *HeaderCache {
	return &HeaderCache{seed: maphash.MakeSeed()}
}

// Find returns the header that was remembered for an encoded segment, which a verified token had; nil if there is
// none.
func (c *HeaderCache) Find(segment string) *Header {
	if c == nil || len(segment) > maxCachedSegment {
		return nil
	}
	entries := c.entries.Load()
	if entries == nil {
		return nil
	}
	entry, found := (*entries)[segment]
	if !found {
		return nil
	}
	if !entry.used.Load() { // store only if needed: readers on several processors would contend for the cache line
		entry.used.Store(true)
	}
	return entry.header
}

// Remember adds the header of t. Call it only after the signature of t verified, so that made-up headers never reach
// the cache. Once the cache is full, a header must be seen twice to displace one that is out of use: an issuer that
// puts a nonce into every header displaces nothing.
func (c *HeaderCache) Remember(t *Token) {
	if c == nil || t == nil || t.Header == nil {
		return
	}
	end := strings.IndexByte(t.Raw, '.')
	if end < 1 || end > maxCachedSegment {
		return
	}
	segment := t.Raw[:end]
	if c.holds(segment) {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.holds(segment) {
		return // another goroutine was faster
	}
	var current map[string]*cachedHeader
	if entries := c.entries.Load(); entries != nil {
		current = *entries
	}
	full := len(current) >= maxCachedHeaders
	if full && !c.seenBefore(segment) {
		return
	}
	next := make(map[string]*cachedHeader, len(current)+1)
	maps.Copy(next, current)
	if full {
		evict(next)
	}
	next[strings.Clone(segment)] = &cachedHeader{header: t.Header} // a clone: the key must not keep the token alive
	c.entries.Store(&next)
}

func (c *HeaderCache) holds(segment string) bool {
	entries := c.entries.Load()
	if entries == nil {
		return false
	}
	_, found := (*entries)[segment]
	return found
}

// seenBefore reports whether segment was seen recently, and records it. The caller holds mu.
func (c *HeaderCache) seenBefore(segment string) bool {
	if c.sightings == nil {
		c.sightings = make([]uint64, sightingSlots)
		if c.seed == (maphash.Seed{}) { // a zero HeaderCache works too
			c.seed = maphash.MakeSeed()
		}
	}
	hash := maphash.String(c.seed, segment)
	slot := &c.sightings[hash%sightingSlots]
	if *slot == hash {
		return true
	}
	*slot = hash
	return false
}

// evict removes an entry that was not read since all entries were last marked as unread.
func evict(entries map[string]*cachedHeader) {
	var victim string
	for segment, entry := range entries {
		victim = segment
		if !entry.used.Load() {
			delete(entries, victim)
			return
		}
	}
	for _, entry := range entries {
		entry.used.Store(false)
	}
	delete(entries, victim)
}
