// Package keytables keeps tables that speed up checking the signatures of single keys, within a bound for all keys.
//
// A table costs as much as many checks and takes 130 KB, so a key gets one only after it has verified [FirstAfter]
// tokens: forged tokens never cause a table. When there are more such keys than the bound allows, keys that were not
// used recently lose their tables (second chance, an approximation of LRU). A key that lost its table must verify
// twice as many tokens before it gets the next one, so that many busy keys do not rebuild tables all the time.
package keytables

import (
	"sync"
	"sync/atomic"
	"weak"
)

// Table checks the signatures of one key.
type Table interface {
	// Verify reports whether sig is the key's signature of input.
	Verify(input string, sig []byte) bool
	// Size returns the number of bytes that the table takes.
	Size() int
}

// FirstAfter is the number of tokens that a key verifies before it gets its first table.
const FirstAfter = 64

const (
	maxDoublings = 16
	unsupported  = maxDoublings + 1 // a value of Slot.losses: the key never gets a table
)

// Slot holds the table of one key, if the key has one. The zero Slot is ready to use. It is safe for concurrent use.
type Slot struct {
	table    atomic.Pointer[Table]
	used     atomic.Bool   // whether the table was used since makeRoom last looked
	verified atomic.Uint64 // tokens that were verified without a table, since the last one was lost
	losses   atomic.Uint32
}

// Table returns the key's table, nil if it has none.
func (s *Slot) Table() Table {
	t := s.table.Load()
	if t == nil {
		return nil
	}
	if !s.used.Load() { // store only if needed: processors would contend for the cache line
		s.used.Store(true)
	}
	return *t
}

// Budget bounds the tables of all keys that share it. It is safe for concurrent use.
type Budget struct {
	maxKeys, maxBytes int

	mu    sync.Mutex
	bytes int
	queue []entry // the oldest first
}

// entry is a slot that has a table. The pointer is weak, so that the table of a key that is no longer published is
// collected with the key.
type entry struct {
	slot weak.Pointer[Slot]
	size int
}

// NewBudget returns a budget for at most maxKeys tables that take at most maxBytes in total.
func NewBudget(maxKeys, maxBytes int) *Budget { return &Budget{maxKeys: maxKeys, maxBytes: maxBytes} }

// Verified counts a token that the key of s verified without a table, and calls prepare once the key has earned one.
// prepare returns nil for a key that cannot have a table. It runs on the caller's goroutine, and only one call for
// all keys runs at a time: meanwhile, other callers return without a table.
func (b *Budget) Verified(s *Slot, prepare func() Table) {
	losses := s.losses.Load()
	if losses == unsupported || s.verified.Add(1) < FirstAfter<<losses || !b.mu.TryLock() {
		return
	}
	defer b.mu.Unlock()
	if s.table.Load() != nil {
		return // made while this caller verified
	}
	table := prepare()
	if table == nil || !b.makeRoom(table.Size()) {
		s.losses.Store(unsupported)
		return
	}
	b.bytes += table.Size()
	b.queue = append(b.queue, entry{weak.Make(s), table.Size()})
	s.used.Store(true)
	s.table.Store(&table)
}

// makeRoom drops tables until one of size bytes fits, and reports whether it can fit at all.
func (b *Budget) makeRoom(size int) bool {
	if b.maxKeys < 1 || size > b.maxBytes {
		return false
	}
	b.forgetCollected()
	for chances := len(b.queue); len(b.queue) >= b.maxKeys || b.bytes+size > b.maxBytes; chances-- {
		first := b.queue[0]
		b.queue = b.queue[1:]
		s := first.slot.Value()
		if s != nil && s.used.Swap(false) && chances > 0 {
			b.queue = append(b.queue, first)
			continue
		}
		b.bytes -= first.size
		if s != nil {
			s.lose()
		}
	}
	return true
}

func (b *Budget) forgetCollected() {
	kept := b.queue[:0:0]
	for _, e := range b.queue {
		if e.slot.Value() != nil {
			kept = append(kept, e)
			continue
		}
		b.bytes -= e.size
	}
	b.queue = kept
}

func (s *Slot) lose() {
	s.losses.Store(min(s.losses.Load()+1, maxDoublings))
	s.verified.Store(0)
	s.table.Store(nil)
}
