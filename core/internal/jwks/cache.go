package jwks

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/revstackhq/auth-go/core/event"
	"github.com/revstackhq/auth-go/core/keys"
)

// CacheError is a failure of the [keys.Cache], or an entry in it that cannot be used.
type CacheError struct {
	Op  string // "load", "store" or "announce"
	Err error
}

// Error names the operation and its failure.
func (e *CacheError) Error() string { return "jwks: cache " + e.Op + ": " + e.Err.Error() }

// Unwrap returns the failure.
func (e *CacheError) Unwrap() error { return e.Err }

const (
	envelopeVersion = 1
	// futureSlack is how far another machine's clock may run ahead of this one.
	futureSlack = time.Minute
)

// envelope is the wire form of a fetched set. Body is what the issuer sent, so that every reader checks it against its
// own contract.
type envelope struct {
	Version      int       `json:"version"`
	ID           string    `json:"id"`
	Origin       string    `json:"origin"` // the configured URL, or the discovery document's
	URL          string    `json:"url"`    // where the keys came from
	FetchedAt    time.Time `json:"fetched_at"`
	FreshUntil   time.Time `json:"fresh_until"`
	ETag         string    `json:"etag,omitempty"`
	LastModified string    `json:"last_modified,omitempty"`
	SHA256       string    `json:"sha256"` // of the envelope with this field empty: finds corruption, not malice
	Body         []byte    `json:"body"`
}

func (e envelope) sum() (string, error) {
	e.SHA256 = ""
	raw, err := json.Marshal(e)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:]), nil
}

// encode returns snap as an envelope.
func (s *Source) encode(snap *snapshot) ([]byte, error) {
	e := envelope{
		Version:      envelopeVersion,
		ID:           s.cfg.ID,
		Origin:       s.origin,
		URL:          snap.url,
		FetchedAt:    snap.fetchedAt.UTC().Round(0),
		FreshUntil:   snap.freshUntil.UTC().Round(0),
		ETag:         snap.etag,
		LastModified: snap.modified,
		Body:         snap.body,
	}
	sum, err := e.sum()
	if err != nil {
		return nil, err
	}
	e.SHA256 = sum
	return json.Marshal(e)
}

// decode checks an envelope and returns it as a snapshot. Its lifetime is limited by this source's own policy.
func (s *Source) decode(data []byte, now time.Time) (*snapshot, error) {
	if int64(len(data)) > 2*s.cfg.Policy.MaxBytes+64<<10 { // base64 and the other fields
		return nil, errors.New("envelope too large")
	}
	var e envelope
	if err := json.Unmarshal(data, &e); err != nil {
		return nil, errors.New("envelope is not readable JSON")
	}
	sum, err := e.sum()
	switch {
	case err != nil || sum != e.SHA256:
		return nil, errors.New("envelope checksum does not match")
	case e.Version != envelopeVersion:
		return nil, fmt.Errorf("envelope version %d is not supported, want %d", e.Version, envelopeVersion)
	case e.ID != s.cfg.ID || e.Origin != s.origin:
		return nil, errors.New("envelope belongs to another key set")
	case e.FetchedAt.After(now.Add(futureSlack)):
		return nil, errors.New("envelope comes from the future")
	case int64(len(e.Body)) > s.cfg.Policy.MaxBytes:
		return nil, errors.New("envelope body too large")
	}
	set := emptySet(s.limits()) // the page of a single key that its issuer has removed
	if s.cfg.pemKid == "" || len(e.Body) > 0 {
		if set, err = s.parse(e.Body); err != nil {
			return nil, err
		}
	}
	snap := &snapshot{set: set, url: e.URL, etag: e.ETag, modified: e.LastModified, body: e.Body}
	s.setDates(snap, e.FetchedAt, s.cfg.Policy.Clamp(e.FreshUntil.Sub(e.FetchedAt)))
	return snap, nil
}

// caches reports whether sets are shared through a cache.
func (s *Source) caches() bool { return s.cfg.Cache != nil && s.cfg.Source == nil }

// cached is what a cache has returned.
type cached struct {
	data []byte
	snap *snapshot // nil if there is no usable one
}

// loadCached returns the cache's snapshot if it is usable and newer than base, and nil otherwise. If the snapshot
// does not make the refresh unnecessary and the cache coordinates its processes, loadCached waits as long as another
// process fetches.
func (s *Source) loadCached(ctx context.Context, f *refresh, base *snapshot, now time.Time) *snapshot {
	if !s.caches() {
		return nil
	}
	// A slow cache must leave time for the fetch.
	got, err := s.load(ctx, now, s.cfg.Policy.FetchTimeout/5, s.cfg.Cache.Load)
	if err != nil {
		s.cacheFailed(f, "load", err)
		return nil
	}
	newer := got.snap.newerThan(base)
	c, ok := s.cfg.Cache.(keys.Coordinator)
	if !ok {
		return newer
	}
	ctx, cancel := context.WithTimeout(ctx, s.cfg.Policy.FetchTimeout*3/5)
	defer cancel()
	for !f.satisfied(newer, now, s.cfg.Policy.Cooldown) {
		next, err := s.load(ctx, now, s.cfg.Policy.FetchTimeout, func(ctx context.Context, id string) ([]byte, error) {
			return c.LoadNext(ctx, id, got.data)
		})
		switch {
		case ctx.Err() != nil: // the process that fetches takes too long
			return newer
		case err != nil:
			s.cacheFailed(f, "load", err)
			return newer
		case bytes.Equal(next.data, got.data): // nothing new: it is this process's turn to fetch
			return newer
		}
		got = next
		if snap := got.snap.newerThan(base); snap != nil {
			newer = snap
		}
	}
	return newer
}

// load calls from, which reads the cache, and decodes the result. timeout bounds the call.
func (s *Source) load(
	ctx context.Context,
	now time.Time,
	timeout time.Duration,
	from func(ctx context.Context, id string) ([]byte, error),
) (cached, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	return call(ctx, func(ctx context.Context) (cached, error) {
		data, err := from(ctx, s.cfg.ID)
		if err != nil || len(data) == 0 {
			return cached{}, err
		}
		snap, err := s.decode(data, now)
		if err != nil {
			return cached{}, err
		}
		if snap.phase(now) == absent {
			snap = nil
		}
		return cached{data: data, snap: snap}, nil
	})
}

// storeCached stores snap. It runs before the waiting callers continue, so that after a restart the cache has the
// keys of every answer that was given.
func (s *Source) storeCached(ctx context.Context, f *refresh, snap *snapshot) {
	if !s.caches() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, s.cfg.Policy.FetchTimeout/5)
	defer cancel()
	_, err := call(ctx, func(ctx context.Context) (struct{}, error) {
		data, err := s.encode(snap)
		if err != nil {
			return struct{}{}, err
		}
		return struct{}{}, s.cfg.Cache.Store(ctx, s.cfg.ID, data)
	})
	if err != nil {
		s.cacheFailed(f, "store", err)
	}
}

func (s *Source) cacheFailed(f *refresh, op string, err error) {
	failure := &CacheError{Op: op, Err: scrub(err, s.origin)}
	s.cacheErr.Store(failure)
	f.events = append(f.events, event.KeyCacheFailed{
		Provider: s.cfg.Provider,
		Issuer:   s.cfg.Issuers,
		URL:      s.shownURL,
		Op:       op,
		Err:      failure,
		Took:     time.Since(f.started),
	})
}
