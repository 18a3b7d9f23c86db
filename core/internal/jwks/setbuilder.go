package jwks

import (
	"slices"

	"github.com/revstackhq/auth-go/core/keys"
)

// setBuilder builds a [Set] from entries that are added one by one.
type setBuilder struct {
	set  Set
	uses []string // accepted values of "use", "" for its absence
	akp  keys.AKP

	byKid map[keyName]int
	seen  map[identity]bool
}

func newSet(lim Limits) *setBuilder {
	b := &setBuilder{uses: lim.Uses, akp: lim.AKP, byKid: map[keyName]int{}, seen: map[identity]bool{}}
	if len(b.uses) == 0 {
		b.uses = []string{"sig", ""}
	}
	for _, alg := range allAlgorithms() {
		wanted := func(a string) bool { return canonicalAlg(a) == alg }
		if len(lim.Algorithms) == 0 || slices.ContainsFunc(lim.Algorithms, wanted) {
			b.set.algs = append(b.set.algs, algorithm{name: alg})
		}
	}
	return b
}

// add adds a key, or returns why the key cannot be used.
func (b *setBuilder) add(key *Key) (reason string) {
	fits := 0
	for _, alg := range b.set.algs {
		if !key.Fits(alg.name) {
			continue
		}
		fits++
		// Two keys with one name cannot be distinguished; the first is used (RFC 7517 §4.5: kids SHOULD be distinct).
		if _, named := b.byKid[keyName{key.ID, alg.name}]; named {
			return "duplicate kid for " + alg.name
		}
	}
	if fits == 0 {
		return "fits none of the contract's algorithms"
	}
	if b.seen[key.identity()] {
		return "duplicate key"
	}
	b.seen[key.identity()] = true
	for _, alg := range b.set.algs {
		if key.ID != "" && key.Fits(alg.name) { // an empty kid in a token names no key
			b.byKid[keyName{key.ID, alg.name}] = len(b.set.keys)
		}
	}
	b.set.keys = append(b.set.keys, key)
	return ""
}

func (b *setBuilder) skip(sk keys.Skipped, kid string) {
	b.set.skipped = append(b.set.skipped, sk)
	if _, known := b.set.skippedByKid[kid]; kid == "" || len(kid) > maxKidSize || known {
		return
	}
	if b.set.skippedByKid == nil {
		b.set.skippedByKid = map[string]string{}
	}
	b.set.skippedByKid[kid] = sk.Reason
}

// done returns the set once all keys are added.
func (b *setBuilder) done() *Set {
	s := b.set
	for i := range s.algs {
		if fitting := s.fitting(s.algs[i].name); len(fitting) <= maxKidless {
			s.algs[i].kidless = fitting
		}
	}
	if len(s.keys) > maxScanned {
		s.byKid = b.byKid
	}
	return &s
}

// usable is like done, but fails if the set has no key. The error is a *[FetchError].
func (b *setBuilder) usable() (*Set, error) {
	if skipped := b.set.skipped; len(b.set.keys) == 0 {
		return nil, &FetchError{Kind: KindNoUsableKeys, Err: noUsable(skipped), Skipped: skipped}
	}
	return b.done(), nil
}

func (s *Set) fitting(alg string) (fitting []*Key) {
	for _, key := range s.keys {
		if key.Fits(alg) {
			fitting = append(fitting, key)
		}
	}
	return fitting
}
