package redisauth

import (
	"cmp"
	"context"
	"encoding/base64"
	"fmt"
	"time"

	"github.com/valkey-io/valkey-go"

	"github.com/revstackhq/auth-go/core/dpop"
)

// ReplayStore is a dpop.Store that all replicas share: a proof that was used at one is refused at every other one. A
// proof that this replica has seen is refused without asking the server. If the server cannot be asked, Use returns an
// error, and no proof is accepted.
type ReplayStore struct {
	client valkey.Client
	prefix string
	local  *dpop.MemoryStore
}

var _ dpop.Store = (*ReplayStore)(nil)

// clockSkew is how much longer than it is accepted a proof is kept: a replica whose clock is behind by less than that
// accepts it for longer, and the server starts the expiry when the command arrives.
const clockSkew = 10 * time.Second

// NewReplayStore returns a store whose keys begin with prefix; "auth:dpop:" if that is empty. It does no I/O, and
// panics if client is nil. A proof takes about 110 bytes at the server, until 10 s after it expires: the clocks of
// replicas may differ by that much.
func NewReplayStore(client valkey.Client, prefix string) *ReplayStore {
	if client == nil {
		panic("redisauth.NewReplayStore: the client is nil: make it with valkey.NewClient")
	}
	return &ReplayStore{client: client, prefix: cmp.Or(prefix, "auth:dpop:"), local: dpop.NewMemoryStore(0)}
}

// Use implements dpop.Store.
func (s *ReplayStore) Use(ctx context.Context, key dpop.Key, now, expires time.Time) (bool, error) {
	if err := ctx.Err(); err != nil {
		return false, err
	}
	first, err := s.local.Use(ctx, key, now, expires)
	if err != nil || !first {
		return false, err
	}
	life := max(expires.Sub(now), 0) + clockSkew
	name := s.prefix + base64.RawURLEncoding.EncodeToString(key[:])
	err = s.client.Do(ctx, s.client.B().Set().Key(name).Value("1").Nx().Px(life).Build()).Error()
	switch {
	case err == nil:
		return true, nil
	case valkey.IsValkeyNil(err):
		return false, nil
	}
	return false, fmt.Errorf("redisauth: replay store: %w", err)
}
