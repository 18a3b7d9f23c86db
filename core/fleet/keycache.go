package fleet

import (
	"context"
	"maps"
	"slices"
	"sync"

	"github.com/revstackhq/auth-go/core/internal/faults"
	"github.com/revstackhq/auth-go/core/keys"
)

// KeyCache wraps cache, for core.WithKeyCache, so that all replicas learn of a key rotation at once: the replica that
// fetches new keys announces that in the log, and the others load the keys from cache. Each of them loads at most
// once a second, and none asks the issuer.
//
//	verifier, err := core.NewVerifier(contract, core.WithKeyCache(revocations.KeyCache(cache), secret))
//
// If cache is a [keys.Coordinator], like that of module redisauth, the issuer gets one fetch from the whole fleet. If
// an announcement is lost, a replica loads the new set when its own is no longer fresh.
func (r *Revocations) KeyCache(cache keys.Cache) keys.Cache {
	if faults.IsNil(cache) {
		return nil // core.WithKeyCache reports it
	}
	return keyCache{r, cache}
}

type keyCache struct {
	r     *Revocations
	cache keys.Cache
}

func (c keyCache) Load(ctx context.Context, id string) ([]byte, error) { return c.cache.Load(ctx, id) }

func (c keyCache) Store(ctx context.Context, id string, data []byte) error {
	return c.cache.Store(ctx, id, data)
}

// LoadNext implements [keys.Coordinator].
func (c keyCache) LoadNext(ctx context.Context, id string, last []byte) ([]byte, error) {
	if next, ok := c.cache.(keys.Coordinator); ok {
		return next.LoadNext(ctx, id, last)
	}
	return last, nil
}

// Announce is called by a verifier after it has stored a set with other keys.
func (c keyCache) Announce(ctx context.Context, id string) error { return c.r.KeysChanged(ctx, id) }

// Watch calls changed after any replica has announced id, until stop is called. changed must not block.
func (c keyCache) Watch(id string, changed func()) (stop func()) {
	return c.r.watchers.add(c.r.keys.name(KindKeys, id, ""), changed)
}

// watchers holds the functions to call when the keys with a name have changed.
type watchers struct {
	mu   sync.Mutex
	last int
	all  map[Name]map[int]func()
}

func (w *watchers) add(n Name, changed func()) (remove func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.last++
	number := w.last
	if w.all == nil {
		w.all = map[Name]map[int]func(){}
	}
	if w.all[n] == nil {
		w.all[n] = map[int]func(){}
	}
	w.all[n][number] = changed
	return func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		if delete(w.all[n], number); len(w.all[n]) == 0 {
			delete(w.all, n)
		}
	}
}

func (w *watchers) notify(n Name) {
	w.mu.Lock()
	calls := slices.Collect(maps.Values(w.all[n]))
	w.mu.Unlock()
	for _, changed := range calls {
		changed()
	}
}
