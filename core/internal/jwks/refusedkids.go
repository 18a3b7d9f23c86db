package jwks

import (
	"hash/maphash"
	"time"
)

// maxRefusal is the longest time for which a key id is refused without a new fetch.
const maxRefusal = time.Minute

// refusedKids remembers key ids that a fetch did not find, so that a client with an outdated kid causes one fetch a
// minute and not one per cool-down. It keeps hashes in a ring of fixed size, so made-up key ids take no more memory.
// It is not safe for concurrent use.
type refusedKids struct {
	seed    maphash.Seed
	first   time.Duration // how long a key id is refused at first
	limit   int
	entries map[uint64]refusal
	ring    []uint64 // in order of first refusal
	next    int      // the ring's oldest entry, once it is full
}

type refusal struct {
	until    time.Time
	duration time.Duration
	fetch    uint64 // the number of the last fetch that did not find it
}

func newRefusedKids(first time.Duration, limit int) *refusedKids {
	return &refusedKids{seed: maphash.MakeSeed(), first: first, limit: limit, entries: map[uint64]refusal{}}
}

func (r *refusedKids) hash(kid, alg string) uint64 {
	return maphash.Comparable(r.seed, keyName{kid, canonicalAlg(alg)})
}

// contains reports whether the key id is still refused at now.
func (r *refusedKids) contains(kid, alg string, now time.Time) bool {
	h, ok := r.entries[r.hash(kid, alg)]
	return ok && now.Before(h.until)
}

// refuse records that the fetch did not find the key id. The refusal lasts twice as long with every such fetch.
func (r *refusedKids) refuse(kid, alg string, fetch uint64, now time.Time) {
	sum := r.hash(kid, alg)
	h, known := r.entries[sum]
	switch {
	case known && h.fetch == fetch: // many callers waited for one fetch
		return
	case known && now.Before(h.until.Add(maxRefusal)):
		h.duration = max(r.first, min(2*h.duration, maxRefusal))
	default: // new, or so long ago that it counts as new
		h.duration = r.first
	}
	h.fetch, h.until = fetch, now.Add(h.duration)
	if !known {
		r.insert(sum)
	}
	r.entries[sum] = h
}

func (r *refusedKids) insert(sum uint64) {
	if len(r.ring) < r.limit {
		r.ring = append(r.ring, sum)
		return
	}
	delete(r.entries, r.ring[r.next])
	r.ring[r.next] = sum
	r.next = (r.next + 1) % r.limit
}
