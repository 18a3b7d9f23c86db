package guard

import (
	"fmt"
	"log/slog"
	"net/netip"
	"net/url"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/dpop"
	"github.com/revstackhq/auth-go/core/internal/faults"
)

// Option changes how a [Guard] handles requests. Options that change how tokens are
// verified belong to the verifier: see [core.Option].
type Option interface{ apply(s *settings) }

type option func(*settings)

func (o option) apply(s *settings) { o(s) }

// settings are what options set.
type settings struct {
	extractors []Extractor
	byDefault  bool // no option named an extractor
	headerOnly bool // the extractors are Bearer() alone
	isOptional bool
	bestEffort bool
	skip       func(Request) bool
	skipPaths  []string
	policies   []core.Policy
	procedures procedures
	revoker    Revoker
	failure    RevocationFailure
	rendering  rendering
	metadata   *ResourceMetadata
	placed     bool // ExternalURL or TrustedProxies is given
	external   []*url.URL
	proxies    []netip.Prefix
	certHeader string
	proofs     *dpop.Config
	keepToken  bool
	logger     *slog.Logger
	now        func() time.Time
	faults     configErrors
}

func newSettings(opts []Option) settings {
	s := settings{now: time.Now}
	for i, o := range opts {
		if faults.IsNil(o) {
			s.faults.Missing(fmt.Sprintf("option %d", i+1), "is nil: remove it")
			continue
		}
		o.apply(&s)
	}
	if s.byDefault = len(s.extractors) == 0; s.byDefault {
		s.extractors = []Extractor{Bearer()}
	}
	s.headerOnly = len(s.extractors) == 1 && s.extractors[0] == Bearer()
	if (s.isOptional || s.bestEffort) && len(s.policies) > 0 {
		s.faults.Conflict(
			"Policies",
			"",
			"cannot be combined with Optional or InsecureBestEffort, because anonymous requests would "+
				"bypass them: put Require on the routes that need the policy",
		)
	}
	if s.isOptional && s.bestEffort {
		s.faults.Conflict("Optional", "", "InsecureBestEffort is set too: keep one")
	}
	s.procedures.validate(&s)
	return s
}

// log returns the logger of [Logger], the verifier's logger or the default logger.
func (s *settings) log() *slog.Logger {
	if s.logger != nil {
		return s.logger
	}
	return slog.Default()
}

// Optional lets requests without a token through as anonymous: no session is in
// their context. A token that is present and invalid is still rejected.
func Optional() Option { return option(func(s *settings) { s.isOptional = true }) }

// InsecureBestEffort treats every request that would be rejected as anonymous,
// even one with an invalid token, so a client does not learn that its token has
// expired. It still answers 503 if keys or the revocation check are unavailable,
// because then a valid token cannot be distinguished from an invalid one. Most
// programs need [Optional] instead.
func InsecureBestEffort() Option { return option(func(s *settings) { s.bestEffort = true }) }

// Extractors replaces the place where the guard looks for the token, which is
// the Authorization header by default. All of them are read, in this order. A
// request that carries two different tokens is rejected with CodeInvalidRequest
// (RFC 6750 §2); see [First].
func Extractors(extractors ...Extractor) Option {
	return option(func(s *settings) {
		if len(extractors) == 0 {
			s.faults.Missing("Extractors", "names no extractor: no request could ever carry a token")
		}
		for i, e := range extractors {
			if faults.IsNil(e) {
				s.faults.Missing(fmt.Sprintf("Extractors[%d]", i), "is nil: remove it")
				continue
			}
			validate(e, &s.faults)
			s.extractors = append(s.extractors, e)
		}
	})
}

// Policies requires every session to satisfy the policies. It cannot be combined
// with [Optional] or [InsecureBestEffort], because anonymous requests would bypass
// the policies: use an adapter's Require on the routes that need them instead.
//
// The challenge of a 401 names the scopes that the policies ask for, and that of a 403
// all of them at once. A policy of another package than policy names its scopes with an
// optional method Scopes() []string.
func Policies(policies ...core.Policy) Option {
	return option(func(s *settings) {
		for i, p := range policies {
			if faults.IsNil(p) {
				s.faults.Missing(fmt.Sprintf("Policies[%d]", i), "is nil: remove it")
				continue
			}
			s.policies = append(s.policies, p)
		}
	})
}

// Logger replaces the verifier's logger, or slog.Default() for other
// authenticators. The guard logs when revocation checks start to fail and when
// they work again. It logs rejections only if its authenticator does not report
// them; a verifier does, to the logger of [core.WithLogger].
func Logger(logger *slog.Logger) Option {
	return option(func(s *settings) {
		if logger == nil {
			s.faults.Missing("Logger", "is nil: leave the option out to use the verifier's logger")
		}
		s.logger = logger
	})
}
