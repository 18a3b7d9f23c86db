package jwks_test

import (
	"context"
	"errors"
	"testing"

	"github.com/revstackhq/auth-go/core/internal/jwks"
)

// coordinated is a memory whose LoadNext is a function.
type coordinated struct {
	memory

	next func(ctx context.Context, id string, last []byte) ([]byte, error)
}

func (c *coordinated) LoadNext(ctx context.Context, id string, last []byte) ([]byte, error) {
	return c.next(ctx, id, last)
}

// A cache that coordinates its processes never keeps keys from being fetched.
func TestCoordinatorThatFails(t *testing.T) {
	secret := []byte("0123456789abcdef0123456789abcdef")
	for name, c := range map[string]struct {
		next func(ctx context.Context, id string, last []byte) ([]byte, error)
		says string
	}{
		"its own turn": {
			next: func(_ context.Context, _ string, last []byte) ([]byte, error) { return last, nil },
		},
		"an error": {
			next: func(context.Context, string, []byte) ([]byte, error) { return nil, errors.New("refused") },
			says: "jwks: cache load: refused",
		},
		"planted": {
			next: func(context.Context, string, []byte) ([]byte, error) { return []byte("{}"), nil },
			says: "jwks: cache load: entry carries no MAC",
		},
		"a wait that does not end": {
			next: func(ctx context.Context, _ string, last []byte) ([]byte, error) {
				<-ctx.Done()
				return last, nil
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			i := newIssuer(t, jwkSet(set(ec("a"))))
			cache := jwks.Authenticate(&coordinated{next: c.next}, secret)
			s := i.source(newClock(), cached(cache), func(cfg *jwks.Config) { cfg.Policy.FetchTimeout = 500e6 })
			found(t, s, "a")
			hits(t, i, 1)
			if got := s.Health().CacheError; got != c.says {
				t.Errorf("cache error = %q, want %q", got, c.says)
			}
		})
	}
}
