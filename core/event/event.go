// Package event has the typed events that a verifier reports to its observers, for logs, metrics, traces and alarms.
//
// # Observers
//
// An observer is a func(context.Context, Event), given to core.WithObserver. The context is the request's, so that a
// log line finds its trace id and a span its parent. The context of a key fetch has the values of the request that
// started the fetch, without its cancellation. Observers are called by many goroutines at once and must return quickly.
//
// Took is how long the reported operation took, up to the event: a span starts at time.Now().Add(-e.Took). It is zero
// if nothing was measured.
//
// # Contents
//
// No event holds a token, a secret or a URL's credentials. Provider, Issuer, Code, Kind, Op and the booleans take few
// values and can serve as labels of a metric. KeyID, in events about tokens, comes from the token's header: anyone can
// choose it, in at most 64 printable bytes.
package event

import "time"

// Event is one of the types of this package.
type Event interface{ isEvent() }

// KeysRefreshed says that a key set was fetched, confirmed, or taken from the shared cache.
type KeysRefreshed struct {
	Provider string // slug of the contract
	Issuer   string // of the contract; several are joined by " or "
	URL      string
	// Keys are usable, Skipped are entries left out.
	Keys, Skipped int
	// NotModified: the issuer answered 304. FromCache: the set came from the shared key cache, without a fetch.
	NotModified, FromCache bool
	FreshUntil             time.Time
	Took                   time.Duration
}

// KeyFailure is what the events about failed fetches have in common.
type KeyFailure struct {
	Provider string // slug of the contract
	Issuer   string // of the contract; several are joined by " or "
	URL      string
	// Kind is one word for the failure, see keys.Health.LastErrorKind.
	Kind string
	Err  error
	// NextTry is when the next fetch may start.
	NextTry time.Time
	Took    time.Duration
}

// KeysRefreshFailed says that a fetch failed while the current keys are still fresh.
type KeysRefreshFailed struct{ KeyFailure }

// KeysStale says that a fetch failed and that the last-known-good keys, whose freshness ended at Since, remain in use
// until Until.
type KeysStale struct {
	KeyFailure

	Since, Until time.Time
}

// KeysUnavailable says that a fetch failed and that there are no keys to verify with: requests are answered with 503
// until a fetch succeeds.
type KeysUnavailable struct{ KeyFailure }

// KeyCacheFailed says that the shared key cache failed, or held something unusable. Keys are fetched nevertheless.
type KeyCacheFailed struct {
	Provider string // slug of the contract
	Issuer   string // of the contract; several are joined by " or "
	URL      string
	Op       string // "load", "store" or "announce"
	Err      error
	Took     time.Duration
}

// UnknownKey says that a token named a key that is not in the issuer's set.
type UnknownKey struct {
	Provider string // slug of the contract
	Issuer   string // of the contract; several are joined by " or "
	URL      string
	KeyID    string
	// Throttled means that no fetch was made for this token, because the last one was too recent.
	Throttled bool
}

// TokenRejected says that a token or request was rejected.
type TokenRejected struct {
	// Provider and Issuer are those of the contract that the token was verified with, empty if it was rejected before a
	// contract was chosen.
	Provider string
	Issuer   string
	KeyID    string
	Code     string // one of the codes of package core
	Detail   string // what was expected and found
	// Method, Path and RequestID are those of the request, empty if it is unknown or the verifier was called without a
	// guard. The path has no query. The id is the X-Request-Id of the request or of its answer.
	Method, Path, RequestID string
	Err                     error // the *core.Error
	Took                    time.Duration
}

// TokenVerified says that a token was accepted.
type TokenVerified struct {
	Provider string // slug of the contract
	Issuer   string // the token's
	KeyID    string
	// Remembered means that the signature had been verified before.
	Remembered bool
	Took       time.Duration
}

func (KeysRefreshed) isEvent()     {}
func (KeysRefreshFailed) isEvent() {}
func (KeyCacheFailed) isEvent()    {}
func (KeysStale) isEvent()         {}
func (KeysUnavailable) isEvent()   {}
func (UnknownKey) isEvent()        {}
func (TokenRejected) isEvent()     {}
func (TokenVerified) isEvent()     {}
