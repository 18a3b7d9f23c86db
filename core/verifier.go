package core

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/revstackhq/auth-go/core/event"
	"github.com/revstackhq/auth-go/core/internal/jose"
	"github.com/revstackhq/auth-go/core/internal/jwks"
	"github.com/revstackhq/auth-go/core/internal/jws"
	"github.com/revstackhq/auth-go/core/keys"
)

// Verifier answers whether a token is what a contract accepts. It is safe for
// concurrent use, owns no goroutine and has nothing to close.
type Verifier struct {
	engines   []*engine // in the order given
	fixed     map[*engine]bool
	only      *engine // the one engine, if there is one contract and no resolver
	byIssuer  map[string]*engine
	templates []*engine
	anyIssuer *engine
	tenants   *tenants
	algs      map[string]bool // of all contracts; nil with a resolver
	maxBytes  int
	cache     *tokenCache
	clock     keys.Clock
	observer  *observer // nil if nobody listens
	logger    *slog.Logger
}

// Source is what a guard verifies with: a [*Contract] or, so that several
// guards share one with options of its own, a [*Verifier].
type Source interface {
	verifierWith(opts []VerifierOption) (*Verifier, error)
}

var (
	_ Source = (*Contract)(nil)
	_ Source = (*Verifier)(nil)
)

func (k *Contract) verifierWith(opts []VerifierOption) (*Verifier, error) {
	return NewVerifier(k, opts...)
}

func (v *Verifier) verifierWith(opts []VerifierOption) (*Verifier, error) {
	if !v.valid() {
		return nil, &ConfigError{Field: "verifier", Reason: "is nil or zero: make it with NewVerifier"}
	}
	var f faults
	for _, o := range opts {
		name := "option"
		if named, ok := o.(verifierOption); ok {
			name = named.name
		}
		f.add(name, "", "belongs to the verifier: give it to NewVerifier, not to the guard of a finished one")
	}
	return v, f.join()
}

// NewVerifier returns a verifier for the contract. It does no I/O: keys are
// fetched when the first token needs them. Every mistake in contract and
// options is returned at once, as [*ConfigError].
func NewVerifier(contract *Contract, opts ...VerifierOption) (*Verifier, error) {
	o := newVerifierOptions(opts)
	v := &Verifier{
		fixed: map[*engine]bool{}, byIssuer: map[string]*engine{},
		algs: map[string]bool{}, clock: o.engine.clock, logger: o.logger,
	}
	if len(o.observers) > 0 {
		v.observer = &observer{tell: o.observers, logger: o.logger}
	}
	for _, c := range append([]*Contract{contract}, o.contracts...) {
		v.add(c, o)
	}
	if len(v.engines) > 1 || o.resolver != nil {
		for _, e := range v.engines {
			if e.rules.InsecureEmulator {
				o.faults.add("InsecureEmulator", "true", "an emulator's contract stands alone: unsigned tokens have no place beside others")
			}
		}
	}
	if len(o.faults) > 0 {
		return nil, o.faults.join()
	}
	if o.resolver != nil {
		v.tenants = newTenants(o, v.observer)
		v.maxBytes = max(v.maxBytes, defaultMaxTokenBytes)
		v.algs = nil
	}
	if len(v.engines) == 1 && v.tenants == nil {
		v.only, v.cache = v.engines[0], v.engines[0].cache
	} else {
		v.cache = newTokenCache(o.engine.tokens)
	}
	return v, nil
}

func (v *Verifier) add(k *Contract, o *verifierOptions) {
	if !k.valid() {
		o.faults.add("contract", "", "is nil or zero: make it with NewContract or a provider's")
		return
	}
	if len(o.faults) > 0 {
		return // options that are wrong make no engine
	}
	e := k.c.engineFor(o.engine, o.logger)
	if v.fixed[e] {
		return // the same contract twice
	}
	e.subscribe(v.observer)
	v.engines, v.fixed[e] = append(v.engines, e), true
	v.maxBytes = max(v.maxBytes, e.rules.MaxTokenBytes)
	for alg := range e.algorithms {
		v.algs[alg] = true
	}
	for _, issuer := range e.issuers {
		if v.byIssuer[issuer] != nil && v.byIssuer[issuer] != e {
			o.faults.add("WithContracts", quoted(issuer), "two contracts name this issuer: the issuer must decide which one applies")
		}
		v.byIssuer[issuer] = e
	}
	if e.template != nil {
		if slices.ContainsFunc(v.templates, func(other *engine) bool { return *other.template == *e.template }) {
			o.faults.add("WithContracts", quoted(e.rules.IssuerTemplate), "two contracts have this issuer template: the issuer must decide which one applies")
		}
		v.templates = append(v.templates, e)
	}
	if e.rules.InsecureAnyIssuer {
		if v.anyIssuer != nil && v.anyIssuer != e {
			o.faults.add("WithContracts", "", "two contracts accept any issuer")
		}
		v.anyIssuer = e
	}
}

// Verify checks a compact JWT (RFC 7519) and returns its session. Every error
// is an [*Error]; the code of a token with several faults is the first in the
// order of the [Code] constants. ctx bounds the wait for keys, not their fetch,
// which others may wait for.
func (v *Verifier) Verify(ctx context.Context, token string) (*Session, error) {
	s, err := v.verify(ctx, token)
	if err != nil {
		v.rejected(err)
		return nil, err
	}
	return s, nil
}

// Authenticate verifies a whole Authorization header value, "Bearer <token>"
// (RFC 6750 §2.1), for programs that have no guard.
func (v *Verifier) Authenticate(ctx context.Context, authorization string) (*Session, error) {
	token, err := bearerToken(authorization)
	if err == nil && token == "" {
		err = refuse(CodeTokenMissing, authorizationFound([]string{authorization}))
	}
	if err != nil {
		v.rejected(err)
		return nil, err
	}
	return v.Verify(ctx, token)
}

func (v *Verifier) valid() bool { return v != nil && v.clock != nil }

func (v *Verifier) verify(ctx context.Context, raw string) (*Session, *Error) {
	if !v.valid() {
		return nil, refuse(CodeUnknownError, "the verifier is nil or zero: make it with NewVerifier")
	}
	if len(raw) > v.maxBytes {
		return nil, refuse(CodeTokenTooLarge, "the token has "+itoa(len(raw))+" bytes, at most "+itoa(v.maxBytes)+" are read")
	}
	if s, key := v.cache.get(raw); s != nil {
		if err, stands := v.recheck(ctx, s, v.clock.Now()); stands {
			if err != nil {
				return nil, err
			}
			v.verified(s, true)
			return s, nil
		}
		v.cache.drop(key)
	}
	return v.verifyFirst(ctx, raw)
}

// recheck asks of a remembered session what may have changed: the time, and
// whether its key is still in the set. It does not stand if the whole check has
// to be done again.
func (v *Verifier) recheck(ctx context.Context, s *Session, now time.Time) (err *Error, stands bool) {
	if s.engine.kindTimed {
		return nil, false
	}
	if v.tenants != nil && !v.chooses(s, now) {
		return nil, false // the tenant has come, has left, or has another contract now
	}
	if s.key != nil {
		keys, keyErr := s.engine.lookup(ctx, s.header)
		if keyErr != nil || !slices.Contains(keys, s.key) {
			return nil, false //nolint:nilerr // the whole check tells the error
		}
	}
	if err := s.times.check(&s.engine.rules, s.engine.leeway(), now); err != nil {
		return err, true
	}
	if s.engine.timed {
		return s.engine.checkRules(s.header, s.claims, now), true
	}
	return nil, true
}

func (v *Verifier) verifyFirst(ctx context.Context, raw string) (*Session, *Error) {
	var t jose.Token
	if err := parse(&t, raw, v.cache.headers); err != nil {
		if v.only != nil && v.only.rules.InsecureEmulator {
			return v.verifyUnsigned(raw, v.clock.Now())
		}
		return nil, err
	}
	now := v.clock.Now()
	reg, refused := readRegistered(t.Claims)
	if refused != nil {
		return nil, refused
	}
	if v.algs != nil && !v.algs[t.Header.Alg] || jws.Find(t.Header.Alg) == nil {
		return nil, refuse(CodeAlgorithmNotAllowed, "alg "+quoted(t.Header.Alg)+" is not one that a contract accepts: "+v.algorithms())
	}
	e, refused := v.engineFor(ctx, &reg, t.Claims, now)
	if refused != nil {
		return nil, refused
	}
	s, refused := e.verify(ctx, &t, &reg, now)
	if refused != nil {
		return nil, refused
	}
	s.token = jws.DigestOf(raw)
	v.cache.put(&t, s)
	v.verified(s, false)
	return s, nil
}

// verify is everything after the issuer has chosen the contract.
func (e *engine) verify(ctx context.Context, t *jose.Token, reg *registered, now time.Time) (*Session, *Error) {
	if len(t.Raw) > e.rules.MaxTokenBytes {
		return nil, refuse(CodeTokenTooLarge, "the token has "+itoa(len(t.Raw))+" bytes, at most "+itoa(e.rules.MaxTokenBytes)+" are read")
	}
	if refused := e.checkSubject(reg); refused != nil {
		return nil, refused
	}
	m, refused := e.checkAlgorithm(t.Header)
	if refused != nil {
		return nil, refused
	}
	key, refused := e.checkSignature(ctx, t, m)
	if refused != nil {
		return nil, refused
	}
	return e.accept(t, reg, key, now)
}

// accept is what follows the signature.
func (e *engine) accept(t *jose.Token, reg *registered, key *jwks.Key, now time.Time) (*Session, *Error) {
	if refused := reg.times.check(&e.rules, e.leeway(), now); refused != nil {
		return nil, refused
	}
	if refused := e.checkClaims(t, reg, now); refused != nil {
		return nil, refused
	}
	return e.newSession(t, reg, key, now)
}

func parse(t *jose.Token, raw string, headers *jose.HeaderCache) *Error {
	err := jose.Parse(t, raw, headers, jose.Limits{})
	if err == nil {
		return nil
	}
	return &Error{Code: CodeInvalidFormat, Err: err}
}

// engineFor chooses the contract by the exact issuer, before any key is
// touched: a foreign token never causes a fetch.
func (v *Verifier) engineFor(ctx context.Context, reg *registered, claims jose.Object, now time.Time) (*engine, *Error) {
	if v.only != nil {
		return v.only, v.only.checkIssuer(reg, claims)
	}
	if e := v.named(reg.issuer, claims); e != nil {
		return e, nil
	}
	if v.tenants != nil {
		if e, err := v.tenants.find(ctx, reg.issuer, claims, now); e != nil || err != nil {
			return e, err
		}
	}
	if v.anyIssuer != nil {
		return v.anyIssuer, nil
	}
	detail := "iss is " + quoted(reg.issuer) + ", expected the issuer of one of the contracts"
	for _, e := range v.engines {
		detail += e.issuerHint(reg) //nolint:modernize,perfsprint // few contracts have a hint
	}
	return nil, refuseClaim(CodeIssuerMismatch, "iss", detail)
}

// named returns the engine whose contract names the issuer, nil if none does.
func (v *Verifier) named(issuer string, claims jose.Object) *engine {
	if issuer == "" {
		return nil
	}
	if e := v.byIssuer[issuer]; e != nil {
		return e
	}
	for _, e := range v.templates {
		if e.template.matches(issuer, claims) {
			return e
		}
	}
	return nil
}

// chooses reports whether engineFor would choose the engine of a session that it
// chose once. It does not ask the resolver: false if only the resolver knows.
func (v *Verifier) chooses(s *Session, now time.Time) bool {
	if v.tenants == nil {
		return v.fixed[s.engine] // nothing that chooses can change
	}
	if e := v.named(s.issuer, s.claims); e != nil {
		return e == s.engine
	}
	e, known := v.tenants.current(s.issuer, now)
	if e == nil {
		e = v.anyIssuer
	}
	return known && e == s.engine
}

// algorithms are what a refusal says was expected.
func (v *Verifier) algorithms() string {
	if v.algs == nil {
		return "those of the issuer's"
	}
	return strings.Join(slices.Sorted(maps.Keys(v.algs)), ", ")
}

// Ready fetches the keys of every contract that has none yet and returns nil
// once all are at hand: for warming up, and for readiness probes. Tenants of a
// resolver are not part of it. Each error is an [*Error].
func (v *Verifier) Ready(ctx context.Context) error {
	var errs []error
	for _, e := range v.engines {
		if e.keys == nil {
			continue
		}
		if err := e.keys.Ready(ctx); err != nil {
			errs = append(errs, keyError(ctx, err))
		}
	}
	return errors.Join(errs...)
}

func (v *Verifier) verified(s *Session, remembered bool) {
	if v.observer != nil {
		v.observer.emit(event.TokenVerified{Provider: s.Provider(), Remembered: remembered})
	}
}

func (v *Verifier) rejected(err *Error) {
	if v != nil && v.observer != nil && err.Code != CodeRequestCanceled {
		v.observer.emit(event.TokenRejected{Code: string(err.Code), Err: err})
	}
}
