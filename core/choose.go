package core

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/revstackhq/auth-go/core/internal/jose"
)

// engineFor chooses the contract by the exact issuer, before any key is
// touched: a foreign token never causes a fetch.
func (v *Verifier) engineFor(
	ctx context.Context,
	reg *registered,
	claims jose.Object,
	now time.Time,
) (*engine, *Error) {
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

// chooses reports whether engineFor would still choose the engine that made s. It
// does not call the resolver, and returns false if only the resolver knows the
// answer.
func (v *Verifier) chooses(s *Session, now time.Time) bool {
	if v.tenants == nil {
		return v.fixed[s.engine] // without a resolver, the choice never changes
	}
	if e := v.named(s.issuer, s.claims); e != nil {
		return e == s.engine
	}
	e, known := v.tenants.cachedEngine(s.issuer, now)
	if e == nil {
		e = v.anyIssuer
	}
	return known && e == s.engine
}

// algorithms lists the accepted algorithms, for the detail of a refusal.
func (v *Verifier) algorithms() string {
	if v.algs == nil {
		return "those of the issuer's"
	}
	return strings.Join(slices.Sorted(maps.Keys(v.algs)), ", ")
}
