package core

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"weak"

	"github.com/revstackhq/auth-go/core/event"
	"github.com/revstackhq/auth-go/core/internal/jwks"
	"github.com/revstackhq/auth-go/core/internal/jws"
	"github.com/revstackhq/auth-go/core/keys"
)

// engine is a contract together with its keys and its cache of verified tokens.
// All verifiers of one contract with the same options share an engine.
type engine struct {
	*contract
	keys keySource            // nil if the contract has only a secret
	hmac map[string]*jws.HMAC // by algorithm
	// standardCrypto uses the standard library, see WithStandardCrypto.
	standardCrypto bool
	cache          *tokenCache
	clock          keys.Clock

	mu        sync.Mutex
	observers []weak.Pointer[observer] // weak, so that discarded verifiers can be collected
	keyLog    keyLog
	observed  atomic.Bool // a verifier was given WithObserver
}

// keySource finds an engine's keys: in one set, or at a URL of its own for each key.
type keySource interface {
	Lookup(ctx context.Context, kid string, hasKid bool, alg string) ([]*jwks.Key, error)
	Relearn(ctx context.Context, alg string, tried []*jwks.Key) ([]*jwks.Key, error)
	Ready(ctx context.Context) error
	Health() keys.Health
}

// sharedEngines holds a contract's engines, one for each set of options.
type sharedEngines struct {
	mu   sync.Mutex
	list []sharedEngine
	once sync.Once // logs the warnings
}

type sharedEngine struct {
	settings *engineSettings
	engine   *engine
}

// maxSharedEngines bounds the engines that a program keeps alive if it makes verifiers with new options again and
// again.
const maxSharedEngines = 8

// engineFor returns the contract's engine for these settings, and makes it if there is none.
func (c *contract) engineFor(o *engineSettings, logger *slog.Logger) *engine {
	c.logWarnings(logger)
	s := &c.shared
	if !o.shareable() {
		return newEngine(c, o)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, known := range s.list {
		if known.settings.engineOptions == o.engineOptions {
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

// logWarnings logs what the contract leaves unchecked, once.
func (c *contract) logWarnings(logger *slog.Logger) {
	c.shared.once.Do(func() {
		for _, w := range c.warnings {
			logger.Warn("auth: contract "+c.rules.Provider+": "+w, slog.String("issuer", c.expectedIssuers()))
		}
	})
}

func newEngine(c *contract, o *engineSettings) *engine {
	e := &engine{
		contract:       c,
		hmac:           map[string]*jws.HMAC{},
		standardCrypto: o.standardCrypto,
		cache:          newTokenCache(o.tokens),
		clock:          o.clock,
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
			Clients:        o.clients,
			Clock:          o.clock,
			Cache:          o.cache,
			Source:         o.source,
			Provider:       c.rules.Provider,
			Issuers:        c.expectedIssuers(),
			Emit:           e.emit,
		}
		if len(c.issuers) > 0 {
			cfg.Issuer = c.issuers[0]
		}
		if c.rules.KeyURLTemplate != "" && cfg.Source == nil { // a source replaces the contract's own URL
			cfg.URL = c.rules.KeyURLTemplate
			e.keys = jwks.NewDirectory(cfg)
			break
		}
		e.keys = jwks.New(cfg)
	}
	return e
}

// subscribe sends o the events about the engine's keys for as long as o is in use.
func (e *engine) subscribe(o *observer) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.observers = slices.DeleteFunc(e.observers, func(p weak.Pointer[observer]) bool { return p.Value() == nil })
	if p := weak.Make(o); !slices.Contains(e.observers, p) {
		e.observers = append(e.observers, p)
	}
	if len(o.calls) > 0 {
		e.observed.Store(true)
	}
}

// explainKey marks the context of [Verifier.Explain], for which an unknown key is
// not reported as an event.
type explainKey struct{}

// emit passes an event about the engine's keys on to the observers of all its
// verifiers, and to their logs if it changes the state of the keys. Verifiers with the same logger get one line.
func (e *engine) emit(ctx context.Context, ev event.Event) {
	if _, flood := ev.(event.UnknownKey); flood && (!e.observed.Load() || ctx.Value(explainKey{}) != nil) {
		return // the rejection is logged, and a flood of made-up key ids should not pay for observers that do not exist
	}
	e.mu.Lock()
	all := slices.Clone(e.observers)
	line := e.keyLog.line(ev)
	e.mu.Unlock()
	var loggers []*slog.Logger
	for _, p := range all {
		o := p.Value()
		if o == nil {
			continue
		}
		if line != nil && !slices.Contains(loggers, o.logger) {
			loggers = append(loggers, o.logger)
			line(ctx, o.logger)
		}
		o.emit(ctx, ev)
	}
}
