package redisauth

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/valkey-io/valkey-go"

	"github.com/revstackhq/auth-go/core/keys"
)

// KeyCacheConfig says where a [KeyCache] keeps key sets. The zero value is the default.
type KeyCacheConfig struct {
	// Prefix precedes the id of a key set in its key. Default "auth:keys:".
	Prefix string
	// Stored is called after this replica has fetched and stored a key set, such as to announce it with
	// fleet.Revocations.KeysChanged. It must return quickly.
	Stored func(ctx context.Context, id string)
}

// KeyCache is a keys.Coordinator: the issuer gets one fetch per period instead of one from each replica. A replica that
// is about to fetch takes a lock, and the others wait for what it stores. If that takes too long, they fetch the keys
// themselves.
//
// Give core.WithKeyCache a secret with it. Without one, anyone who can write to the server can replace the keys and
// forge tokens.
type KeyCache struct {
	client valkey.Client
	prefix string
	stored func(ctx context.Context, id string)
}

var _ keys.Coordinator = (*KeyCache)(nil)

const (
	// lockFor is how long the lock of a fetch is held at most: as long as a fetch may take.
	lockFor = 5 * time.Second
	// lockPoll is how often the others look for the result.
	lockPoll = 50 * time.Millisecond
	// keepSet is how long a set is kept. Verifiers do not use one for longer after it was fetched.
	keepSet = 72 * time.Hour
)

// NewKeyCache returns a cache. It does no I/O, and panics if client is nil.
func NewKeyCache(client valkey.Client, c KeyCacheConfig) *KeyCache {
	if client == nil {
		panic("redisauth.NewKeyCache: the client is nil: make it with valkey.NewClient")
	}
	return &KeyCache{client: client, prefix: cmp.Or(c.Prefix, "auth:keys:"), stored: c.Stored}
}

// names returns the keys of a set and of its lock, which one cluster slot holds.
func (c *KeyCache) names(id string) (set, lock string) {
	return c.prefix + "{" + id + "}", c.prefix + "{" + id + "}:lock"
}

// Load implements keys.Cache.
func (c *KeyCache) Load(ctx context.Context, id string) ([]byte, error) {
	set, _ := c.names(id)
	return c.get(ctx, set)
}

// LoadNext implements keys.Coordinator: the replica that gets the lock fetches.
func (c *KeyCache) LoadNext(ctx context.Context, id string, last []byte) ([]byte, error) {
	data, err := c.loadNext(ctx, id, last)
	if err != nil && ended(ctx, err) {
		return last, nil
	}
	return data, err
}

// ended reports whether ctx ended, or is about to: the client sets its connection's deadline to ctx's, and that may
// pass a moment before ctx knows. ended returns when ctx does.
func ended(ctx context.Context, err error) bool {
	if ctx.Err() != nil {
		return true
	}
	deadline, ok := ctx.Deadline()
	if !ok || time.Now().Before(deadline) || !errors.Is(err, context.DeadlineExceeded) {
		return false
	}
	<-ctx.Done()
	return true
}

func (c *KeyCache) loadNext(ctx context.Context, id string, last []byte) ([]byte, error) {
	set, lock := c.names(id)
	for {
		err := c.client.Do(ctx, c.client.B().Set().Key(lock).Value("1").Nx().Px(lockFor).Build()).Error()
		switch {
		case err == nil:
			data, err := c.get(ctx, set)
			if err != nil || !bytes.Equal(data, last) { // another replica stored it just before: this one may not fetch
				err = errors.Join(err, c.client.Do(ctx, c.client.B().Del().Key(lock).Build()).Error())
			}
			return data, err
		case !valkey.IsValkeyNil(err):
			return nil, fmt.Errorf("redisauth: key cache: %w", err)
		}
		timer := time.NewTimer(spread(lockPoll))
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return last, nil
		}
		if data, err := c.get(ctx, set); err != nil || !bytes.Equal(data, last) {
			return data, err
		}
	}
}

func (c *KeyCache) get(ctx context.Context, key string) ([]byte, error) {
	data, err := c.client.Do(ctx, c.client.B().Get().Key(key).Build()).AsBytes()
	switch {
	case valkey.IsValkeyNil(err):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("redisauth: key cache: %w", err)
	}
	return data, nil
}

// Store implements keys.Cache.
func (c *KeyCache) Store(ctx context.Context, id string, data []byte) error {
	set, lock := c.names(id)
	results := c.client.DoMulti(ctx,
		c.client.B().Set().Key(set).Value(valkey.BinaryString(data)).Px(keepSet).Build(),
		c.client.B().Del().Key(lock).Build(),
	)
	if err := errors.Join(results[0].Error(), results[1].Error()); err != nil {
		return fmt.Errorf("redisauth: key cache: %w", err)
	}
	if c.stored != nil {
		c.stored(ctx, id)
	}
	return nil
}
