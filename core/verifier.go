package core

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/revstackhq/auth-go/core/event"
	"github.com/revstackhq/auth-go/core/internal/faults"
	"github.com/revstackhq/auth-go/core/internal/refusal"
	"github.com/revstackhq/auth-go/core/keys"
)

// Verifier checks tokens against contracts. It is safe for concurrent use, owns no
// goroutine and need not be closed.
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
	padded    bool          // a contract may accept padded segments
	confirms  confirmations // of any contract; required if all require it
	cache     *tokenCache
	clock     keys.Clock
	observer  *observer
	logger    *slog.Logger
}

// NewVerifier returns a verifier for one contract or several: NewVerifier(a),
// NewVerifier(a, b, WithClock(clock)) and, with a slice such as that of
// [ParseContracts], NewVerifier(contracts, WithClock(clock)). The exact issuer of
// a token chooses its contract before any key is fetched, and every contract
// applies with its own keys, algorithms, audience and rules.
//
// NewVerifier does no I/O: keys are fetched when the first token needs them.
// Every mistake in contracts and options is returned at once, as [*ConfigError].
func NewVerifier[C *Contract | []*Contract](contracts C, opts ...Option) (*Verifier, error) {
	o := newVerifierOptions(opts)
	switch first := any(contracts).(type) {
	case *Contract:
		return newVerifier(append([]*Contract{first}, o.contracts...), o)
	case []*Contract:
		return newVerifier(append(slices.Clip(first), o.contracts...), o)
	default:
		panic("unreachable: C has no other types")
	}
}

func newVerifier(contracts []*Contract, o *verifierOptions) (*Verifier, error) {
	if len(contracts) == 0 {
		o.errs.Missing("contracts", "is empty: give at least one contract")
	}
	v := &Verifier{
		fixed: map[*engine]bool{}, byIssuer: map[string]*engine{},
		algs: map[string]bool{}, clock: o.engine.clock, logger: o.logger,
	}
	v.observer = &observer{
		calls:  o.observers,
		logger: o.logger,
		log:    refusal.NewLog(o.logger, o.engine.clock),
	}
	for i, c := range contracts {
		field := "contract"
		if len(contracts) > 1 {
			field += " " + itoa(i+1)
		}
		v.add(c, field, o)
	}
	if len(v.engines) > 1 || o.resolver != nil {
		for _, e := range v.engines {
			if e.rules.InsecureEmulator {
				o.errs.Conflict("InsecureEmulator", "true",
					"an emulator's contract must be the only one: a verifier that accepts unsigned tokens accepts nothing else")
			}
		}
	}
	v.checkKeySource(o)
	if !o.errs.Empty() {
		return nil, o.errs.Err()
	}
	if o.resolver != nil {
		v.tenants = newTenants(o, v.observer)
		v.maxBytes = max(v.maxBytes, defaultMaxTokenBytes)
		v.algs, v.padded = nil, true // the resolver's contracts are not known yet: checkContract applies their limits
	}
	if len(v.engines) == 1 && v.tenants == nil {
		v.only, v.cache = v.engines[0], v.engines[0].cache
	} else {
		v.cache = newTokenCache(o.engine.tokens)
	}
	return v, nil
}

// add makes v accept the tokens of k, which errors name as field.
func (v *Verifier) add(k *Contract, field string, o *verifierOptions) {
	if !k.valid() {
		o.errs.Missing(field, "is nil or zero: make it with NewContract or a provider's")
		return
	}
	if !o.errs.Empty() {
		return // options that are wrong make no engine
	}
	for name, a := range k.c.algorithms {
		if a.External && o.engine.policy.AKP == nil {
			o.errs.Missing("WithKeyPolicy.AKP", "is required by the algorithm "+quoted(name)+" of "+field+
				": pass core.WithKeyPolicy(keys.Policy{AKP: mldsa.Keys{}})")
			return
		}
	}
	e := k.c.engineFor(o.engine, o.logger)
	if v.fixed[e] {
		return // the same contract twice
	}
	e.subscribe(v.observer)
	v.engines, v.fixed[e] = append(v.engines, e), true
	v.maxBytes = max(v.maxBytes, e.rules.MaxTokenBytes)
	v.padded = v.padded || e.rules.PaddedSegments
	v.confirms.dpop = v.confirms.dpop || e.confirms.dpop
	v.confirms.mtls = v.confirms.mtls || e.confirms.mtls
	v.confirms.required = e.confirms.required && (v.confirms.required || len(v.engines) == 1)
	for alg := range e.algorithms {
		v.algs[alg] = true
	}
	for _, issuer := range e.issuers {
		if v.byIssuer[issuer] != nil && v.byIssuer[issuer] != e {
			o.errs.Conflict(
				field,
				faults.Show(issuer),
				"another contract names this issuer: the issuer of a token must choose one contract",
			)
		}
		v.byIssuer[issuer] = e
	}
	if e.template != nil {
		if slices.ContainsFunc(v.templates, func(other *engine) bool { return *other.template == *e.template }) {
			o.errs.Conflict(field, faults.Show(e.rules.IssuerTemplate),
				"another contract has this issuer template: the issuer of a token must choose one contract")
		}
		v.templates = append(v.templates, e)
	}
	if e.rules.InsecureAnyIssuer {
		if v.anyIssuer != nil && v.anyIssuer != e {
			o.errs.Conflict(field, "", "another contract accepts any issuer too: remove one of them")
		}
		v.anyIssuer = e
	}
}

func (v *Verifier) valid() bool { return v != nil && v.clock != nil }

// Issuers returns the issuers that v's contracts name, in order.
func (v *Verifier) Issuers() []string {
	if !v.valid() {
		return nil
	}
	var all []string
	for _, e := range v.engines {
		all = append(all, e.issuers...)
	}
	return all
}

// Now returns the time by v's clock, see [WithClock].
func (v *Verifier) Now() time.Time {
	if !v.valid() {
		return time.Now()
	}
	return v.clock.Now()
}

// Logger returns the logger of [WithLogger], for packages that build on v.
func (v *Verifier) Logger() *slog.Logger {
	if !v.valid() {
		return slog.Default()
	}
	return v.logger
}

// mayConfirm reports whether a contract of v may accept tokens of the DPoP scheme.
func (v *Verifier) mayConfirm() bool { return v.confirms.dpop || v.tenants != nil }

// Confirmations reports which kinds of tokens v's contracts accept: bound by DPoP,
// bound to a client certificate, and not bound (bearer). It is for guards. A
// resolver's contracts count as accepting the last two; to accept DPoP with them,
// a guard needs guard.Proofs.
func (v *Verifier) Confirmations() (dpop, mtls, bearer bool) {
	if !v.valid() {
		return false, false, true
	}
	return v.confirms.dpop, v.confirms.mtls || v.tenants != nil, !v.confirms.required || v.tenants != nil
}

// CertificateBound reports whether a contract of v accepts tokens that are bound to a
// client certificate. What a resolver's contracts accept is not known. Guards use it
// to describe the service to clients.
func (v *Verifier) CertificateBound() bool { return v.valid() && v.confirms.mtls }

// Ready fetches the keys of every contract that does not have them yet and
// returns nil once all contracts have keys. It is for warming up and for
// readiness probes. All issuers are asked at once; a resolver's tenants are not
// asked. The error joins an [*Error] for each issuer whose keys are not
// available; the text of each names the issuer. See [Verifier.KeyHealth] for
// details.
func (v *Verifier) Ready(ctx context.Context) error {
	errs := make([]error, len(v.engines))
	var wg sync.WaitGroup
	for i, e := range v.engines {
		if e.keys == nil {
			continue
		}
		wg.Go(func() {
			if err := e.keys.Ready(ctx); err != nil {
				failed := keyError(ctx, err)
				failed.Detail = "issuer " + e.expectedIssuers() + ": " + cmp.Or(failed.Detail, "no keys")
				errs[i] = failed
			}
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

// checkKeySource reports contracts and options that contradict the presence or absence of a key source.
func (v *Verifier) checkKeySource(o *verifierOptions) {
	given := o.engine.source != nil
	for _, e := range v.engines {
		switch {
		case e.rules.ExternalKeys && !given:
			o.errs.Missing("WithKeySource", "the contract of %s has ExternalKeys: give NewVerifier the source of its keys",
				e.expectedIssuers())
		case given && !e.remote():
			o.errs.Conflict(
				"WithKeySource",
				"",
				"the contract of %s has keys or a secret of its own, which a source would replace",
				e.expectedIssuers(),
			)
		}
	}
	if given && (len(v.engines) > 1 || o.resolver != nil) {
		// Every contract would accept every key of the source: one issuer could sign for another.
		o.errs.Conflict(
			"WithKeySource",
			"",
			"goes with exactly one contract and no resolver: make a verifier for each issuer",
		)
	}
}

// verified reports that s was accepted.
func (v *Verifier) verified(ctx context.Context, s *Session, remembered bool, started time.Time) {
	v.observer.log.Flush(ctx)
	if len(v.observer.calls) == 0 {
		return
	}
	v.observer.emit(ctx, event.TokenVerified{
		Provider:   s.Provider(),
		Issuer:     s.issuer,
		KeyID:      boundedText(s.header.Kid),
		Remembered: remembered,
		Took:       since(started),
	})
}

// rejected reports that a token or request was rejected. It ignores the error of a client that hung up.
func (v *Verifier) rejected(ctx context.Context, err *Error, o *origin) {
	if v == nil || v.observer == nil || err.Code == CodeRequestCanceled {
		return
	}
	if len(v.observer.calls) > 0 {
		v.observer.emit(ctx, o.event(err))
	}
	if code := string(err.Code); v.observer.log.Count(ctx, code) {
		v.observer.log.Write(ctx, code, func() event.TokenRejected { return o.event(err) })
	}
}
