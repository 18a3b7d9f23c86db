package core

import (
	"github.com/revstackhq/auth-go/core/keys"
)

// KeyHealth returns the condition of every key set, in the order of the contracts. Contracts with only a secret have
// none. It does no I/O, and its JSON form can be sent by a handler as it is.
func (v *Verifier) KeyHealth() []keys.Health {
	var all []keys.Health
	for _, e := range v.engines {
		if e.keys == nil {
			continue
		}
		h := e.keys.Health()
		h.Issuer, h.Provider = e.expectedIssuers(), e.rules.Provider
		all = append(all, h)
	}
	return all
}

// Stats counts what a verifier has done.
type Stats struct {
	// Hits and Misses count the look-ups in the cache of verified tokens.
	Hits, Misses uint64
	// Entries is the approximate number of tokens in that cache.
	Entries int

	// Tenants and RefusedIssuers are the approximate numbers of a resolver's results
	// that are remembered: contracts, and issuers without one.
	Tenants, RefusedIssuers int
	// ResolverCalls counts the calls of the resolver. ResolverThrottled counts the
	// tokens that were refused because there were too many calls about unknown
	// issuers.
	ResolverCalls, ResolverThrottled uint64
}

// Stats returns the counts so far. Verifiers of one contract share them.
func (v *Verifier) Stats() Stats {
	s := Stats{Hits: v.cache.hits.Load(), Misses: v.cache.misses.Load()}
	if v.cache.ready.Load() {
		s.Entries = v.cache.tokens.EstimatedSize()
	}
	if t := v.tenants; t != nil {
		s.Tenants, s.RefusedIssuers = t.accepted.EstimatedSize(), t.refused.EstimatedSize()
		s.ResolverCalls, s.ResolverThrottled = t.calls.Load(), t.throttled.Load()
	}
	return s
}
