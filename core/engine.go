package core

import (
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"weak"

	"github.com/revstackhq/auth-go/core/event"
	"github.com/revstackhq/auth-go/core/internal/jwks"
	"github.com/revstackhq/auth-go/core/internal/jws"
	"github.com/revstackhq/auth-go/core/keys"
)

// engine is a contract at work: its keys and its cache of tokens. All verifiers of one
// contract with the same options share one.
type engine struct {
	*contract
	keys *jwks.Source         // nil if the contract has only a secret
	hmac map[string]*jws.HMAC // by algorithm
	// standardRSA verifies RSA with crypto/rsa, see WithStandardRSA.
	standardRSA bool
	cache       *tokenCache
	clock       keys.Clock

	mu        sync.Mutex
	observers []weak.Pointer[observer] // weak: a verifier that is gone must not pile up here
}

// observer is a verifier's side of the engine's events.
type observer struct {
	tell   []func(event.Event)
	logger *slog.Logger
}

func (o *observer) emit(e event.Event) {
	for _, tell := range o.tell {
		o.call(tell, e)
	}
}

// call keeps an observer's panic from a request, and from a fetch, where it
// would end the program.
func (o *observer) call(tell func(event.Event), e event.Event) {
	defer func() {
		if p := recover(); p != nil {
			o.logger.Error("auth: an observer panicked", slog.String("panic", fmt.Sprint(p)))
		}
	}()
	tell(e)
}

// sharedEngines are a contract's engines, few: one for each set of options.
type sharedEngines struct {
	mu   sync.Mutex
	list []sharedEngine
	once sync.Once
}

type sharedEngine struct {
	options engineOptions
	engine  *engine
}

// maxSharedEngines bounds what options that differ each time can pile up.
const maxSharedEngines = 8

func (c *contract) engineFor(o engineOptions, logger *slog.Logger) *engine {
	s := &c.shared
	s.once.Do(func() {
		for _, w := range c.warnings {
			logger.Warn("auth: contract "+c.rules.Provider+": "+w, slog.String("issuer", c.expectedIssuers()))
		}
	})
	if !o.shareable() {
		return newEngine(c, o)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, known := range s.list {
		if known.options == o {
			return known.engine
		}
	}
	e := newEngine(c, o)
	if len(s.list) == maxSharedEngines {
		s.list = slices.Delete(s.list, 0, 1)
	}
	s.list = append(s.list, sharedEngine{o, e})
	return e
}

func newEngine(c *contract, o engineOptions) *engine {
	e := &engine{
		contract:    c,
		hmac:        map[string]*jws.HMAC{},
		standardRSA: o.standardRSA,
		cache:       newTokenCache(o.tokens),
		clock:       o.clock,
	}
	for name, a := range c.algorithms {
		if a.Symmetric {
			e.hmac[name] = jws.NewHMAC(a, c.secret)
		}
	}
	switch {
	case c.static != nil:
		e.keys = jwks.NewStatic(c.static)
	case c.remote():
		cfg := jwks.Config{
			URL:            c.rules.JWKSURL,
			Discovery:      c.rules.Discovery,
			Algorithms:     c.rules.Algorithms,
			KeyUses:        c.rules.KeyUses,
			InsecureHTTP:   c.rules.InsecureHTTP,
			Tenant:         o.tenant,
			PrivateNetwork: c.rules.InsecurePrivateNetwork,
			Policy:         o.policy,
			Client:         o.client,
			Clock:          o.clock,
			Cache:          o.cache,
			Emit:           e.emit,
		}
		if len(c.issuers) > 0 {
			cfg.Issuer = c.issuers[0]
		}
		e.keys = jwks.New(cfg)
	}
	return e
}

// subscribe tells o, if it is not nil, of the keys' events for as long as o is
// in use.
func (e *engine) subscribe(o *observer) {
	if o == nil {
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.observers = slices.DeleteFunc(e.observers, func(p weak.Pointer[observer]) bool { return p.Value() == nil })
	if p := weak.Make(o); !slices.Contains(e.observers, p) {
		e.observers = append(e.observers, p)
	}
}

func (e *engine) emit(k jwks.Event) {
	e.mu.Lock()
	all := slices.Clone(e.observers)
	e.mu.Unlock()
	if len(all) == 0 {
		return // a flood of unknown keys should not pay for listeners that are not there
	}
	translated := publicEvent(k)
	if translated == nil {
		return
	}
	for _, p := range all {
		if o := p.Value(); o != nil {
			o.emit(translated)
		}
	}
}

func publicEvent(k jwks.Event) event.Event {
	switch k := k.(type) {
	case jwks.Refreshed:
		return event.KeysRefreshed{
			URL: k.URL, Keys: k.Keys, Skipped: k.Skipped,
			NotModified: k.NotModified, FromCache: k.FromCache, FreshUntil: k.FreshUntil,
		}
	case jwks.RefreshFailed:
		return event.KeysRefreshFailed{URL: k.URL, Err: k.Err, NextTry: k.NextTry}
	case jwks.CacheFailed:
		return event.KeyCacheFailed{URL: k.URL, Op: k.Op, Err: k.Err}
	case jwks.Stale:
		return event.KeysStale{URL: k.URL, Since: k.Since, Until: k.Until, Err: k.Err}
	case jwks.Unavailable:
		return event.KeysUnavailable{URL: k.URL, Err: k.Err, NextTry: k.NextTry}
	case jwks.UnknownKid:
		return event.UnknownKey{URL: k.URL, Throttled: k.Throttled}
	default:
		return nil
	}
}
