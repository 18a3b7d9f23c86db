package apikey

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/internal/upstream"
)

const (
	// retryAfter is the shortest Retry-After of a response if the store is unavailable.
	retryAfter = time.Second
	// keptWait is how long a request waits for the store if it may use a record that is older than MaxAge.
	keptWait = time.Second
)

// notMadeError says that the store was not called.
type notMadeError struct {
	reason string
	wait   time.Duration
}

func (e *notMadeError) Error() string { return e.reason }

// find returns the record of an id. If no key has the id, the record has no key in it.
func (k *Keyring) find(ctx context.Context, id string) (r *record, remembered bool, err *core.Error) {
	now := k.cfg.Clock.Now()
	known := k.remembered(id)
	if known != nil && now.Before(known.until) {
		return known, true, nil
	}
	exists := known != nil && known.session != nil
	kept := exists && now.Before(known.until.Add(k.cfg.KeepInOutage))
	wait, cancel := ctx, context.CancelFunc(func() {})
	if kept {
		wait, cancel = context.WithTimeout(ctx, keptWait)
	}
	defer cancel()
	generation := k.generation.Load()
	found, failed := k.group.Do(wait, lookup{id, generation}, upstream.Call[*record]{
		Known: func() (*record, bool) {
			r := k.remembered(id)
			return r, r != nil && now.Before(r.until)
		},
		Run:    func(ctx context.Context) (*record, error) { return k.ask(ctx, id, exists) },
		Settle: func(r *record, err error) (*record, error) { return r, k.settle(id, generation, known, r, err) },
	})
	switch {
	case failed == nil:
		return found, false, nil
	case errors.Is(wait.Err(), context.Canceled):
		return nil, false, &core.Error{
			Code:   core.CodeRequestCanceled,
			Detail: "the request ended before its credentials were checked",
			Err:    ctx.Err(),
		}
	case kept:
		return known, true, nil
	}
	e := &core.Error{Code: CodeUnavailable, Detail: "the store of API keys", RetryAfter: retryAfter, Err: failed}
	var not *notMadeError
	if errors.As(failed, &not) {
		e.RetryAfter = max(retryAfter, not.wait)
	}
	return nil, false, e
}

// remembered returns the last record of an id, which may be too old, or nil.
func (k *Keyring) remembered(id string) *record {
	if r, ok := k.records.GetIfPresent(id); ok {
		return r
	}
	r, _ := k.unknown.GetIfPresent(id)
	return r
}

// ask looks the id up in the store. exists says that a key had the id a short time ago.
func (k *Keyring) ask(ctx context.Context, id string, exists bool) (*record, error) {
	now := k.cfg.Clock.Now()
	if !exists {
		k.mu.Lock()
		wait := k.limit.Wait(now)
		k.mu.Unlock()
		if wait > 0 {
			return nil, &notMadeError{"too many unknown keys", wait}
		}
	}
	if wait, ok := k.breaker.Allow(now); !ok {
		return nil, &notMadeError{"the store failed before and is left alone for now", wait}
	}
	key, err := k.cfg.Store.Find(ctx, id)
	r := &record{until: k.cfg.Clock.Now().Add(k.cfg.MaxAge)}
	switch {
	case errors.Is(err, ErrNotFound):
		return r, nil
	case err != nil:
		return nil, err
	case key.ID != id || len(key.Hash) == 0: // in a store that ignores case, a key would have two ids
		return r, nil
	}
	r.key = key
	r.touched.Store(micros(key.LastUsed))
	r.session, r.refused = k.sessionOf(ctx, key)
	return r, nil
}

// settle stores the result of a look-up.
func (k *Keyring) settle(id string, generation uint64, before, r *record, err error) error {
	now := k.cfg.Clock.Now()
	var not *notMadeError
	switch {
	case errors.As(err, &not):
		return err
	case err != nil:
		if k.breaker.Failed(now, 0) {
			k.cfg.Logger.Error("auth: API keys unavailable", slog.String("prefix", k.cfg.Prefix), slog.String("error",
				err.Error()))
		}
		return err
	case k.breaker.Succeeded():
		k.cfg.Logger.Info("auth: API keys are available again", slog.String("prefix", k.cfg.Prefix))
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	keep := k.records
	if len(r.key.Hash) == 0 {
		k.limit.Take(now)
		keep = k.unknown
	}
	if k.generation.Load() != generation {
		return nil
	}
	if before != nil && before.touched.Load() > r.touched.Load() {
		r.touched.Store(before.touched.Load()) // the store may not have the last use yet
	}
	k.records.Invalidate(id)
	k.unknown.Invalidate(id)
	keep.Set(id, r)
	keep.CleanUp() // the bound holds now, not some time later
	return nil
}
