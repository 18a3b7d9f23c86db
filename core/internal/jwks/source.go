package jwks

import (
	"context"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/revstackhq/auth-go/core/event"
	"github.com/revstackhq/auth-go/core/internal/delivery"
	"github.com/revstackhq/auth-go/core/keys"
)

// Config says where a key set is and how it is kept. It is read once, by [New]; its lists must not be changed later.
type Config struct {
	// ID names the set in Cache. Default: URL, or Issuer with Discovery.
	ID string
	// URL is the JWKS URL: https, or http on loopback. Unused with Discovery.
	URL string
	// Issuer is, with Discovery, the issuer whose metadata names the JWKS URL, spelled exactly as in its tokens.
	Issuer string
	// Discovery finds the JWKS URL in the issuer's metadata (OpenID Connect Discovery 1.0).
	Discovery bool
	// DiscoveryURL overrides where the metadata is. Default: Issuer + "/.well-known/openid-configuration".
	DiscoveryURL string
	// Algorithms are those that the contract accepts; keys that do not fit any of them are skipped. Default: all.
	Algorithms []string
	// KeyUses are the accepted values of a key's "use", "" for its absence. Default: "sig" and absence.
	KeyUses []string
	// InsecureHTTP allows http URLs on other machines than this one.
	InsecureHTTP bool
	// Tenant says that a tenant, and not the program, chose the URLs: they are fetched from public addresses only,
	// checked when they are dialed, so that a tenant cannot reach the program's internal network. The same applies to a
	// jwks_uri on a host that the configuration does not name.
	Tenant bool
	// PrivateNetwork allows private addresses in both cases.
	PrivateNetwork bool
	// Policy has the timeouts and limits. It should have passed [keys.Policy.Validate].
	Policy keys.Policy
	// Client fetches. It is copied, and its CheckRedirect and Jar are replaced. The addresses that its transport dials
	// are not checked, only hosts that are written as addresses. Default: a client that keeps no connections.
	Client *http.Client
	// Clients, if not nil, take the place of Client and are shared with other sources.
	Clients *Clients
	// Clock is the time source. Default: the system's.
	Clock keys.Clock
	// Cache shares or persists fetched sets. Default: none.
	Cache keys.Cache
	// Provider and Issuers label events and Health: the contract's slug and its issuers.
	Provider, Issuers string
	// Source supplies the keys, instead of URL or Discovery. Its sets are not cached. Default: none.
	Source keys.Source
	// Emit is called for each event, without locks held: for an unknown key on the request's own goroutine, otherwise
	// on the goroutine of the fetch after its waiting callers have continued, one event at a time. The context has the
	// values of the request that caused the event. Default: none.
	Emit func(context.Context, event.Event)

	// pemKid is the kid of the only key, for a source of a [Directory]: URL is the address of that key. It is empty for
	// other sources.
	pemKid string
}

// Source keeps one key set. Create it with [New] or [NewStatic]. It does not need to be closed.
type Source struct {
	cfg      Config // with defaults
	fetch    *fetcher
	origin   string // what was configured: JWKS URL or discovery document
	shownURL string // origin, redacted
	static   bool

	// snap is all that a request with a known key reads.
	snap      atomic.Pointer[snapshot]
	discovery atomic.Pointer[discovered]

	mu            sync.Mutex // guards what follows; never held across I/O or supplied code other than Clock
	refresh       *refresh
	refreshes     uint64
	failures      int       // in a row
	lastTimedOut  bool      // the last failure was a timeout
	nextTry       time.Time // end of the back-off
	cooldownUntil time.Time // end of the unknown-kid cool-down
	refused       *refusedKids
	lastErr       error
	waiting       int // callers that wait for a key that the current set lacks

	reloading  bool      // a reload is planned or has not begun
	reloadedAt time.Time // when the last one began, real time

	events delivery.Queue[queued]

	cacheErr                            atomic.Pointer[CacheError]
	fetches, failed                     atomic.Uint64
	notModified, cacheLoads             atomic.Uint64
	clockSkew                           atomic.Int64 // nanoseconds, as of the last fetch
	unknownKids, throttled              atomic.Uint64
	discoveryFetches, discoveryFailures atomic.Uint64
}

// New returns a Source and does no I/O: the first Lookup or Ready fetches.
func New(cfg Config) *Source {
	if cfg.Source != nil {
		cfg.URL, cfg.Discovery = "", false
	}
	cfg = cfg.withDefaults()
	s := &Source{cfg: cfg, origin: cfg.URL, fetch: newFetcher(&cfg)}
	if cfg.Discovery {
		s.origin = cfg.discoveryURL()
	}
	s.shownURL = redactURL(s.origin)
	s.refused = newRefusedKids(cfg.Policy.Cooldown, cfg.Policy.MaxRefusedKids)
	s.watch()
	return s
}

// withDefaults fills in what every kind of source needs.
func (c Config) withDefaults() Config {
	c.Policy = c.Policy.WithDefaults()
	if c.Clock == nil {
		c.Clock = keys.SystemClock{}
	}
	switch {
	case c.ID != "":
	case c.Discovery:
		c.ID = c.Issuer
	default:
		c.ID = c.URL
	}
	return c
}

// limits bounds the sets that are read.
func (s *Source) limits() Limits {
	return Limits{
		MaxKeys:    s.cfg.Policy.MaxKeys,
		Algorithms: s.cfg.Algorithms,
		Uses:       s.cfg.KeyUses,
		AKP:        s.cfg.Policy.AKP,
	}
}

// NewStatic returns a Source with a fixed set of keys. It never fetches.
func NewStatic(set *Set) *Source {
	if set == nil {
		set = emptySet(Limits{})
	}
	s := &Source{cfg: Config{Clock: keys.SystemClock{}}, static: true}
	s.snap.Store(&snapshot{set: set})
	return s
}

// Lookup returns the keys that may verify a token: one for a token with a kid, up to four for one without. With fresh
// keys and a known kid it takes no lock, allocates nothing and never waits. Otherwise it may wait for the shared
// fetch until the fetch ends or ctx is done. The error is an *[UnknownKeyError] if the issuer has no such key, or an
// *[UnavailableError] if the keys cannot be fetched. If ctx ended the wait, the UnavailableError unwraps to ctx's
// error. The slice must not be modified.
func (s *Source) Lookup(ctx context.Context, kid string, hasKid bool, alg string) ([]*Key, error) {
	snap := s.snap.Load()
	if snap != nil && (s.static || !reached(s.cfg.Clock.Now(), snap.refreshAt)) {
		if keys := snap.set.Lookup(kid, hasKid, alg); len(keys) > 0 {
			return keys, nil
		}
	}
	keys, missing, err := s.find(ctx, query{kid: kid, hasKid: hasKid, alg: alg})
	if missing != nil {
		s.unknownKids.Add(1)
		if missing.Throttled {
			s.throttled.Add(1)
		}
		s.emit(ctx, event.UnknownKey{
			Provider:  s.cfg.Provider,
			Issuer:    s.cfg.Issuers,
			URL:       s.shownURL,
			KeyID:     missing.KeyID,
			Throttled: missing.Throttled,
		})
		return nil, missing
	}
	return keys, err
}

// Relearn is for a token without a kid that none of the keys from Lookup verifies: the issuer may have rotated its
// keys. It may fetch once, under the same cool-down as for unknown kids, and returns the keys for alg that are not in
// tried. It returns no keys and no error if the issuer has no new key or was asked a moment ago. The error is an
// *[UnavailableError].
func (s *Source) Relearn(ctx context.Context, alg string, tried []*Key) ([]*Key, error) {
	keys, _, err := s.find(ctx, query{alg: alg, tried: tried})
	return keys, err
}

// Ready returns nil if there are keys, and fetches them if there are none. The error is an *[UnavailableError].
func (s *Source) Ready(ctx context.Context) error {
	_, _, err := s.find(ctx, query{any: true})
	return err
}
