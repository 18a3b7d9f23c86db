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
	// Issuer is the issuer that this key may sign for, if a set that several issuers share says so; it may be a
	// template with {tenantid} for the token's tid claim. Empty means that the set does not say.
	Issuer string
}

// Source supplies public keys from somewhere other than the contract's URL: a KMS, a SPIFFE bundle, a database. Give
// one to core.WithKeySource, and prove an implementation with package keystest.
//
// A source is asked as seldom as a JWKS URL: once for all requests that wait, again when the keys are no longer fresh
// ([Policy.DefaultFresh]), and at most once in [Policy.Cooldown] because of unknown key ids. It never sees the key id
// of a token, which anyone can choose. Implementations must be safe for concurrent use.
type Source interface {
	// Keys returns all keys that tokens may be signed with now. A key that is missing is revoked once the current keys
	// are no longer fresh. An error, or a result without any usable key, means that the keys are not known now: the
	// last-known-good ones serve as in an outage of an issuer, and requests are answered with 503 when there are none.
	//
	// ctx has the values of the request that caused the call, but not its cancellation, and ends after
	// [Policy.FetchTimeout]. A call that does not return by then is abandoned. The result must not be changed later.
	Keys(ctx context.Context) ([]Key, error)
}

// Cache lets a fleet share fetched key sets, and lets a restart during an outage begin with the last good set. Give one
// to core.WithKeyCache, and prove an implementation with package keystest.
//
// Implementations must be safe for concurrent use and should honor ctx; a call that does not is abandoned when its time
// is up. A failing cache never keeps keys from being fetched: it is reported in [Health] and to observers.
//
// Anyone who can write to a cache chooses the keys, and can therefore forge tokens, unless core.WithKeyCache is given a
// secret.
type Cache interface {
	// Load returns what Store was last given for id, or nil and no error if there is nothing.
	Load(ctx context.Context, id string) ([]byte, error)
	// Store keeps data for id, replacing what was there. It must not keep the slice itself.
	Store(ctx context.Context, id string, data []byte) error
}

// Coordinator is a [Cache] whose processes take turns: one fetches a set, and the others wait for what it stores. A
// verifier uses it if its cache has it.
type Coordinator interface {
	Cache
	// LoadNext is called before a fetch, with what Load returned for id. If another process fetches the set, LoadNext
	// waits and returns what that process stores. If it is this process's turn to fetch, or when ctx ends, it returns
	// last. Store ends a turn.
	LoadNext(ctx context.Context, id string, last []byte) ([]byte, error)
}
