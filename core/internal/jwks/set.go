package jwks

import (
	"slices"

	"github.com/revstackhq/auth-go/core/keys"
)

// maxKidless is how many keys a token without a kid may be tried against. It limits the signature checks that one token
// can cause.
const maxKidless = 4

// Limits bounds what [Parse] accepts. The zero value means 1,024 entries and every algorithm.
type Limits struct {
	MaxKeys    int
	Algorithms []string // keys that fit none of these are skipped, with a reason
	Uses       []string // accepted values of "use", "" for its absence; nil means "sig" and ""
	AKP        keys.AKP // reads keys of the type AKP; nil skips them
}

// Set is an immutable set of usable public keys, at least one.
type Set struct {
	keys    []*Key
	skipped []keys.Skipped
	algs    []string
	uses    []string
	akp     keys.AKP
	// anyKid lets keys without a kid serve every kid: a PEM block cannot carry a kid.
	anyKid bool

	byKid        map[keyName][]*Key // slices are made once, so that Lookup allocates nothing
	byAlg        map[string][]*Key  // for tokens without a kid
	skippedByKid map[string]string  // kid of a skipped entry → reason
	seen         map[identity]*Key  // for inherit
}

type keyName struct{ kid, alg string }

type identity struct {
	kid, alg, issuer string
	thumbprint       [32]byte
}

func (k *Key) identity() identity { return identity{k.ID, k.Algorithm, k.Issuer, k.Thumbprint} }

// Keys returns the usable keys in published order. The slice is shared and must not be changed.
func (s *Set) Keys() []*Key { return s.keys }

// Skipped returns the entries that are not used. The slice is shared and must not be changed.
func (s *Set) Skipped() []keys.Skipped { return s.skipped }

// Lookup returns the keys a token with this kid and alg may be checked with: with a kid at most one; without, every
// fitting key if there are no more than four. The slice is shared and must not be changed.
func (s *Set) Lookup(kid string, hasKid bool, alg string) []*Key {
	alg = canonicalAlg(alg)
	if !hasKid {
		return s.byAlg[alg]
	}
	if keys := s.byKid[keyName{kid, alg}]; keys != nil {
		return keys
	}
	return s.byKid[keyName{"", alg}] // index has removed these unless anyKid is set
}

func newSet(lim Limits) *Set {
	s := &Set{skippedByKid: map[string]string{}, byKid: map[keyName][]*Key{}, seen: map[identity]*Key{}, uses: lim.Uses}
	s.akp = lim.AKP
	if len(s.uses) == 0 {
		s.uses = []string{"sig", ""}
	}
	for _, alg := range allAlgorithms() {
		wanted := func(a string) bool { return canonicalAlg(a) == alg }
		if len(lim.Algorithms) == 0 || slices.ContainsFunc(lim.Algorithms, wanted) {
			s.algs = append(s.algs, alg)
		}
	}
	return s
}

// add includes a key, or returns the reason why not.
func (s *Set) add(key *Key) (reason string) {
	fits := 0
	for _, alg := range s.algs {
		if !key.Fits(alg) {
			continue
		}
		fits++
		// Two keys with one name cannot be distinguished; the first is used (RFC 7517 §4.5: kids SHOULD be distinct).
		if key.ID != "" && s.byKid[keyName{key.ID, alg}] != nil {
			return "duplicate kid for " + alg
		}
	}
	if fits == 0 {
		return "fits none of the contract's algorithms"
	}
	if _, dup := s.seen[key.identity()]; dup {
		return "duplicate key"
	}
	s.seen[key.identity()] = key
	s.keys = append(s.keys, key)
	for _, alg := range s.algs {
		if key.Fits(alg) {
			name := keyName{key.ID, alg}
			s.byKid[name] = append(s.byKid[name], key)
		}
	}
	return ""
}

func (s *Set) skip(sk keys.Skipped, kid string) {
	s.skipped = append(s.skipped, sk)
	if _, known := s.skippedByKid[kid]; kid != "" && len(kid) <= maxKidSize && !known {
		s.skippedByKid[kid] = sk.Reason
	}
}

// index builds the indexes once all keys are added.
func (s *Set) index() {
	if !s.anyKid {
		for _, alg := range s.algs { // an empty kid in a token names no key
			delete(s.byKid, keyName{"", alg})
		}
	}
	s.byAlg = make(map[string][]*Key, len(s.algs))
	for _, alg := range s.algs {
		var fitting []*Key
		for _, key := range s.keys {
			if key.Fits(alg) {
				fitting = append(fitting, key)
			}
		}
		if len(fitting) <= maxKidless {
			s.byAlg[alg] = fitting
		}
	}
}

// inherit replaces equal keys with old's pointers, so that what was prepared for a key survives a refresh. It must be
// called before the set is shared.
func (s *Set) inherit(old *Set) {
	if old == nil {
		return
	}
	swap := func(keys []*Key) {
		for i, key := range keys {
			if known := old.seen[key.identity()]; known != nil {
				keys[i] = known
			}
		}
	}
	swap(s.keys)
	for _, keys := range s.byKid {
		swap(keys)
	}
	for _, keys := range s.byAlg {
		swap(keys)
	}
	for id := range s.seen {
		if known := old.seen[id]; known != nil {
			s.seen[id] = known
		}
	}
}

// sameKeys reports whether both sets have equal keys.
func (s *Set) sameKeys(other *Set) bool {
	if len(s.seen) != len(other.seen) {
		return false
	}
	for id := range s.seen {
		if other.seen[id] == nil {
			return false
		}
	}
	return true
}

// without returns the keys that are not among tried.
func without(all, tried []*Key) []*Key {
	var rest []*Key
	for _, key := range all {
		if !slices.Contains(tried, key) {
			rest = append(rest, key)
		}
	}
	return rest
}
