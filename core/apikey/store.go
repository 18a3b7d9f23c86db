package apikey

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"
	"time"
)

// Key is the record of a key. It does not contain the secret.
type Key struct {
	ID     string `json:"id"`
	Prefix string `json:"prefix"`
	// Hash is the SHA-256 that the secret is compared with.
	Hash []byte `json:"hash"`
	// Name is for people: "CI of the web shop".
	Name string `json:"name,omitempty"`
	// Owner is the user id of sessions, Organization their organization, if any.
	Owner        string   `json:"owner"`
	Organization string   `json:"organization,omitempty"`
	Scopes       []string `json:"scopes,omitempty"`
	// Created, Expires, Revoked and LastUsed are in UTC and whole microseconds. All except Created may be zero, which
	// means never.
	Created  time.Time `json:"created"`
	Expires  time.Time `json:"expires,omitzero"`
	Revoked  time.Time `json:"revoked,omitzero"`
	LastUsed time.Time `json:"lastUsed,omitzero"`
	// Replaces is the id of the key that this one was rotated from.
	Replaces string `json:"replaces,omitempty"`
}

var (
	// ErrNotFound means that the store has no key with the id.
	ErrNotFound = errors.New("apikey: no such key")
	// ErrExists means that the store has a key with the id already.
	ErrExists = errors.New("apikey: the id is taken")
)

// Store keeps keys. Implementations must be safe for concurrent use, return errors for which errors.Is finds
// [ErrNotFound] and [ErrExists], and honor the context. Package apikeytest tests them. [Memory] and [SQLStore] are
// stores.
type Store interface {
	// Insert adds a key. It must not keep memory that the caller may change. If a key has the id already, the error is
	// ErrExists.
	Insert(ctx context.Context, k Key) error
	// Find returns the key with the id, even if it is revoked. If the store has none, the error is ErrNotFound. The caller
	// owns the result.
	Find(ctx context.Context, id string) (Key, error)
	// List returns at most limit keys of the owner, in the order of their ids, starting after the id after. If owner is
	// empty, it lists the keys of all owners.
	List(ctx context.Context, owner, after string, limit int) ([]Key, error)
	// Revoke sets Revoked, unless the key was revoked before.
	Revoke(ctx context.Context, id string, at time.Time) error
	// Expire sets Expires, unless the key expires earlier.
	Expire(ctx context.Context, id string, at time.Time) error
	// Touch sets LastUsed, unless it is later already.
	Touch(ctx context.Context, id string, at time.Time) error
}

// Memory is a [Store] in memory, for tests and for keys that a program makes at its start. The zero value is empty.
type Memory struct {
	mu   sync.RWMutex
	keys map[string]Key
}

var _ Store = (*Memory)(nil)

func (k Key) clone() Key {
	k.Hash, k.Scopes = slices.Clone(k.Hash), slices.Clone(k.Scopes)
	return k
}

// Insert implements [Store].
func (m *Memory) Insert(ctx context.Context, k Key) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	if _, taken := m.keys[k.ID]; taken {
		return ErrExists
	}
	if m.keys == nil {
		m.keys = map[string]Key{}
	}
	m.keys[k.ID] = k.clone()
	return nil
}

// Find implements [Store].
func (m *Memory) Find(ctx context.Context, id string) (Key, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	k, ok := m.keys[id]
	switch {
	case ctx.Err() != nil:
		return Key{}, ctx.Err()
	case !ok:
		return Key{}, ErrNotFound
	}
	return k.clone(), nil
}

// List implements [Store].
func (m *Memory) List(ctx context.Context, owner, after string, limit int) ([]Key, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var all []Key
	for _, k := range m.keys {
		if (owner == "" || k.Owner == owner) && k.ID > after {
			all = append(all, k.clone())
		}
	}
	slices.SortFunc(all, func(a, b Key) int { return cmp.Compare(a.ID, b.ID) })
	return all[:min(len(all), max(limit, 0))], nil
}

// Revoke implements [Store].
func (m *Memory) Revoke(ctx context.Context, id string, at time.Time) error {
	return m.change(ctx, id, func(k *Key) {
		if k.Revoked.IsZero() {
			k.Revoked = at
		}
	})
}

// Expire implements [Store].
func (m *Memory) Expire(ctx context.Context, id string, at time.Time) error {
	return m.change(ctx, id, func(k *Key) {
		if k.Expires.IsZero() || at.Before(k.Expires) {
			k.Expires = at
		}
	})
}

// Touch implements [Store].
func (m *Memory) Touch(ctx context.Context, id string, at time.Time) error {
	return m.change(ctx, id, func(k *Key) {
		if at.After(k.LastUsed) {
			k.LastUsed = at
		}
	})
}

func (m *Memory) change(ctx context.Context, id string, change func(*Key)) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	k, ok := m.keys[id]
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case !ok:
		return ErrNotFound
	}
	change(&k)
	m.keys[id] = k
	return nil
}
