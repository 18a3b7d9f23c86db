// Package keys holds the vocabulary of verification keys: how they are fetched and kept ([Policy]), where they are
// shared ([Cache], [FileCache]), where they come from if not from a JWKS URL ([Source]), and how they are doing
// ([Health]). Package core takes these types as options and returns them from its verifiers.
//
// The types are plain values. Interfaces are called by many goroutines at once.
package keys

import (
	"context"
	"crypto"
	"time"
)

// Clock is a source of time. Tests inject one.
type Clock interface{ Now() time.Time }

// SystemClock is the [Clock] of the operating system.
type SystemClock struct{}

// Now returns time.Now().
func (SystemClock) Now() time.Time { return time.Now() }

// Key is one public key for verifying signatures. Its fields must not be changed once it was handed over.
type Key struct {
	// ID is the key id that tokens name in their kid header, "" if the key has none.
	ID string
	// Algorithm binds the key to one algorithm, such as "RS256". An empty one allows every algorithm that the
	// contract accepts and that fits the key.
	Algorithm string
	// Public is an *rsa.PublicKey, an *ecdsa.PublicKey or an ed25519.PublicKey.
	Public crypto.PublicKey
	// Issuer is the issuer that this key may sign for, where a set that several issuers share says so; it may be a
	// template with {tenantid} for the token's tid claim. Empty means that the set does not say.
	Issuer string
}

// Source supplies public keys from somewhere other than the contract's URL: a KMS, a SPIFFE bundle, a database. Give
// one to core.WithKeySource, and prove an implementation with package keystest.
//
// Implementations must be safe for concurrent use. kid and alg come from the unverified header of a token, so anyone
// can choose them: never build a path, a URL or a query from them without escaping.
type Source interface {
	// Keys returns the keys that a token with this kid (empty if it has none) and alg may be verified with, or all
	// keys that there are: the caller selects. An empty result without an error means that there is no such key,
	// and refuses the token; an error means that this cannot be known now, and is answered with 503.
	//
	// ctx carries the values of the request that asked, but not its cancellation, and ends after
	// [Policy.FetchTimeout]. What does not return by then is abandoned.
	Keys(ctx context.Context, kid, alg string) ([]Key, error)
}
