// Package keys has the types that configure and describe verification keys: the limits of fetching and caching
// ([Policy]), caches that processes share ([Cache], [FileCache]), key sources other than a JWKS URL ([Source]), and
// the state of a key set ([Health]). Package core takes them as options and returns them from its verifiers.
//
// # Concurrency
//
// Implementations of the interfaces must be safe for concurrent use. All structs except [FileCache] are plain values.
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

// Key is one public key for verifying signatures. A [Source] must not change a Key, or what it points to, after it
// has returned it.
type Key struct {
	// ID is the key id that tokens name in their kid header, "" if the key has none.
	ID string
	// Algorithm binds the key to one algorithm, such as "RS256". An empty one allows every algorithm that the
	// contract accepts and that fits the key.
	Algorithm string
	// Public is an *rsa.PublicKey, an *ecdsa.PublicKey or an ed25519.PublicKey.
	Public crypto.PublicKey
	// Issuer is the issuer that this key may sign for, in a set that several issuers share; "" means any issuer. It may
	// have a placeholder for a claim, such as {tenantid}. Contracts compare it only if they set CheckKeyIssuer; their
	// KeyIssuerClaims name the claims of placeholders.
	Issuer string
}

// Source supplies public keys from somewhere other than the contract's URL: a KMS, a SPIFFE bundle, a database. Give
// one to core.WithKeySource, and test an implementation with package keystest.
//
// A source is called as rarely as a JWKS URL is fetched: once for all requests that wait, again when the keys are no
// longer fresh ([Policy.DefaultFresh]), and at most once in [Policy.Cooldown] because of unknown key ids. It does not
// get the key id of a token, which anyone can choose. Implementations must be safe for concurrent use.
type Source interface {
	// Keys returns all keys that tokens may be signed with now. A key that is missing from the result is revoked as soon
	// as the current keys are no longer fresh. An error, or a result without any usable key, means that the keys are
	// unavailable: as in an outage of an issuer, the last-known-good keys stay in use, and requests are answered with
	// 503 if there are none.
	//
	// ctx has the values of the request that caused the call, but not its cancellation, and ends after
	// [Policy.FetchTimeout]. A call that does not return by then is abandoned. The result must not be changed later.
	Keys(ctx context.Context) ([]Key, error)
}

// Cache stores fetched key sets, so that several processes share them and a process that starts during an outage has
// the last good set. Give one to core.WithKeyCache, and test an implementation with package keystest.
//
// Implementations must be safe for concurrent use and should return when ctx ends; a call that does not is abandoned.
// A failing cache never prevents a fetch: the failure is reported in [Health] and to observers.
//
// Anyone who can write to a cache chooses the keys, and can therefore forge tokens, unless core.WithKeyCache is given a
// secret.
type Cache interface {
	// Load returns the data that was last stored for id, or nil and no error if there is none. The caller owns the
	// result.
	Load(ctx context.Context, id string) ([]byte, error)
	// Store keeps data for id, replacing what was there. It must not keep the slice itself.
	Store(ctx context.Context, id string, data []byte) error
}

// Coordinator is a [Cache] whose processes take turns: one process fetches a set, and the others wait until it has
// stored the set. A verifier calls LoadNext if its cache implements this interface.
type Coordinator interface {
	Cache
	// LoadNext is called before a fetch. last is what Load returned for id. If another process is fetching the set,
	// LoadNext waits and returns what that process stores. If it is this process's turn to fetch, or when ctx ends, it
	// returns last. A call of Store ends the turn.
	LoadNext(ctx context.Context, id string, last []byte) ([]byte, error)
}
