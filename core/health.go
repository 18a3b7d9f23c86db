package core

import (
	"errors"
	"time"

	"github.com/revstackhq/auth-go/core/internal/jwks"
)

// KeyHealth tells how the keys of one contract are. It holds no secret.
type KeyHealth struct {
	Issuer string `json:"issuer"`
	// URL is the key set's, without credentials and query; "" for static keys.
	URL string `json:"url,omitempty"`
	// State is "empty" (not fetched yet), "fresh", "refreshing", "stale"
	// (serving last-known-good keys in an outage), "unavailable" or "static".
	State string `json:"state"`
	// Age is the time since the last successful fetch.
	Age        time.Duration `json:"age"`
	FetchedAt  time.Time     `json:"fetchedAt,omitzero"`
	FreshUntil time.Time     `json:"freshUntil,omitzero"`
	StaleUntil time.Time     `json:"staleUntil,omitzero"`
	// NextTry is when the next fetch may start after a failed one.
	NextTry time.Time `json:"nextTry,omitzero"`
	// JWKSURL is where the issuer's discovery document says the keys are.
	JWKSURL string       `json:"jwksUrl,omitempty"`
	Keys    []KeyInfo    `json:"keys"`
	Skipped []SkippedKey `json:"skipped,omitempty"`
	// LastError is why the last fetch failed, "" if it did not.
	LastError string `json:"lastError,omitempty"`
	// LastErrorKind is one word of it: timeout, network, status, too_large,
	// not_json, redirect, insecure_scheme, private_address, malformed_set, too_many_keys,
	// no_usable_keys, discovery or panic.
	LastErrorKind string `json:"lastErrorKind,omitempty"`
	// Counts since the verifier was made.
	Fetches     uint64 `json:"fetches"`
	Failures    uint64 `json:"failures"`
	NotModified uint64 `json:"notModified"`
	UnknownKeys uint64 `json:"unknownKeys"`
	Throttled   uint64 `json:"throttled"`
	CacheLoads  uint64 `json:"cacheLoads"`
}

// KeyInfo names one usable key.
type KeyInfo struct {
	ID        string `json:"kid,omitempty"`
	Algorithm string `json:"alg,omitempty"`
	Type      string `json:"kty"`
	Curve     string `json:"crv,omitempty"`
	Bits      int    `json:"bits,omitempty"`
}

// SkippedKey says why an entry of the key set is not used.
type SkippedKey struct {
	Index     int    `json:"index"`
	ID        string `json:"kid,omitempty"`
	Type      string `json:"kty,omitempty"`
	Algorithm string `json:"alg,omitempty"`
	Reason    string `json:"reason"`
}

// KeyHealth returns the state of every key set, in the order of the contracts.
// Contracts with only a secret have none.
func (v *Verifier) KeyHealth() []KeyHealth {
	var all []KeyHealth
	for _, e := range v.engines {
		if e.keys != nil {
			all = append(all, e.health(v.clock.Now()))
		}
	}
	return all
}

func (e *engine) health(now time.Time) KeyHealth {
	h := e.keys.Health()
	k := KeyHealth{
		Issuer: e.expectedIssuers(), URL: h.URL, State: string(h.State), FetchedAt: h.FetchedAt,
		FreshUntil: h.FreshUntil, StaleUntil: h.StaleUntil, NextTry: h.NextTry, Keys: []KeyInfo{},
		Fetches: h.Fetches, Failures: h.Failures, NotModified: h.NotModified, UnknownKeys: h.UnknownKids,
		Throttled: h.Throttled, CacheLoads: h.CacheLoads,
	}
	if !h.FetchedAt.IsZero() {
		k.Age = now.Sub(h.FetchedAt)
	}
	if h.Discovery != nil {
		k.JWKSURL = h.Discovery.JWKSURL
	}
	if h.LastError != nil {
		k.LastError = h.LastError.Error()
		var fetch *jwks.FetchError
		if errors.As(h.LastError, &fetch) {
			k.LastErrorKind = string(fetch.Kind)
		}
	}
	for _, i := range h.Keys {
		k.Keys = append(k.Keys, KeyInfo{ID: i.ID, Algorithm: i.Alg, Type: i.Kty, Curve: i.Crv, Bits: i.Bits})
	}
	for _, s := range h.Skipped {
		k.Skipped = append(k.Skipped, skippedKey(s))
	}
	return k
}

func skippedKey(s jwks.Skip) SkippedKey {
	return SkippedKey{Index: s.Index, ID: s.ID, Type: s.Kty, Algorithm: s.Alg, Reason: s.Reason}
}

// Stats counts what a verifier has done.
type Stats struct {
	// Hits and Misses are those of the memory of verified tokens.
	Hits, Misses uint64
	// Entries is how many tokens it holds, approximately.
	Entries int

	// Tenants and RefusedIssuers are how many of a resolver's answers are
	// remembered, approximately.
	Tenants, RefusedIssuers int
	// ResolverCalls counts the resolver's calls, ResolverThrottled the tokens
	// refused because it was asked about too many unknown issuers.
	ResolverCalls, ResolverThrottled uint64
}

// Stats returns the counts so far. Verifiers of one contract share them.
func (v *Verifier) Stats() Stats {
	s := Stats{Hits: v.memory.hits.Load(), Misses: v.memory.misses.Load()}
	if v.memory.ready.Load() {
		s.Entries = v.memory.tokens.EstimatedSize()
	}
	if t := v.tenants; t != nil {
		s.Tenants, s.RefusedIssuers = t.known.EstimatedSize(), t.refused.EstimatedSize()
		s.ResolverCalls, s.ResolverThrottled = t.calls.Load(), t.throttled.Load()
	}
	return s
}
