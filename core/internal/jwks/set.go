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

// maxScanned is the largest number of keys that are searched one by one. For so few keys, a map would be slower and
// would take several times as many bytes as the keys, for each tenant of a service.
const maxScanned = 8

// Set is an immutable set of usable public keys. It has at least one key, except for the set of a single key that
// does not exist.
type Set struct {
	keys    []*Key
	algs    []algorithm
	skipped []keys.Skipped
	// anyKid says that keys without a kid are tried for tokens with any kid: a PEM block cannot have a kid.
	anyKid bool

	byKid        map[keyName]int   // indexes of keys; nil for at most maxScanned keys
	skippedByKid map[string]string // kid of a skipped entry → reason
}

// algorithm is one that the contract accepts.
type algorithm struct {
	name    string
	kidless []*Key // for tokens without a kid; made once, so that Lookup allocates nothing
}

type keyName struct{ kid, alg string }

// identity is what makes a key of a refreshed set the same as before.
type identity struct {
	kid, alg, issuer string
	thumbprint       [32]byte
}

func (k *Key) identity() identity { return identity{k.ID, k.Algorithm, k.Issuer, k.Thumbprint} }

// Keys returns the usable keys in published order. The slice is shared and must not be changed.
func (s *Set) Keys() []*Key { return s.keys }

// Skipped returns the entries that are not used. The slice is shared and must not be changed.
func (s *Set) Skipped() []keys.Skipped { return s.skipped }

// Lookup returns the keys that may verify a token with this kid and alg. For a token with a kid it returns at most
// one key; for a token without, all keys for the algorithm if there are no more than four, and otherwise none. The
// slice is shared and must not be changed.
func (s *Set) Lookup(kid string, hasKid bool, alg string) []*Key {
	alg = canonicalAlg(alg)
	if !hasKid || s.anyKid {
		return s.kidless(alg)
	}
	if i := s.find(kid, alg); i >= 0 {
		return s.keys[i : i+1 : i+1]
	}
	return nil
}

func (s *Set) kidless(alg string) []*Key {
	for i := range s.algs {
		if s.algs[i].name == alg {
			return s.algs[i].kidless
		}
	}
	return nil
}

// find returns the index of the key for a kid and a canonical algorithm, -1 if there is none.
func (s *Set) find(kid, alg string) int {
	if s.byKid != nil {
		if i, ok := s.byKid[keyName{kid, alg}]; ok {
			return i
		}
		return -1
	}
	for i, key := range s.keys {
		if key.ID == kid && kid != "" && key.Fits(alg) && s.accepts(alg) { // an empty kid in a token names no key
			return i
		}
	}
	return -1
}

func (s *Set) accepts(alg string) bool {
	return slices.ContainsFunc(s.algs, func(a algorithm) bool { return a.name == alg })
}

// inherit replaces equal keys with old's pointers, so that what was prepared for a key survives a refresh. It must be
// called before the set is shared.
func (s *Set) inherit(old *Set) {
	if old == nil {
		return
	}
	known := old.byIdentity()
	swap := func(keys []*Key) {
		for i, key := range keys {
			if before := known[key.identity()]; before != nil {
				keys[i] = before
			}
		}
	}
	swap(s.keys)
	for i := range s.algs {
		swap(s.algs[i].kidless)
	}
}

func (s *Set) byIdentity() map[identity]*Key {
	all := make(map[identity]*Key, len(s.keys))
	for _, key := range s.keys {
		all[key.identity()] = key
	}
	return all
}

// sameKeys reports whether both sets have equal keys.
func (s *Set) sameKeys(other *Set) bool {
	if len(s.keys) != len(other.keys) {
		return false
	}
	known := other.byIdentity()
	return !slices.ContainsFunc(s.keys, func(key *Key) bool { return known[key.identity()] == nil })
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
