package jwks

import (
	"hash/maphash"
	"time"
)

// maxHold is the longest a key id is refused without asking again.
const maxHold = time.Minute

// refusals remembers key ids that a fetch did not bring, so that one client with a dead kid costs one fetch a minute
// and not one per cool-down. It keeps hashes in a ring: its size is fixed, however many key ids are made up. Not safe for
// concurrent use.
type refusals struct {
	seed  maphash.Seed
	first time.Duration // the first hold
	limit int
	held  map[uint64]hold
	ring  []uint64 // in order of first refusal
	next  int      // the ring's oldest entry, once it is full
}

type hold struct {
	until  time.Time
	length time.Duration
	flight uint64 // which fetch did not bring it
}

func newRefusals(first time.Duration, limit int) *refusals {
	return &refusals{seed: maphash.MakeSeed(), first: first, limit: limit, held: map[uint64]hold{}}
}

func (r *refusals) hash(kid, alg string) uint64 {
	return maphash.Comparable(r.seed, keyName{kid, canonicalAlg(alg)})
}

// holds reports whether the key id is still refused at now.
func (r *refusals) holds(kid, alg string, now time.Time) bool {
	h, ok := r.held[r.hash(kid, alg)]
	return ok && now.Before(h.until)
}

// refuse notes that flight did not bring the key id. The hold doubles with every flight that does not.
func (r *refusals) refuse(kid, alg string, flight uint64, now time.Time) {
	sum := r.hash(kid, alg)
	h, known := r.held[sum]
	switch {
	case known && h.flight == flight: // many waiters, one refusal
		return
	case known && now.Before(h.until.Add(maxHold)):
		h.length = max(r.first, min(2*h.length, maxHold))
	default: // new, or so long ago that it counts as new
		h.length = r.first
	}
	h.flight, h.until = flight, now.Add(h.length)
	if !known {
		r.admit(sum)
	}
	r.held[sum] = h
}

func (r *refusals) admit(sum uint64) {
	if len(r.ring) < r.limit {
		r.ring = append(r.ring, sum)
		return
	}
	delete(r.held, r.ring[r.next])
	r.ring[r.next] = sum
	r.next = (r.next + 1) % r.limit
}
