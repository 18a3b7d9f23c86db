package jwks

import "time"

// Event is something worth logging or counting. Events hold no token, no secret and no URL credentials.
type Event interface{ event() }

// Refreshed says that a set was fetched, confirmed, or taken from the cache.
type Refreshed struct {
	URL         string // redacted
	Keys        int
	Skipped     int
	NotModified bool
	FromCache   bool
	FreshUntil  time.Time
}

// RefreshFailed says that a refresh failed while the set at hand is still fresh.
type RefreshFailed struct {
	URL     string // redacted
	Err     error
	NextTry time.Time
}

// Stale says that a refresh failed and last-known-good keys are served.
type Stale struct {
	URL   string    // redacted
	Since time.Time // when the set's freshness ended
	Until time.Time // when it will no longer be served
	Err   error
}

// Unavailable says that a fetch failed and there are no keys to serve.
type Unavailable struct {
	URL     string // redacted
	Err     error
	NextTry time.Time
}

// UnknownKid says that a token's key id is not in the set.
type UnknownKid struct {
	URL       string // redacted
	KeyID     string // at most 64 printable bytes
	Throttled bool   // refused without asking the issuer again
}

// CacheFailed says that the configured [Cache] failed, or held something unusable.
type CacheFailed struct {
	URL string // redacted
	Op  string // "load" or "store"
	Err error
}

func (Refreshed) event()     {}
func (RefreshFailed) event() {}
func (Stale) event()         {}
func (Unavailable) event()   {}
func (UnknownKid) event()    {}
func (CacheFailed) event()   {}
