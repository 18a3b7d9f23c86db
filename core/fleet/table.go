package fleet

import (
	"math/bits"
	"sync"
	"sync/atomic"
)

// table is a hash table of entries. It has no false positives: it never finds a name that was not put in. Look-ups
// take no lock and do not allocate; writers lock one shard. An entry takes two words; a shard is between 60 and 75 %
// full.
type table struct {
	// version grows after each new or raised entry, once readers see the entry.
	version atomic.Uint64
	shards  [shardCount]shard
}

const (
	shardBits  = 6
	shardCount = 1 << shardBits
)

type shard struct {
	slots atomic.Pointer[[]slot]

	mu    sync.Mutex
	count int
}

// slot is empty if a is 0. b is the rest of the name, 32 bits, and the value.
type slot struct{ a, b atomic.Uint64 }

func (t *table) shard(n Name) *shard { return &t.shards[n.A>>(64-shardBits)] }

// home returns the preferred index of a name in its shard, from the bits below those that choose the shard. size is
// not a power of two: that would waste up to half of the memory.
func home(n Name, size int) int {
	hi, _ := bits.Mul64(n.A<<shardBits, uint64(size)) //nolint:gosec // not negative
	return int(hi)                                    //nolint:gosec // below size
}

// find returns the value of n, 0 if the table does not have it.
func (t *table) find(n Name) uint32 {
	p := t.shard(n).slots.Load()
	if p == nil {
		return 0
	}
	slots := *p
	i := home(n, len(slots))
	for {
		switch a := slots[i].a.Load(); a {
		case 0:
			return 0
		case n.A:
			if b := slots[i].b.Load(); b>>32 == uint64(n.B) {
				return uint32(b) //nolint:gosec // the lower half
			}
		}
		if i++; i == len(slots) {
			i = 0
		}
	}
}

// put adds e, or raises the value of its name: the later watermark or expiry counts, in whatever order they arrive. It
// reports whether the table has changed.
func (t *table) put(e Entry) bool {
	if e.value == 0 {
		return false
	}
	s := t.shard(e.Name)
	s.mu.Lock()
	defer s.mu.Unlock()
	var slots []slot
	if p := s.slots.Load(); p != nil {
		slots = *p
	}
	if (s.count+1)*4 > len(slots)*3 {
		slots = s.resize(len(slots)+len(slots)/4+8, slots, nil)
	}
	if !insert(slots, e, &s.count) {
		return false
	}
	t.version.Add(1)
	return true
}

// insert puts e into slots, which have room.
func insert(slots []slot, e Entry, count *int) bool {
	word := uint64(e.Name.B)<<32 | uint64(e.value)
	for i := home(e.Name, len(slots)); ; {
		switch a := slots[i].a.Load(); a {
		case 0:
			slots[i].b.Store(word)
			slots[i].a.Store(e.Name.A) // after b, because readers load a first
			*count++
			return true
		case e.Name.A:
			if b := slots[i].b.Load(); b>>32 == word>>32 {
				if b >= word {
					return false
				}
				slots[i].b.Store(word)
				return true
			}
		}
		if i++; i == len(slots) {
			i = 0
		}
	}
}

// resize replaces the shard's slots, leaving out the entries for which dead returns true. s.mu must be held.
func (s *shard) resize(size int, old []slot, dead func(Entry) bool) []slot {
	slots := make([]slot, size)
	count := 0
	for i := range old {
		e, ok := old[i].entry()
		if ok && (dead == nil || !dead(e)) {
			insert(slots, e, &count)
		}
	}
	s.count = count
	s.slots.Store(&slots)
	return slots
}

func (s *slot) entry() (Entry, bool) {
	a := s.a.Load()
	if a == 0 {
		return Entry{}, false
	}
	b := s.b.Load()
	return Entry{Name: Name{A: a, B: uint32(b >> 32)}, value: uint32(b)}, true //nolint:gosec // the two halves
}

// sweep removes the entries for which dead returns true, once they are a quarter of a shard: rebuilding costs time.
func (t *table) sweep(dead func(Entry) bool) {
	for i := range t.shards {
		s := &t.shards[i]
		s.mu.Lock()
		if p := s.slots.Load(); p != nil {
			gone := 0
			for j := range *p {
				if e, ok := (*p)[j].entry(); ok && dead(e) {
					gone++
				}
			}
			if gone > 0 && gone >= s.count/4 {
				s.resize((s.count-gone)*4/3+8, *p, dead)
			}
		}
		s.mu.Unlock()
	}
}

// all calls each with every entry.
func (t *table) all(each func(Entry)) {
	for i := range t.shards {
		if p := t.shards[i].slots.Load(); p != nil {
			for j := range *p {
				if e, ok := (*p)[j].entry(); ok {
					each(e)
				}
			}
		}
	}
}

// len returns the number of entries.
func (t *table) len() int {
	n := 0
	for i := range t.shards {
		s := &t.shards[i]
		s.mu.Lock()
		n += s.count
		s.mu.Unlock()
	}
	return n
}
