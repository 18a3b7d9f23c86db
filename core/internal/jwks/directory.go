package jwks

import (
	"context"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/revstackhq/auth-go/core/event"
	"github.com/revstackhq/auth-go/core/internal/uuid"
	"github.com/revstackhq/auth-go/core/keys"
)

// KidPlaceholder is replaced by the kid in a [Directory]'s URL.
const KidPlaceholder = "{kid}"

const (
	// maxKnownKeys is how many keys a directory keeps. The least recently used one is dropped.
	maxKnownKeys = 32
	// freeKeys is how many keys a directory fetches without a cool-down in between, for a cold start.
	freeKeys = 4
)

// Directory holds the keys of an issuer that publishes each key at its own URL, as PEM. It has a [Source] for each
// key that was found. Unknown kids cause fetches under the same rule as in a set: one fetch at a time, and none
// during the cool-down after a fetch that found nothing. A Directory does not need to be closed.
type Directory struct {
	cfg           Config
	fetch         *fetcher
	before, after string // the URL around the kid
	shownURL      string

	// known are the keys found so far; the map is replaced and never modified.
	known atomic.Pointer[map[string]*knownKey]

	unknownKids, throttled atomic.Uint64

	mu            sync.Mutex // guards what follows; never held across I/O
	keyFetch      *keyFetch
	fetchCount    uint64
	waiting       int
	failures      int  // in a row
	lastTimedOut  bool // the last failure was a timeout
	nextTry       time.Time
	cooldownUntil time.Time
	refused       *refusedKids
	lastErr       error
	past          keys.Health // counts of sources that were dropped
}

// knownKey is a key that was found.
type knownKey struct {
	source *Source
	used   atomic.Int64 // Unix seconds
}

// NewDirectory returns a Directory and does no I/O. cfg.URL holds [KidPlaceholder] once, in its path. Discovery and
// KeyUses do not apply.
func NewDirectory(cfg Config) *Directory {
	cfg.KeyUses, cfg.Discovery, cfg.ID = nil, false, ""
	cfg = cfg.withDefaults()
	cfg.ID = "" // each key's source has its URL as its ID
	if cfg.Clients == nil {
		cfg.Clients = NewClients(cfg.Client)
	}
	d := &Directory{cfg: cfg, fetch: newFetcher(&cfg)}
	d.before, d.after, _ = strings.Cut(cfg.URL, KidPlaceholder)
	d.shownURL = redactURL(d.before) + KidPlaceholder + d.after
	d.refused = newRefusedKids(d.cfg.Policy.Cooldown, d.cfg.Policy.MaxRefusedKids)
	d.known.Store(&map[string]*knownKey{})
	return d
}

// source returns the source of one key. kid must have passed uuid.Valid, so that a token cannot inject a path into the
// URL.
func (d *Directory) source(kid string) *Source {
	cfg := d.cfg
	cfg.URL, cfg.pemKid = d.before+kid+d.after, kid
	s := New(cfg)
	s.fetch = d.fetch // one for all keys
	return s
}

// Lookup returns the key with the given kid. A token without a kid, or with a kid that is not a UUID, is rejected
// without a fetch. Otherwise it behaves as [Source.Lookup] does.
func (d *Directory) Lookup(ctx context.Context, kid string, hasKid bool, alg string) ([]*Key, error) {
	if !hasKid || !uuid.Valid(kid) {
		return nil, d.unknown(ctx, kid, alg, UnknownKeyError{Malformed: hasKid})
	}
	if r := (*d.known.Load())[kid]; r != nil {
		return d.lookupKnown(ctx, r, kid, alg)
	}
	return d.find(ctx, kid, alg)
}

// lookupKnown looks kid up with its own source.
func (d *Directory) lookupKnown(ctx context.Context, r *knownKey, kid, alg string) ([]*Key, error) {
	// Store at most once a second, to avoid contention between readers.
	if now := d.cfg.Clock.Now().Unix(); r.used.Load() != now {
		r.used.Store(now)
	}
	found, err := r.source.Lookup(ctx, kid, true, alg)
	if err == nil {
		return found, nil
	}
	if snap := r.source.snap.Load(); snap != nil && len(snap.set.keys) == 0 {
		d.remove(kid, r)
	}
	return nil, err
}

// remove drops a key that the issuer no longer publishes.
func (d *Directory) remove(kid string, r *knownKey) {
	d.mu.Lock()
	defer d.mu.Unlock()
	now := *d.known.Load()
	if now[kid] != r {
		return // another request has removed or replaced it
	}
	d.refused.refuse(kid, "", d.fetchCount, d.cfg.Clock.Now())
	next := maps.Clone(now)
	delete(next, kid)
	d.known.Store(&next)
	addCounts(&d.past, r.source.Health())
}

// add keeps source for the key with this kid. The caller holds mu.
func (d *Directory) add(kid string, source *Source, now time.Time) {
	next := maps.Clone(*d.known.Load())
	r := &knownKey{source: source}
	r.used.Store(now.Unix())
	next[kid] = r
	for len(next) > maxKnownKeys {
		oldest := slices.MinFunc(slices.Collect(maps.Keys(next)), func(a, b string) int {
			return int(next[a].used.Load() - next[b].used.Load())
		})
		addCounts(&d.past, next[oldest].source.Health())
		delete(next, oldest)
	}
	d.known.Store(&next)
	if len(next) > freeKeys { // a client that knows many of the issuer's key ids must not cause a burst of fetches
		d.cooldownUntil = now.Add(d.cfg.Policy.Cooldown)
	}
}

// unknown completes e, the error for a kid that has no source, counts and reports it, and returns it.
func (d *Directory) unknown(ctx context.Context, kid, alg string, e UnknownKeyError) (err error) {
	e.KeyID, e.Alg = printable(kid, shownBytes), printable(alg, shownBytes)
	d.unknownKids.Add(1)
	if e.Throttled {
		d.throttled.Add(1)
	}
	err = &e
	if d.cfg.Emit != nil {
		defer func() { _ = recover() }() // a panic in the observer must not fail the request
		d.cfg.Emit(ctx, event.UnknownKey{
			Provider:  d.cfg.Provider,
			Issuer:    d.cfg.Issuers,
			URL:       d.shownURL,
			KeyID:     e.KeyID,
			Throttled: e.Throttled,
		})
	}
	return err
}

// Relearn returns nothing: a token without a kid names no key here.
func (d *Directory) Relearn(context.Context, string, []*Key) ([]*Key, error) { return nil, nil }

// Ready returns nil: the issuer does not list its keys, so nothing can be fetched before a token names a key.
func (d *Directory) Ready(context.Context) error { return nil }
