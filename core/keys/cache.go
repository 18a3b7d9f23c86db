package keys

import "context"

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
