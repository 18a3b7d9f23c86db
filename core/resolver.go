package core

import (
	"context"
	"strings"

	"github.com/revstackhq/auth-go/core/internal/faults"
)

// Resolver finds the contracts of issuers that are known only at run time, one
// for each tenant. It is an [Option]. Anyone can write an issuer into an unsigned
// token, so calls about issuers that are not known to be tenants are bounded in
// rate and in number. A request that exceeds a bound is answered with
// CodeKeysUnavailable (503 and Retry-After); cached tenants are not affected.
type Resolver struct {
	// Resolve returns a contract that accepts this very issuer, or nil for an
	// issuer that is not accepted. Check the issuer against your own records
	// before you return a contract for it, because its keys will be fetched: host
	// names must resolve to public addresses (Rules.InsecurePrivateNetwork), but
	// an IP address is used as it is.
	// An error is answered with 503 and cached for two seconds. Resolve must be
	// safe for concurrent use and should return when ctx ends, which is after
	// five seconds.
	Resolve func(ctx context.Context, issuer string) (*Contract, error)
	// Issuers, if not empty, are the only issuers that Resolve is called with;
	// all others are refused. One * in each matches a part of a host's label
	// or of a path segment: https://*.example.com, https://login.example.com/*/v2.0.
	Issuers []string
	// MaxTenants bounds the cached tenants, each kept for ten minutes; it should
	// exceed their number. Refused issuers are cached separately, for a minute.
	// Default 1,024.
	MaxTenants int
	// MaxConcurrent bounds the concurrent calls about unknown issuers, and
	// separately those that renew known tenants. Default 32.
	MaxConcurrent int
	// MaxPerSecond bounds the calls about issuers that turn out not to be
	// tenants; bursts of twice as many are allowed. Default 50.
	MaxPerSecond int
}

const (
	defaultMaxTenants    = 1024
	defaultMaxConcurrent = 32
	defaultMaxPerSecond  = 50
)

// compile fills in the defaults and returns the issuers to ask about.
func (r *Resolver) compile(f *configErrors) []issuerPattern {
	if r.Resolve == nil {
		f.Missing("Resolver.Resolve", "is nil: give the function that returns the contract of an issuer")
	}
	for _, bound := range []struct {
		name     string
		value    *int
		standard int
	}{
		{"MaxTenants", &r.MaxTenants, defaultMaxTenants},
		{"MaxConcurrent", &r.MaxConcurrent, defaultMaxConcurrent},
		{"MaxPerSecond", &r.MaxPerSecond, defaultMaxPerSecond},
	} {
		switch {
		case *bound.value < 0:
			f.Invalid("Resolver."+bound.name, faults.Plain(*bound.value), "must not be negative; 0 means %d", bound.standard)
		case *bound.value == 0:
			*bound.value = bound.standard
		}
	}
	patterns := make([]issuerPattern, 0, len(r.Issuers))
	for i, issuer := range r.Issuers {
		patterns = append(patterns, compileIssuerPattern("Resolver.Issuers["+itoa(i)+"]", issuer, f))
	}
	return patterns
}

// issuerPattern is an issuer with at most one * in it.
type issuerPattern struct {
	before, after string
	wildcard      bool
	inHost        bool // the * is part of the host
}

func compileIssuerPattern(field, pattern string, f *configErrors) issuerPattern {
	before, after, wildcard := strings.Cut(pattern, "*")
	checkIssuer(field, strings.ReplaceAll(pattern, "*", "x"), false, f)
	p := issuerPattern{before: before, after: after, wildcard: wildcard}
	if !wildcard {
		return p
	}
	_, host, isURL := strings.Cut(before, "://")
	p.inHost = isURL && !strings.Contains(host, "/")
	domain, _, _ := strings.Cut(after, "/")
	switch {
	case strings.Contains(after, "*"):
		f.Invalid(field, faults.Show(pattern), "has more than one *: list each form separately")
	case !isURL:
		f.Invalid(
			field,
			faults.Show(pattern),
			"has a * but does not begin with a scheme: write https://*.example.com or https://example.com/*",
		)
	case p.inHost && !strings.Contains(domain, "."):
		// https://login.* would match any domain that an attacker registers.
		f.Invalid(field, faults.Show(pattern), "leaves the domain open: write https://*.example.com")
	}
	return p
}

// matches never lets the * match beyond its label or segment.
func (p *issuerPattern) matches(issuer string) bool {
	if !p.wildcard {
		return issuer == p.before
	}
	middle, ok := strings.CutPrefix(issuer, p.before)
	if !ok {
		return false
	}
	middle, ok = strings.CutSuffix(middle, p.after)
	if !ok || middle == "" || middle == "." || middle == ".." || strings.ContainsAny(middle, reservedInIssuer) {
		return false
	}
	return !p.inHost || !strings.Contains(middle, ".")
}
