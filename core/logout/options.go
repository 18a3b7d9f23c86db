package logout

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/internal/faults"
	"github.com/revstackhq/auth-go/core/internal/statement"
	"github.com/revstackhq/auth-go/core/keys"
)

// Option configures a handler. A constructor returns an error for an option that
// does not apply to its handler.
type Option func(*settings)

type configErrors = faults.List[core.ConfigError, *core.ConfigError]

type settings struct {
	faults configErrors
	given  []string

	audiences  []string
	issuers    []string
	callers    []string
	pushToken  core.Secret
	lifetime   time.Duration
	concurrent int
	wholeUser  bool
	untyped    bool
	subjects   func(context.Context, Subject) ([]Entry, error)
}

func (s *settings) note(name string) { s.given = append(s.given, name) }

// Audience names the accepted values of aud, in place of the contract's: for
// [NewBackChannel] the client id at the provider, for [NewGlobalRevocation] the exact
// URL of the endpoint, for [NewSecurityEvents] the audience of the stream.
func Audience(aud ...string) Option {
	return func(s *settings) {
		s.note("Audience")
		if len(aud) == 0 || slices.Contains(aud, "") {
			s.faults.Missing("Audience", "is empty, or has an empty entry: is its environment variable set?")
		}
		s.audiences = append(s.audiences, aud...)
	}
}

// TokenLifetime is the longest life of a token that the service accepts, 24 hours
// by default. Entries are kept for that time and the contract's leeway: if it is too
// short, a revoked token is accepted again when its entry is forgotten.
func TokenLifetime(d time.Duration) Option {
	return func(s *settings) {
		s.note("TokenLifetime")
		if d < time.Second || d > maxLifetime {
			s.faults.Invalid("TokenLifetime", faults.Plain(d), "must be between 1s and %v", maxLifetime)
		}
		s.lifetime = d
	}
}

// WholeUser ends all sessions of the user in a logout token, even if the logout
// token names one session. It is for access tokens without a session id, such as
// Auth0's.
func WholeUser() Option {
	return func(s *settings) {
		s.note("WholeUser")
		s.wholeUser = true
	}
}

// Subjects sets a function that finds the entries for a subject that tokens do
// not contain in this form, such as an e-mail address. find sets Kind, Issuer and
// Value of the entries. It returns no entries for an unknown subject, and an
// error if it cannot decide. It must be safe for concurrent use.
func Subjects(find func(ctx context.Context, subject Subject) ([]Entry, error)) Option {
	return func(s *settings) {
		s.note("Subjects")
		if find == nil {
			s.faults.Missing("Subjects", "is nil: leave the option out")
		}
		s.subjects = find
	}
}

// SubjectIssuers sets the issuers whose users a message may name. By default that
// is only the issuer of the message: one tenant must not sign out the users of
// another. Subjects without an issuer are looked up under each of them.
func SubjectIssuers(issuers ...string) Option {
	return func(s *settings) {
		s.note("SubjectIssuers")
		if len(issuers) == 0 || slices.Contains(issuers, "") {
			s.faults.Missing("SubjectIssuers", "is empty, or has an empty entry: is its environment variable set?")
		}
		s.issuers = append(s.issuers, issuers...)
	}
}

// Callers are the accepted values of sub in the token that authenticates a request
// for [NewGlobalRevocation]: the client id or instance id of this service at the
// provider. By default any caller that the provider vouches for is accepted.
func Callers(ids ...string) Option {
	return func(s *settings) {
		s.note("Callers")
		if len(ids) == 0 || slices.Contains(ids, "") {
			s.faults.Missing("Callers", "is empty, or has an empty entry: is its environment variable set?")
		}
		s.callers = append(s.callers, ids...)
	}
}

// PushToken requires the bearer token that the transmitter of a stream sends in
// the Authorization header (SSF 1.0, authorization_header), in addition to the
// signature of every event.
func PushToken(secret core.Secret) Option {
	return func(s *settings) {
		s.note("PushToken")
		checkSecret(&s.faults, "PushToken", secret)
		s.pushToken = secret
	}
}

// InsecureUntyped accepts logout tokens and security events whose typ is "JWT" or
// absent, which older providers send. Only the events claim distinguishes such a
// token from an ID token.
func InsecureUntyped() Option {
	return func(s *settings) {
		s.note("InsecureUntyped")
		s.untyped = true
	}
}

// MaxConcurrent is how many messages are verified at a time, 32 by default. Further
// ones are answered with 503 at once.
func MaxConcurrent(n int) Option {
	return func(s *settings) {
		s.note("MaxConcurrent")
		if n < 1 || n > 10_000 {
			s.faults.Invalid("MaxConcurrent", faults.Plain(n), "must be between 1 and 10000")
		}
		s.concurrent = n
	}
}

const (
	defaultLifetime   = 24 * time.Hour
	maxLifetime       = 366 * 24 * time.Hour
	defaultConcurrent = 32
	minSecretBytes    = 16
)

func checkSecret(f *configErrors, field string, secret core.Secret) {
	switch n := len(secret.Reveal()); {
	case n == 0:
		f.Missing(field, "is empty: is its environment variable set?")
	case n < minSecretBytes:
		f.Invalid(field, "", "has %d bytes, at least %d are needed", n, minSecretBytes)
	}
}

// common has what every handler needs: the verifier, the sink and the options.
type common struct {
	settings

	source core.Authenticator
	about  statement.Source
	sink   Sink
	clock  keys.Clock
	logger *slog.Logger
}

// configure applies opts, and reports those that are not allowed.
func configure(source core.Authenticator, sink Sink, opts []Option, allowed ...string) *common {
	c := &common{source: source, sink: sink}
	c.lifetime, c.concurrent = defaultLifetime, defaultConcurrent
	if faults.IsNil(sink) {
		c.faults.Missing("sink", "is nil: give the sink that your guards ask, such as fleet.Revocations.Sink()")
	}
	if faults.IsNil(source) {
		c.faults.Missing("source", "is nil: give the contract or verifier that the guards have")
	} else {
		about, err := statement.Describe(source)
		if err != nil {
			c.faults.Invalid("source", "", "%v", err)
		}
		c.about, c.clock, c.logger = about, about.Clock, about.Logger
	}
	for i, o := range opts {
		if o == nil {
			c.faults.Missing("option", "option %d is nil", i+1)
			continue
		}
		o(&c.settings)
	}
	for _, name := range c.given {
		if name != "TokenLifetime" && name != "MaxConcurrent" && !slices.Contains(allowed, name) {
			c.faults.Conflict(name, "", "has no meaning for this handler: remove it")
		}
	}
	return c
}
