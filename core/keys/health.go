package keys

import (
	"encoding/json"
	"time"
)

// State sums up the condition of a key set.
type State string

// The states of a key set.
const (
	StateEmpty       State = "empty"       // not fetched yet
	StateFresh       State = "fresh"       // recently fetched
	StateRefreshing  State = "refreshing"  // fresh, and being fetched again
	StateStale       State = "stale"       // no longer fresh; last-known-good during an outage
	StateUnavailable State = "unavailable" // no keys, and the last fetch failed: requests are answered with 503
	StateStatic      State = "static"      // part of the contract, never fetched
)

// Health describes the keys of one contract at one moment. It contains no secret. Times that do not apply are zero.
type Health struct {
	Issuer   string `json:"issuer"`
	Provider string `json:"provider,omitempty"`
	// URL is where the keys come from, without credentials and query. With discovery it is the URL of the discovery
	// document; for static keys it is empty.
	URL   string `json:"url,omitempty"`
	State State  `json:"state"`
	// Age is the time since the last successful fetch. In JSON it is "ageSeconds".
	Age        time.Duration `json:"-"`
	FetchedAt  time.Time     `json:"fetchedAt,omitzero"`
	RefreshAt  time.Time     `json:"refreshAt,omitzero"`
	FreshUntil time.Time     `json:"freshUntil,omitzero"`
	StaleUntil time.Time     `json:"staleUntil,omitzero"`
	// NextTry is when the next fetch may start after a failed one.
	NextTry time.Time `json:"nextTry,omitzero"`
	Keys    []Info    `json:"keys"`
	// Skipped are the entries that cannot be used, of the current set or, if there is none, of the last fetched set,
	// which had no usable key.
	Skipped []Skipped `json:"skipped,omitempty"`
	// LastError says why the last fetch failed. It is empty if the fetch succeeded.
	LastError string `json:"lastError,omitempty"`
	// LastErrorKind classifies LastError: timeout, network, status, too_large, not_json, redirect, insecure_scheme,
	// private_address, malformed_set, too_many_keys, no_usable_keys, discovery, source or panic.
	LastErrorKind string `json:"lastErrorKind,omitempty"`
	// CacheError is the last failure of the shared key cache, or the reason why an entry in it could not be used.
	CacheError string `json:"cacheError,omitempty"`
	// ClockSkew is how far this machine's clock was ahead of the issuer's at the last successful fetch, according to the
	// response's Date. It is negative if this machine was behind, and 0 if there was no difference or it is unknown, for
	// example because the response came from a cache (Age). Date counts whole seconds, so a difference of a second or
	// two means nothing. In JSON it is "clockSkewSeconds".
	ClockSkew time.Duration `json:"-"`

	// The counts start when the verifier is made.
	Fetches     uint64 `json:"fetches"`     // requests for the set, successful or not
	Failures    uint64 `json:"failures"`    // fetches without a result, discovery included
	NotModified uint64 `json:"notModified"` // answers with status 304
	UnknownKeys uint64 `json:"unknownKeys"` // tokens that were refused because their key is not in the set
	Throttled   uint64 `json:"throttled"`   // the part of UnknownKeys that was refused without a new fetch
	CacheLoads  uint64 `json:"cacheLoads"`  // sets taken from the shared cache

	// Discovery describes the issuer's metadata document, nil without discovery.
	Discovery *Discovery `json:"discovery,omitempty"`
}

// Discovery describes the metadata document (OpenID Connect Discovery 1.0) that names an issuer's JWKS URL.
type Discovery struct {
	URL        string    `json:"url"`               // without credentials and query
	JWKSURL    string    `json:"jwksUrl,omitempty"` // the last JWKS URL in the document
	FetchedAt  time.Time `json:"fetchedAt,omitzero"`
	FreshUntil time.Time `json:"freshUntil,omitzero"`
	Fetches    uint64    `json:"fetches"`
	Failures   uint64    `json:"failures"`
	LastError  string    `json:"lastError,omitempty"` // of the last attempt
}

// Info describes one usable key.
type Info struct {
	ID        string `json:"kid,omitempty"` // at most 64 printable bytes
	Algorithm string `json:"alg,omitempty"`
	Type      string `json:"kty"`
	Curve     string `json:"crv,omitempty"`
	Bits      int    `json:"bits,omitempty"` // of the modulus or the field
}

// Skipped says why an entry of a published key set is not used. Its texts are bounded and printable.
type Skipped struct {
	Index     int    `json:"index"` // position in the published set
	ID        string `json:"kid,omitempty"`
	Type      string `json:"kty,omitempty"`
	Algorithm string `json:"alg,omitempty"`
	Reason    string `json:"reason"`
}

// MarshalJSON returns JSON that a handler can send: durations in seconds, times in UTC and RFC 3339, and a list of
// keys that may be empty but not null.
func (h Health) MarshalJSON() ([]byte, error) {
	type plain Health // without this method
	p := plain(h)
	for _, t := range []*time.Time{&p.FetchedAt, &p.RefreshAt, &p.FreshUntil, &p.StaleUntil, &p.NextTry} {
		*t = t.UTC()
	}
	if h.Keys == nil {
		p.Keys = []Info{}
	}
	if h.Discovery != nil {
		d := *h.Discovery
		d.FetchedAt, d.FreshUntil = d.FetchedAt.UTC(), d.FreshUntil.UTC()
		p.Discovery = &d
	}
	return json.Marshal(struct {
		plain
		AgeSeconds       float64 `json:"ageSeconds"`
		ClockSkewSeconds float64 `json:"clockSkewSeconds,omitzero"`
	}{p, h.Age.Seconds(), h.ClockSkew.Seconds()})
}
