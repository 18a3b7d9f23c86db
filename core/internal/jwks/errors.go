package jwks

import (
	"fmt"
	"strings"
	"time"

	"github.com/revstackhq/auth-go/core/keys"
)

// FetchKind classifies why a fetch brought no usable key set.
type FetchKind string

// The kinds of [FetchError].
const (
	KindTimeout        FetchKind = "timeout"         // no complete answer within the fetch timeout
	KindNetwork        FetchKind = "network"         // DNS, dial, TLS or connection failure
	KindStatus         FetchKind = "status"          // an HTTP status other than 200, or an unconditional 304
	KindTooLarge       FetchKind = "too_large"       // body above Policy.MaxBytes, measured after decompression
	KindNotJSON        FetchKind = "not_json"        // an HTML page, or anything else that is not a JSON object
	KindRedirect       FetchKind = "redirect"        // to another host, or too many
	KindInsecureScheme FetchKind = "insecure_scheme" // plain http to anything but loopback
	KindPrivateAddress FetchKind = "private_address" // a private network that the contract does not name
	KindMalformedSet   FetchKind = "malformed_set"   // JSON, but not a JWK Set
	KindTooManyKeys    FetchKind = "too_many_keys"   // more entries than Policy.MaxKeys
	KindNoUsableKeys   FetchKind = "no_usable_keys"  // a JWK Set in which no entry can be used
	KindDiscovery      FetchKind = "discovery"       // the discovery document names another issuer or a bad jwks_uri
	KindSource         FetchKind = "source"          // the key source returned an error
	KindPanic          FetchKind = "panic"           // the supplied HTTP client, cache or key source panicked
)

// FetchError is the cause of a failed fetch or an unreadable set. It never holds credentials, a query or a fragment.
type FetchError struct {
	Kind   FetchKind
	URL    string // redacted; empty for a set that was not fetched
	Status int    // the HTTP status, for KindStatus
	// RetryAfter is the server's Retry-After (429 and 503), at most five minutes; 0 if it sent none.
	RetryAfter time.Duration
	Err        error // detail; may be nil
	// Skipped lists the entries of a set refused with KindNoUsableKeys.
	Skipped []keys.Skipped
}

// Error returns what failed, where, and why.
func (e *FetchError) Error() string {
	var b strings.Builder
	b.WriteString("jwks: ")
	b.WriteString(e.Kind.sentence())
	if e.Status != 0 {
		fmt.Fprintf(&b, " %d", e.Status)
	}
	if e.URL != "" {
		b.WriteString(" from " + e.URL)
	}
	if e.Err != nil {
		b.WriteString(": " + e.Err.Error())
	}
	return b.String()
}

// Unwrap returns the detail.
func (e *FetchError) Unwrap() error { return e.Err }

func (k FetchKind) sentence() string {
	switch k {
	case KindTimeout:
		return "no answer in time"
	case KindNetwork:
		return "network failure"
	case KindStatus:
		return "unexpected status"
	case KindTooLarge:
		return "body too large"
	case KindNotJSON:
		return "not a JSON object"
	case KindRedirect:
		return "redirect refused"
	case KindInsecureScheme:
		return "plain http refused"
	case KindPrivateAddress:
		return "private address refused"
	case KindMalformedSet:
		return "malformed key set"
	case KindTooManyKeys:
		return "too many keys"
	case KindNoUsableKeys:
		return "no usable keys"
	case KindDiscovery:
		return "discovery document refused"
	case KindSource:
		return "the key source failed"
	case KindPanic:
		return "panic in a supplied component"
	}
	return string(k)
}

// UnavailableError reports that the keys cannot be fetched now. It does not mean that the token is invalid.
type UnavailableError struct {
	// RetryAfter is the time until the next fetch may start. Callers round it up to whole seconds, at least one.
	RetryAfter time.Duration
	// Cause is the last fetch's *FetchError, or the caller's own context error when the caller stopped waiting.
	Cause error
}

// Error returns the cause and when to try again.
func (e *UnavailableError) Error() string {
	if e.Cause == nil {
		return "jwks: keys unavailable"
	}
	return fmt.Sprintf("jwks: keys unavailable (next try in %v): %v", e.RetryAfter.Round(time.Millisecond), e.Cause)
}

// Unwrap returns the cause.
func (e *UnavailableError) Unwrap() error { return e.Cause }

// UnknownKeyError reports that the issuer's current set has no key for a token.
type UnknownKeyError struct {
	KeyID     string // at most 64 printable bytes of the token's kid; empty when it had none
	Alg       string
	Throttled bool   // rejected without a new fetch, because the issuer was asked a moment ago
	Skipped   string // why the set's own entry with this kid cannot be used; empty when there is none
	Malformed bool   // rejected without a fetch: the kid must be a UUID and is not
}

// Error names the key id, truncated and quoted.
func (e *UnknownKeyError) Error() string {
	msg := fmt.Sprintf("jwks: no key %q for %s", e.KeyID, e.Alg)
	if e.KeyID == "" {
		msg = "jwks: no key for a token without kid and alg " + e.Alg
	}
	if e.Malformed {
		msg += ": the kid is not a UUID, so it has no URL here"
	}
	if e.Skipped != "" {
		msg += ": the entry was skipped: " + e.Skipped
	}
	return msg
}
