package core

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"reflect"
	"slices"

	"github.com/revstackhq/auth-go/core/event"
	"github.com/revstackhq/auth-go/core/internal/faults"
	"github.com/revstackhq/auth-go/core/internal/jwks"
	"github.com/revstackhq/auth-go/core/keys"
)

// Option changes how a [Verifier] works. A [*Contract], a [Resolver] and a
// [TokenCache] are options too: a verifier accepts the tokens of all contracts
// that it is given, asks the resolver about other issuers, and keeps verified
// tokens within the bounds of the cache. Options for guarding requests are in
// package guard.
type Option interface{ applyToVerifier(o *verifierOptions) }

type verifierOption struct{ apply func(*verifierOptions) }

func (o verifierOption) applyToVerifier(v *verifierOptions) { o.apply(v) }

// verifierOptions are the settings of a verifier.
type verifierOptions struct {
	engine    *engineSettings
	contracts []*Contract
	resolver  *Resolver
	issuers   []issuerPattern
	observers []func(context.Context, event.Event)
	logger    *slog.Logger
	errs      configErrors
}

// engineOptions are the options that two verifiers of one contract must have in
// common to share its keys. They are compared with ==.
type engineOptions struct {
	client *http.Client
	clock  keys.Clock
	cache  keys.Cache
	policy keys.Policy
	source keys.Source
	tokens TokenCache

	standardCrypto bool
	// tenant marks a contract that came from a resolver: a tenant may have chosen
	// the URL of its keys.
	tenant bool
}

// engineSettings are the settings that all engines of a verifier have in common. They are not modified once the first
// engine is made.
type engineSettings struct {
	engineOptions
	clients *jwks.Clients
}

// WithHTTPClient fetches keys with client instead of the default client. Its
// transport and timeout are used, its redirect policy and cookies are not.
// Schemes, redirects and hosts that are IP addresses are still checked. The
// addresses that its transport dials are not checked, so it can reach a private
// network, and must refuse that itself if tenants choose URLs.
func WithHTTPClient(client *http.Client) Option {
	return verifierOption{func(v *verifierOptions) {
		if client == nil {
			v.errs.Missing("WithHTTPClient", "is nil: leave the option out to use the default client")
		}
		v.engine.client = client
	}}
}

// WithKeyCache shares fetched key sets through cache. With a secret of at least
// 32 bytes, the same in every process that shares the cache, each stored set is
// authenticated (HMAC-SHA256). A set that was stored without the secret is
// reported to observers and not used, and the keys are fetched. Set a secret if
// anyone else can write to the cache.
func WithKeyCache(cache keys.Cache, secret ...Secret) Option {
	return verifierOption{func(v *verifierOptions) {
		if faults.IsNil(cache) {
			v.errs.Missing("WithKeyCache", "is nil: leave the option out to have no cache")
		}
		v.engine.cache = cache
		switch {
		case len(secret) > 1:
			v.errs.Invalid("WithKeyCache", "", "has %d secrets: give one", len(secret))
		case len(secret) == 1 && len(secret[0].Reveal()) < jwks.MinCacheSecret:
			v.errs.Invalid("WithKeyCache", "", "the secret has %d bytes, it needs at least %d: make it with a random generator",
				len(secret[0].Reveal()), jwks.MinCacheSecret)
		case len(secret) == 1 && !faults.IsNil(cache):
			v.engine.cache = jwks.Authenticate(cache, []byte(secret[0].Reveal()))
		}
	}}
}

// WithKeySource takes the public keys from source, such as a KMS, a SPIFFE bundle or a database, instead of from the
// contract's JWKS URL; a contract that names no URL has [Rules].ExternalKeys. The figures of [WithKeyPolicy] apply,
// and [WithKeyCache] does not. A source serves one issuer, so the verifier must have exactly one contract and no
// resolver: one issuer's keys must not sign for another. For several issuers, make a verifier for each and combine
// them with [FirstOf].
func WithKeySource(source keys.Source) Option {
	return verifierOption{func(v *verifierOptions) {
		if faults.IsNil(source) {
			v.errs.Missing("WithKeySource", "is nil: leave the option out to use the contract's own keys")
		}
		v.engine.source = source
	}}
}

// WithKeyPolicy sets the limits and times for fetching and keeping keys.
func WithKeyPolicy(policy keys.Policy) Option {
	return verifierOption{func(v *verifierOptions) {
		for _, fault := range policy.Validate() {
			v.errs.Invalid("WithKeyPolicy."+fault.Field, faults.Shown(fmt.Sprint(fault.Value)), "%s", fault.Reason)
		}
		v.engine.policy = policy
	}}
}

// WithClock replaces the system clock, for tests.
func WithClock(clock keys.Clock) Option {
	return verifierOption{func(v *verifierOptions) {
		if faults.IsNil(clock) {
			v.errs.Missing("WithClock", "is nil: leave the option out to use the system's clock")
		}
		v.engine.clock = clock
	}}
}

// WithStandardCrypto checks every signature with the standard library. Without
// it, RSA keys are prepared once, and a key of ES256 or EdDSA that has verified
// some dozens of tokens gets a table of its multiples, at most 64 keys and 8 MiB
// in a program. Only the speed differs, not the verdicts. In FIPS 140-3 mode the
// standard library is always used.
func WithStandardCrypto() Option {
	return verifierOption{func(v *verifierOptions) { v.engine.standardCrypto = true }}
}

// WithObserver calls observe for every event, see package event. The context is
// the request's; for a key fetch, it has the values of the request that started
// the fetch. Observers are called on the goroutine of the request or of the
// fetch, concurrently, and must return quickly. The option may be given several
// times.
func WithObserver(observe func(context.Context, event.Event)) Option {
	return verifierOption{func(v *verifierOptions) {
		if observe == nil {
			v.errs.Missing("WithObserver", "is nil: leave the option out")
			return
		}
		v.observers = append(v.observers, observe)
	}}
}

// WithLogger replaces slog.Default(). A verifier logs a contract's warnings, key
// outages and their end (one line for each change), rejections (their number by
// code, at most one line in 10 seconds; each one with its detail at debug
// level), and observers that panic. slog.New(slog.DiscardHandler) silences it.
func WithLogger(logger *slog.Logger) Option {
	return verifierOption{func(v *verifierOptions) {
		if logger == nil {
			v.errs.Missing("WithLogger", "is nil: leave the option out to use slog.Default()")
		}
		v.logger = logger
	}}
}

func (k *Contract) applyToVerifier(v *verifierOptions) { v.contracts = append(v.contracts, k) }

func (t TokenCache) applyToVerifier(v *verifierOptions) {
	t.validate(&v.errs)
	v.engine.tokens = t
}

func (r Resolver) applyToVerifier(v *verifierOptions) {
	r.Issuers = slices.Clone(r.Issuers)
	v.issuers = r.compile(&v.errs)
	v.resolver = &r
}

func newVerifierOptions(opts []Option) *verifierOptions {
	v := &verifierOptions{engine: &engineSettings{engineOptions: engineOptions{clock: keys.SystemClock{}}}}
	for i, o := range opts {
		if _, isContract := o.(*Contract); !isContract && faults.IsNil(o) {
			v.errs.Missing("option "+itoa(i+1), "is nil: remove it")
			continue
		}
		o.applyToVerifier(v)
	}
	if v.logger == nil {
		v.logger = slog.Default()
	}
	v.engine.clients = jwks.NewClients(v.engine.client)
	return v
}

// shareable reports whether o can be compared with == without a panic.
func (o *engineOptions) shareable() bool {
	return !slices.ContainsFunc([]any{o.clock, o.cache, o.source}, func(v any) bool {
		return v != nil && !reflect.ValueOf(v).Comparable()
	})
}
