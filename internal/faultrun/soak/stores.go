package main

import (
	"context"
	"encoding/json"
	"net/http"
	"sync"
	"time"

	"github.com/revstackhq/auth-go/core/apikey"
	"github.com/revstackhq/auth-go/core/dpop"
	"github.com/revstackhq/auth-go/core/fleet"
)

// keyStore is a store of API keys that can be made to fail. The embedded methods are only used before and between
// outages.
type keyStore struct {
	*apikey.Memory

	gate *gate
}

func (s keyStore) Find(ctx context.Context, id string) (apikey.Key, error) {
	if err := s.gate.pass(ctx); err != nil {
		return apikey.Key{}, err
	}
	return s.Memory.Find(ctx, id)
}

func (s keyStore) Revoke(ctx context.Context, id string, at time.Time) error {
	if err := s.gate.pass(ctx); err != nil {
		return err
	}
	return s.Memory.Revoke(ctx, id, at)
}

// proofStore is a store of used proofs that can be made to fail.
type proofStore struct {
	*dpop.MemoryStore

	gate *gate
}

func (s proofStore) Use(ctx context.Context, key dpop.Key, now, expires time.Time) (bool, error) {
	if err := s.gate.pass(ctx); err != nil {
		return false, err
	}
	return s.MemoryStore.Use(ctx, key, now, expires)
}

// revocationLog is a log that can be made to fail.
type revocationLog struct {
	*fleet.MemoryLog

	gate *gate
}

func (l revocationLog) Append(ctx context.Context, records ...[]byte) error {
	if err := l.gate.pass(ctx); err != nil {
		return err
	}
	return l.MemoryLog.Append(ctx, records...)
}

func (l revocationLog) Read(
	ctx context.Context, after string, each func(id string, record []byte) error,
) error {
	if err := l.gate.pass(ctx); err != nil {
		return err
	}
	return l.MemoryLog.Read(ctx, after, each)
}

// Tail ends when an outage begins, as a connection does.
func (l revocationLog) Tail(
	ctx context.Context, after string, each func(id string, record []byte) error,
) error {
	changed := l.gate.changed()
	if err := l.gate.pass(ctx); err != nil {
		return err
	}
	limited, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	go func() {
		select {
		case <-changed:
			cancel(errOutage)
		case <-limited.Done():
		}
	}()
	if err := l.MemoryLog.Tail(limited, after, each); limited.Err() == nil {
		return err
	}
	return context.Cause(limited)
}

// authority is an introspection endpoint for opaque tokens (RFC 7662) that can be made to fail.
type authority struct {
	issuer, audience string
	gate             *gate

	mu     sync.Mutex
	active map[string]string // the users of the tokens
}

func (a *authority) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	token := r.FormValue("token")
	a.gate.mu.Lock()
	way := a.gate.way
	a.gate.mu.Unlock()
	if err := a.gate.pass(r.Context()); err != nil {
		if way == "garbage" {
			_, _ = w.Write([]byte(`{"active":"perhaps"`))
			return
		}
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	a.mu.Lock()
	user, ok := a.active[token]
	a.mu.Unlock()
	answer := map[string]any{"active": ok}
	if ok {
		answer["iss"], answer["aud"], answer["sub"] = a.issuer, a.audience, user
		answer["exp"] = time.Now().Add(time.Hour).Unix()
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(answer)
}

func (a *authority) begin(c *credential) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.active[c.raw] = c.user
}

func (a *authority) end(token string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.active, token)
}
