package introspect

import (
	"context"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/clientauth"
	"github.com/revstackhq/auth-go/core/event"
	"github.com/revstackhq/auth-go/core/internal/faults"
	"github.com/revstackhq/auth-go/core/keys"
)

// Config configures a [Client].
type Config struct {
	// Server is the introspection endpoint: its URL, and the form of its requests and answers.
	Server Server
	// Auth identifies this program to the server. RFC 7662 §2.1 requires some authentication.
	Auth clientauth.Method
	// Rules say which claims of an active token are accepted and how they become a session. They may be the rules of a
	// contract, see [core.Contract.Rules]. Keys, algorithms, secrets and token types in them are not used: the server
	// vouches for the token. Rules.Confirmation says which tokens bound to a client's key (cnf in the answer) are
	// accepted, always with a proof in each request; none if it is empty. If Rules.Session names no kind, sessions have
	// the kind [core.KindAccess].
	Rules core.Rules

	// Prefixes are the beginnings of the tokens that the client handles, such as "mt_". Without prefixes, it handles
	// every token that is not a JWT.
	Prefixes []string
	// JWT makes the client ask about tokens that have the form of a JWT, too. If it is false, such a token is rejected
	// without asking.
	JWT bool

	// Signed says how the server signs its answers (RFC 9701). nil means that answers are plain JSON.
	Signed *Signed

	// MaxAge is how long an active token is remembered: 30 s if 0, and never after the token expires. A revoked token is
	// still accepted for that time, unless Forget is called.
	MaxAge time.Duration
	// RefusedFor is how long an inactive token is remembered: 5 s if 0.
	RefusedFor time.Duration
	// KeepInOutage is how long after MaxAge a session is still accepted if the server is unavailable: not at all if 0. A
	// session is never accepted after it has expired.
	KeepInOutage time.Duration
	// Timeout bounds one call: 5 s if 0.
	Timeout time.Duration
	// MaxEntries bounds the remembered tokens: 16,384 if 0. An entry whose claims are longer than 2 KiB counts as
	// several.
	MaxEntries int
	// MaxConcurrent bounds the calls that run at once: 64 if 0. A request that would need another one is answered with
	// 503.
	MaxConcurrent int
	// MaxInactivePerSecond bounds the calls about tokens that turn out to be inactive: 100 a second on average if 0. If
	// more arrive, requests with tokens that were not seen before are answered with 503. Active tokens do not count.
	MaxInactivePerSecond int
	// MaxTokenBytes bounds the token: 4 KiB if 0.
	MaxTokenBytes int

	// HTTPClient replaces the client's own. Its redirect policy and cookies are not used.
	HTTPClient *http.Client
	// Logger replaces slog.Default().
	Logger *slog.Logger
	// Clock replaces the system's clock, for tests.
	Clock keys.Clock
	// Observe is called with event.TokenVerified and event.TokenRejected for every request.
	Observe func(context.Context, event.Event)
}

// Signed says how a server signs its answers.
type Signed struct {
	// Rules say where the server's keys are (JWKSURL, Discovery, JWKS or PEM) and which Algorithms are accepted. If
	// Issuer is empty, it is the issuer of Config.Rules. If Audiences is empty, it is the client id (RFC 9701 §5: aud is
	// the resource server).
	Rules core.Rules
}

// configErrors collects the mistakes in a configuration.
type configErrors = faults.List[core.ConfigError, *core.ConfigError]

const (
	defaultMaxAge        = 30 * time.Second
	defaultRefusedFor    = 5 * time.Second
	defaultTimeout       = 5 * time.Second
	defaultMaxEntries    = 16 << 10
	defaultMaxConcurrent = 64
	defaultMaxInactive   = 100
	defaultMaxTokenBytes = 4 << 10

	minDuration = time.Millisecond // less is a number without a unit
	maxTimeout  = time.Minute
	maxMaxAge   = 24 * time.Hour
)

// fillDefaults fills in the defaults, and reports durations and numbers that cannot work.
func (c *Config) fillDefaults(f *configErrors) {
	duration := func(field string, value *time.Duration, standard, most time.Duration) {
		switch {
		case *value == 0:
			*value = standard
		case *value < 0 || *value > most:
			f.Invalid(field, faults.Plain(*value), "must be between 0 and %v; 0 means %v", most, standard)
		case *value < minDuration:
			f.Invalid(field, faults.Plain(*value), "has no unit, and a time.Duration counts nanoseconds: write %d * time.Second",
				*value)
		}
	}
	duration("MaxAge", &c.MaxAge, defaultMaxAge, maxMaxAge)
	duration("RefusedFor", &c.RefusedFor, defaultRefusedFor, maxMaxAge)
	duration("KeepInOutage", &c.KeepInOutage, 0, maxMaxAge)
	duration("Timeout", &c.Timeout, defaultTimeout, maxTimeout)
	number := func(field string, value *int, standard, most int) {
		switch {
		case *value == 0:
			*value = standard
		case *value < 0 || *value > most:
			f.Invalid(field, faults.Plain(*value), "must be between 0 and %d; 0 means %d", most, standard)
		}
	}
	number("MaxEntries", &c.MaxEntries, defaultMaxEntries, 1<<24)
	number("MaxConcurrent", &c.MaxConcurrent, defaultMaxConcurrent, 1<<16)
	number("MaxInactivePerSecond", &c.MaxInactivePerSecond, defaultMaxInactive, 1<<20)
	number("MaxTokenBytes", &c.MaxTokenBytes, defaultMaxTokenBytes, 1<<20)
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
	if faults.IsNil(c.Clock) {
		c.Clock = keys.SystemClock{}
	}
	c.Prefixes = slices.Clone(c.Prefixes)
	if slices.Contains(c.Prefixes, "") {
		f.Invalid("Prefixes", "", "holds an empty prefix: leave Prefixes out to accept every opaque token")
	}
	if err := c.Auth.Validate(); err != nil {
		f.Invalid("Auth", "", "%s", strings.ReplaceAll(err.Error(), "\n", ", and "))
	}
	if c.Server.JSON && c.Auth.NeedsForm() {
		f.Conflict("Auth", "",
			"sends its proof in a form, and Server.JSON sends JSON: use clientauth.Basic or clientauth.Bearer")
	}
}

// contract returns the contract that judges claims. It has no keys.
func (c *Config) contract(f *configErrors) *core.Contract {
	r := c.Rules
	r.JWKSURL, r.Discovery, r.KeyURLTemplate, r.JWKS, r.PEM = "", false, "", nil, ""
	r.Secret, r.SecretEnv, r.Algorithms, r.KeyUses = core.Secret{}, "", nil, nil
	r.CheckKeyIssuer, r.KeyIssuerClaims = false, nil
	r.TokenTypes, r.PaddedSegments, r.InsecureEmulator, r.InsecureShortSecret = nil, false, false, false
	r.ExternalKeys = true
	if r.Session.Kind == "" && len(r.Session.Kinds) == 0 {
		r.Session.Kind = core.KindAccess
	}
	if i := slices.IndexFunc(r.ClaimRules, readsHeader); i >= 0 {
		f.Conflict("Rules.ClaimRules", faults.Plain(i),
			"reads a header parameter, and what the server answers has no header: remove the rule")
		return nil
	}
	contract, err := core.NewContract(r)
	f.AppendAs(err, nil)
	return contract
}

func readsHeader(r core.ClaimRule) bool {
	return r.Header != "" || slices.ContainsFunc(r.When, readsHeader)
}

// signedVerifier returns the verifier of signed answers.
func (c *Config) signedVerifier(f *configErrors) *core.Verifier {
	r := c.Signed.Rules
	if r.Issuer == "" {
		r.Issuer = c.Rules.Issuer
	}
	if id := c.Auth.ClientID(); len(r.Audiences) == 0 && id != "" {
		r.Audiences = core.Strings{id}
	}
	// RFC 9701 §5: other tokens of the server must not pass for an answer.
	r.TokenTypes = []string{"token-introspection+jwt"}
	r.UserIDClaim = "iss"     // an answer names no user of its own
	r.InsecureNoExpiry = true // RFC 9701 §5 has iat, and no exp
	r.MaxAge = time.Minute
	r.MaxTokenBytes = maxAnswerBytes
	contract, err := core.NewContract(r)
	if err != nil {
		f.AppendAs(err, nil)
		return nil
	}
	opts := []core.Option{
		core.WithClock(c.Clock), core.TokenCache{Disabled: true}, core.WithLogger(c.Logger),
	}
	if c.HTTPClient != nil {
		opts = append(opts, core.WithHTTPClient(c.HTTPClient))
	}
	v, err := core.NewVerifier(contract, opts...)
	f.Append(err)
	return v
}
