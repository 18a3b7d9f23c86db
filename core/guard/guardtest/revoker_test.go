package guardtest_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/guard/guardtest"
)

// list is a correct revoker; change makes it break one rule.
type list struct {
	mu     sync.Mutex
	users  map[string]bool
	asked  int
	down   bool
	change func(l *list, ctx context.Context, revoked bool, err error) (bool, error)
}

func (l *list) Revoked(ctx context.Context, s *core.Session) (bool, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.asked++
	revoked, err := l.users[s.UserID()], ctx.Err()
	if l.down {
		err = errors.New("unreachable")
	}
	if err != nil {
		revoked = false
	}
	if l.change != nil {
		return l.change(l, ctx, revoked, err)
	}
	return revoked, err
}

func (l *list) revocations() guardtest.Revocations {
	return guardtest.Revocations{
		Revoker: l,
		Revoke: func(_ context.Context, s *core.Session) error {
			l.mu.Lock()
			defer l.mu.Unlock()
			l.users[s.UserID()] = true
			return nil
		},
		Break: func() { l.mu.Lock(); l.down = true; l.mu.Unlock() },
	}
}

func TestGoodRevoker(t *testing.T) {
	guardtest.TestRevoker(
		t,
		func(*testing.T) guardtest.Revocations { return (&list{users: map[string]bool{}}).revocations() },
	)
}

func TestBrokenRevokersAreFound(t *testing.T) {
	for name, c := range map[string]struct {
		change func(l *list, ctx context.Context, revoked bool, err error) (bool, error)
		want   string
	}{
		"revokes everything": {
			func(_ *list, _ context.Context, _ bool, err error) (bool, error) { return err == nil, err },
			"an unknown session is not revoked",
		},
		"revokes nothing": {
			func(_ *list, _ context.Context, _ bool, err error) (bool, error) { return false, err },
			"a revoked session stays revoked",
		},
		"forgets": {
			func(l *list, _ context.Context, revoked bool, err error) (bool, error) {
				return revoked && l.asked < 4, err
			},
			"a revoked session stays revoked",
		},
		"forgets under load": {
			func(l *list, _ context.Context, revoked bool, err error) (bool, error) {
				return revoked && l.asked < 20, err
			},
			"concurrent use",
		},
		"takes a canceled context for an answer": {
			func(_ *list, ctx context.Context, revoked bool, err error) (bool, error) {
				if ctx.Err() != nil {
					return false, nil //nolint:nilerr // the rule that this revoker breaks
				}
				return revoked, err
			},
			"a canceled context",
		},
		"hides an outage": {
			func(l *list, _ context.Context, revoked bool, err error) (bool, error) {
				if l.down {
					return false, nil
				}
				return revoked, err
			},
			"a store that cannot be reached is an error",
		},
	} {
		t.Run(name, func(t *testing.T) {
			err := guardtest.CheckRevoker(t.Context(), (&list{users: map[string]bool{}, change: c.change}).revocations())
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}
