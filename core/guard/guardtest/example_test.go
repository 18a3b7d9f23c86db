package guardtest_test

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/guard/guardtest"
)

// sessionList is a revoker that keeps the ids of revoked sessions in memory.
type sessionList struct {
	mu      sync.RWMutex
	revoked map[string]bool
	closed  bool
}

// Revoked implements guard.Revoker.
func (l *sessionList) Revoked(_ context.Context, s *core.Session) (bool, error) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	if l.closed {
		return false, errors.New("the list is closed")
	}
	return l.revoked[s.SessionID()], nil
}

func (l *sessionList) revoke(_ context.Context, s *core.Session) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.revoked[s.SessionID()] = true
	return nil
}

func (l *sessionList) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
}

// A test calls guardtest.TestRevoker; CheckRevoker is the same for programs.
func ExampleCheckRevoker() {
	list := &sessionList{revoked: map[string]bool{}}
	err := guardtest.CheckRevoker(context.Background(), guardtest.Revocations{
		Revoker: list,
		Revoke:  list.revoke,
		Break:   list.close,
	})
	fmt.Println(err)
	// Output: <nil>
}
