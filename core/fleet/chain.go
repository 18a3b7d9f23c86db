package fleet

import (
	"maps"
	"slices"
	"time"
)

// chain tracks which records of each writer have been read and which are missing. It is not safe for concurrent use.
type chain struct {
	life    time.Duration // how long after its append a record is needed
	writers map[uint64]*writerState
	holes   map[uint64]time.Time // writers with missing records, and when the first one was noticed
}

// writerState is what is known about one writer. All its records below next have been read or are not needed.
type writerState struct {
	next  uint64
	last  uint64 // the highest number of a record that is known to exist
	at    int64  // when that record was appended, Unix milliseconds
	ahead map[uint64]bool
	// marks are some of the records that were read, at most one for each life/64. The floor advances from mark to mark.
	marks []mark
	floor uint64
}

type mark struct {
	seq uint64
	at  int64
}

func newChain(life time.Duration) *chain {
	return &chain{life: life, writers: map[uint64]*writerState{}, holes: map[uint64]time.Time{}}
}

// dead reports whether a record is no longer needed. at is when it was appended, in Unix milliseconds.
func (c *chain) dead(at int64, now time.Time) bool { return at < now.Add(-c.life).UnixMilli() }

func (c *chain) writer(id, floor uint64) *writerState {
	w := c.writers[id]
	if w == nil {
		w = &writerState{next: max(1, floor), floor: max(1, floor)}
		c.writers[id] = w
	}
	w.raise(floor)
	return w
}

// raise records that the records below floor are not needed.
func (w *writerState) raise(floor uint64) {
	if floor <= w.floor {
		return
	}
	w.floor = floor
	if floor > w.next {
		w.next = floor
		maps.DeleteFunc(w.ahead, func(seq uint64, _ bool) bool { return seq < floor })
		w.drain()
	}
	w.marks = slices.DeleteFunc(w.marks, func(m mark) bool { return m.seq < floor })
}

func (w *writerState) drain() {
	for len(w.ahead) > 0 && w.ahead[w.next] {
		delete(w.ahead, w.next)
		w.next++
	}
}

// read notes a sequenced record, and reports whether it is the first time.
func (c *chain) read(r *record, now time.Time) bool {
	w := c.writer(r.writer, r.floor)
	if r.seq < w.next || w.ahead[r.seq] {
		c.note(r.writer, w, now)
		return false
	}
	if r.seq == w.next {
		w.next++
		w.drain()
	} else {
		if w.ahead == nil {
			w.ahead = map[uint64]bool{}
		}
		w.ahead[r.seq] = true
	}
	if r.seq > w.last {
		w.last, w.at = r.seq, max(w.at, r.at)
	}
	if n := len(w.marks); n == 0 || r.at-w.marks[n-1].at >= c.life.Milliseconds()/64 {
		w.marks = append(w.marks, mark{seq: r.seq, at: r.at})
	}
	c.note(r.writer, w, now)
	return true
}

// claim records that another replica has read the records in h.
func (c *chain) claim(h head, now time.Time) {
	if c.dead(h.at, now) {
		return
	}
	w := c.writer(h.writer, h.floor)
	if h.last > w.last {
		w.last, w.at = h.last, max(w.at, h.at)
	}
	c.note(h.writer, w, now)
}

// note updates the holes after a change of w.
func (c *chain) note(id uint64, w *writerState, now time.Time) {
	switch _, known := c.holes[id]; {
	case w.last < w.next:
		delete(c.holes, id)
	case !known:
		c.holes[id] = now
	}
}

// missing returns how long ago the first hole was noticed, and how many records are missing.
func (c *chain) missing(now time.Time) (age time.Duration, records uint64) {
	for id, since := range c.holes {
		age = max(age, now.Sub(since))
		w := c.writers[id]
		records += w.last - w.next + 1 - uint64(len(w.ahead))
	}
	return age, records
}

// prune forgets writers whose records do not matter any more.
func (c *chain) prune(now time.Time) {
	for id, w := range c.writers {
		if c.dead(w.at, now) {
			delete(c.writers, id)
			delete(c.holes, id)
			continue
		}
		cutoff := now.Add(-c.life).UnixMilli()
		for len(w.marks) > 0 && w.marks[0].at <= cutoff {
			// All records before a mark are older than the mark.
			oldest := w.marks[0].seq
			w.raise(oldest)
			w.marks = w.marks[1:]
			c.note(id, w, now)
		}
	}
}

// heads returns, for each writer, which records have been read without a gap, in the order of the writers' ids. It
// includes writers whose records are no longer needed: a reader may have found an older heartbeat that asks for them.
func (c *chain) heads() []head {
	all := make([]head, 0, len(c.writers))
	for _, id := range slices.Sorted(maps.Keys(c.writers)) {
		w := c.writers[id]
		all = append(all, head{writer: id, floor: w.floor, last: w.next - 1, at: w.at})
	}
	return all
}
