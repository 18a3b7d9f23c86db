// Package event holds what a verifier tells its observers: typed events for
// logs, metrics and alarms. No event holds a token, a secret or a URL's
// credentials, and every field that may serve as a metric's label is bounded.
package event

import "time"

// Event is one of the types of this package.
type Event interface{ isEvent() }

// KeysRefreshed says that a key set was fetched, or found still good.
type KeysRefreshed struct {
	URL string
	// Keys are usable, Skipped are entries left out.
	Keys, Skipped int
	// NotModified: the issuer answered 304. FromCache: the set came out of the
	// shared key cache, without a fetch.
	NotModified, FromCache bool
	FreshUntil             time.Time
}

// KeysRefreshFailed says that a fetch failed while the keys at hand are fresh.
type KeysRefreshFailed struct {
	URL     string
	Err     error
	NextTry time.Time
}

// KeyCacheFailed says that the shared key cache failed, or held something
// unusable. Op is "load" or "store". Keys are fetched nevertheless.
type KeyCacheFailed struct {
	URL, Op string
	Err     error
}

// KeysStale says that the issuer can't be reached and the last-known-good keys
// go on being used.
type KeysStale struct {
	URL          string
	Since, Until time.Time
	Err          error
}

// KeysUnavailable says that there are no keys to verify with: requests are
// answered with 503 until a fetch succeeds.
type KeysUnavailable struct {
	URL     string
	Err     error
	NextTry time.Time
}

// UnknownKey says that a token named a key that is not in the set. Throttled
// tells that no fetch was made for it, because the last one was too recent.
type UnknownKey struct {
	URL       string
	Throttled bool
}

// TokenRejected says that a token or request was refused. Code is one of the
// codes of package core; Err is the *core.Error.
type TokenRejected struct {
	Code string
	Err  error
}

// TokenVerified says that a token was accepted. Remembered tells that its
// signature had been checked before.
type TokenVerified struct {
	Provider   string
	Remembered bool
}

func (KeysRefreshed) isEvent()     {}
func (KeysRefreshFailed) isEvent() {}
func (KeyCacheFailed) isEvent()    {}
func (KeysStale) isEvent()         {}
func (KeysUnavailable) isEvent()   {}
func (UnknownKey) isEvent()        {}
func (TokenRejected) isEvent()     {}
func (TokenVerified) isEvent()     {}
