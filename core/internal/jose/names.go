package jose

import (
	"bytes"
	"hash/maphash"
	"math/bits"
)

// linearNames is the number of names up to which comparing each one with those before it is faster than hashing.
const linearNames = 24

// fingerprint returns a fingerprint of name, less than 64, from its length and its first and last bytes: the names of
// claims mostly differ in these.
func fingerprint[T string | []byte](name T) uint8 {
	n := len(name)
	if n == 0 {
		return 0
	}
	return (uint8(n) + name[0]*5 + name[n-1]*11) % 64 //nolint:gosec // all of it is modulo 64
}

// nameFilter remembers fingerprints of names: a clear bit proves that a name is new.
type nameFilter uint64

// add notes the fingerprint of a name and reports whether one like it may have been noted before.
func (f *nameFilter) add(mark uint8) bool {
	bit := nameFilter(1) << mark
	known := *f&bit != 0
	*f |= bit
	return known
}

// lastRepeated reports whether the last of names occurs among those before it, which seen knows.
func lastRepeated(data []byte, names []member, seen *nameFilter) bool {
	last := len(names) - 1
	if !names[last].escaped && !seen.add(names[last].fingerprint) {
		return false
	}
	return occursBefore(data, names, seen)
}

func occursBefore(data []byte, names []member, seen *nameFilter) bool {
	var scratch, other [64]byte
	last := len(names) - 1
	name := names[last].name(data, scratch[:0])
	seen.add(fingerprint(name))
	for i := range names[:last] {
		if bytes.Equal(name, names[i].name(data, other[:0])) {
			return true
		}
	}
	return false
}

// anyRepeated reports whether two of names are equal, in linear time. The hash has a new seed each time, so an
// attacker cannot choose names that collide.
func anyRepeated(data []byte, names []member) bool {
	mask := uint64(1)<<bits.Len(uint(2*len(names))) - 1
	slots := make([]int32, mask+1)
	seed := maphash.MakeSeed()
	var scratch, other [64]byte
	for i := range names {
		name := names[i].name(data, scratch[:0])
		slot := maphash.Bytes(seed, name) & mask
		for ; slots[slot] != 0; slot = (slot + 1) & mask {
			if bytes.Equal(name, names[slots[slot]-1].name(data, other[:0])) {
				return true
			}
		}
		slots[slot] = offset(i + 1)
	}
	return false
}
