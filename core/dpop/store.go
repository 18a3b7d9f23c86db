package dpop

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"sync"
	"time"
)

// Key identifies a proof in a [Store]: a digest of its key and its jti.
type Key [16]byte

// keyOf keeps the jti of one client from blocking the same jti of another.
func keyOf(thumbprint string, jti []byte) Key {
	var small [hashSize + 1 + maxJTIBytes]byte
	input := append(append(small[:0], thumbprint...), 0) // a thumbprint has no NUL
	sum := sha256.Sum256(append(input, jti...))
	return Key(sum[:len(Key{})])
}

// Store remembers which proofs were used (RFC 9449 §11.1). It must be safe for concurrent use. Package dpoptest tests
// implementations.
type Store interface {
	// Use records key until expires, and reports whether it was new: of any number of concurrent calls with one key,
	// exactly one returns true. A store that cannot decide or has no room must return an error; it must not forget a key
	// before it expires. now is the caller's time.
	Use(ctx context.Context, key Key, now, expires time.Time) (first bool, err error)
}

// ErrFull is returned by a [MemoryStore] that has no room for another proof.
var ErrFull = errors.New("the replay store is full: raise its number of entries, or shorten MaxAge")

// MemoryStore is a [Store] for one process. It has a fixed number of entries and never evicts one that has not
// expired, because the evicted proof could be replayed: when it is full it returns [ErrFull]. Only clients with a valid
// token and a valid proof fill it. Make it with [NewMemoryStore].
type MemoryStore struct {
	most   int
	shards [storeShards]storeShard
}

const (
	storeShards         = 16
	defaultStoreEntries = 1 << 18
	// storeSlot is the time for which expired entries may be kept, so that they are removed together.
	storeSlot = 4 * time.Second
)

// storeShard has the keys of one part of the key space, by the time slot in which they expire.
type storeShard struct {
	mu    sync.Mutex
	slots map[int64]map[Key]struct{}
	held  int
}

// NewMemoryStore returns a store for at most that many entries; 0 means 262,144, which is enough for 3,700 proofs a
// second that are valid for 70 seconds. A full store of that size takes about 10 MB. NewMemoryStore panics on a
// negative number.
func NewMemoryStore(entries int) *MemoryStore {
	if entries < 0 {
		panic(fmt.Sprintf("dpop: NewMemoryStore(%d): the number of entries is negative", entries))
	}
	if entries == 0 {
		entries = defaultStoreEntries
	}
	return &MemoryStore{most: max(entries/storeShards, 1)}
}

// Use implements [Store]. The only error is [ErrFull].
func (m *MemoryStore) Use(_ context.Context, key Key, now, expires time.Time) (bool, error) {
	s := &m.shards[key[0]%storeShards] // a key is a digest: its bytes are evenly distributed
	s.mu.Lock()
	defer s.mu.Unlock()
	s.forget(now)
	for _, keys := range s.slots {
		if _, used := keys[key]; used {
			return false, nil
		}
	}
	if s.held >= m.most {
		return false, ErrFull
	}
	slot := expires.UnixNano()/int64(storeSlot) + 1
	if s.slots == nil {
		s.slots = map[int64]map[Key]struct{}{}
	}
	if s.slots[slot] == nil {
		s.slots[slot] = map[Key]struct{}{}
	}
	s.slots[slot][key] = struct{}{}
	s.held++
	return true, nil
}

// forget removes the slots whose time is over.
func (s *storeShard) forget(now time.Time) {
	for slot, keys := range s.slots {
		if slot*int64(storeSlot) <= now.UnixNano() {
			s.held -= len(keys)
			delete(s.slots, slot)
		}
	}
}
