package introspect

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/event"
	"github.com/revstackhq/auth-go/core/internal/bearer"
	"github.com/revstackhq/auth-go/core/internal/jws"
	"github.com/revstackhq/auth-go/core/internal/refusal"
	"github.com/revstackhq/auth-go/core/internal/upstream"
	"github.com/revstackhq/auth-go/core/keys"
)

// The codes of a client, in addition to those of package core.
const (
	// CodeInactive: the server says that the token is not active. It does not say whether the token is unknown, expired
	// or revoked (RFC 7662 §2.2).
	CodeInactive core.Code = "TOKEN_INACTIVE" //nolint:errname // a code, as those of package core
	// CodeUnavailable: the server could not be asked, or gave no proper answer. The status is 503, and errors.Is reports
	// core.CodeNetworkError.
	CodeUnavailable core.Code = "INTROSPECTION_UNAVAILABLE" //nolint:errname // the same
)

// Client authenticates opaque tokens by asking the server that issued them. It is a [core.Authenticator]. Make it
// with [New]. It is safe for concurrent use.
type Client struct {
	cfg      Config
	contract *core.Contract
	server   *server
	judge    *core.Verifier // makes sessions of claims; reports nothing
	reporter *core.Verifier // reports rejections to the logger and the observer
	signed   *core.Verifier // of signed answers, nil if they are not signed
	poster   *upstream.Poster
	group    *upstream.Group[call, *entry]
	breaker  upstream.Breaker
	cache    *cache

	mu       sync.Mutex
	inactive upstream.Bucket // of unknown tokens

	asked, failed atomic.Uint64
}

// call is the key of a shared call to the server. The generation keeps requests after a Forget from joining a call
// that began before it.
type call struct {
	token      jws.Digest
	generation uint64
}

var _ core.Authenticator = (*Client)(nil)

// New returns a client. It does no I/O. Every mistake is returned at once, as [*core.ConfigError].
func New(cfg Config) (*Client, error) {
	var f configErrors
	cfg.fillDefaults(&f)
	c := &Client{cfg: cfg}
	c.server = cfg.Server.compile(cfg.Rules.Issuer, cfg.Signed != nil, cfg.Rules.InsecureHTTP, &f)
	c.contract = cfg.contract(&f)
	if cfg.Signed != nil {
		c.signed = cfg.signedVerifier(&f)
	}
	if err := f.Err(); err != nil {
		return nil, err
	}
	options := []core.Option{core.WithKeySource(noKeys{}), core.WithClock(cfg.Clock), core.TokenCache{Disabled: true}}
	var err error
	// Warnings of the contract are logged here, so the reporter comes first.
	reports := slices.Concat(options, []core.Option{core.WithLogger(cfg.Logger)})
	if cfg.Observe != nil {
		reports = append(reports, core.WithObserver(cfg.Observe))
	}
	if c.reporter, err = core.NewVerifier(c.contract, reports...); err != nil {
		return nil, err
	}
	silent := slices.Concat(options, []core.Option{core.WithLogger(slog.New(slog.DiscardHandler))})
	if c.judge, err = core.NewVerifier(c.contract, silent...); err != nil {
		return nil, err
	}
	c.poster = upstream.NewPoster(cfg.HTTPClient, maxAnswerBytes)
	c.group = upstream.NewGroup[call, *entry](cfg.MaxConcurrent, cfg.Timeout)
	c.cache = newCache(cfg.MaxEntries)
	c.inactive = upstream.NewBucket(cfg.MaxInactivePerSecond, cfg.Clock.Now())
	return c, nil
}

// noKeys is the key source for a contract whose tokens are not signed.
type noKeys struct{}

func (noKeys) Keys(context.Context) ([]keys.Key, error) { return nil, nil }

// Contract returns the contract that accepts the claims of active tokens. It has no keys.
func (c *Client) Contract() *core.Contract { return c.contract }

// Authenticate returns the session of c's token. It asks the server unless the result for the token is remembered. ctx
// bounds the wait, but not the call, which other requests may wait for. Every error is a [*core.Error].
func (c *Client) Authenticate(ctx context.Context, credentials core.Credentials) (*core.Session, error) {
	started := c.cfg.Clock.Now()
	s, remembered, err := c.authenticate(ctx, credentials)
	if err != nil {
		c.reporter.ReportRejection(refusal.With(ctx, refusal.Info{Request: credentials.Request}), err)
		return nil, err
	}
	if c.cfg.Observe != nil {
		refusal.Observe(ctx, c.cfg.Logger, c.cfg.Observe, event.TokenVerified{
			Provider:   s.Provider(),
			Issuer:     s.Issuer(),
			Remembered: remembered,
			Took:       c.cfg.Clock.Now().Sub(started),
		})
	}
	return s, nil
}

func (c *Client) authenticate(ctx context.Context, credentials core.Credentials) (*core.Session, bool, *core.Error) {
	if err := c.check(credentials); err != nil {
		return nil, false, err
	}
	token := jws.DigestOf(credentials.Token)
	now := c.cfg.Clock.Now()
	known := c.cache.get(token)
	if known != nil && now.Before(known.until) {
		s, err := c.use(ctx, known, credentials)
		return s, true, err
	}
	exists := known != nil && known.session != nil
	kept := exists && now.Before(known.until.Add(c.cfg.KeepInOutage))
	wait, cancel := ctx, context.CancelFunc(func() {})
	if kept {
		// With a remembered session to fall back on, the request waits only a short time.
		wait, cancel = context.WithTimeout(ctx, keptWait)
	}
	answer, err := c.ask(wait, token, credentials.Token, exists)
	cancel()
	if err != nil && kept && err.Code == CodeUnavailable {
		s, err := c.use(ctx, known, credentials)
		return s, true, err
	}
	if err != nil {
		return nil, false, err
	}
	s, err := c.use(ctx, answer, credentials)
	return s, false, err
}

// keptWait is how long a request waits for the server if it may use a session that is older than MaxAge.
const keptWait = time.Second

// check rejects credentials about which the server is never asked.
func (c *Client) check(credentials core.Credentials) *core.Error {
	token := credentials.Token
	switch {
	case !c.acceptsScheme(credentials.Scheme):
		return reject(core.CodeInvalidRequest, fmt.Sprintf("the scheme %.16q is not accepted here, expected Bearer",
			credentials.Scheme))
	case token == "":
		return reject(core.CodeTokenMissing, "the credentials hold no token")
	case len(token) > c.cfg.MaxTokenBytes:
		return reject(core.CodeTokenTooLarge, fmt.Sprintf("the token has %d bytes, at most %d are read",
			len(token), c.cfg.MaxTokenBytes))
	case credentials.Scheme != "" && !bearer.IsToken(token):
		return reject(core.CodeInvalidRequest, bearer.NotOneToken)
	case !c.Recognizes(credentials):
		return reject(core.CodeInvalidFormat, "the token is not one that this server is asked about: "+c.expected())
	}
	return nil
}

// acceptsScheme reports whether the scheme is accepted. DPoP is refused if the rules accept no bound tokens: the
// scheme promises one.
func (c *Client) acceptsScheme(scheme string) bool {
	dpop, _, _ := c.judge.Confirmations()
	return scheme == "" || scheme == "Bearer" || scheme == "DPoP" && dpop
}

// Recognizes reports whether c would ask the server about the token. That depends on the token's prefix and, for a
// JWT, on Config.JWT. [core.FirstOf] uses it to choose an authenticator.
func (c *Client) Recognizes(credentials core.Credentials) bool {
	token := credentials.Token
	if token == "" || !c.cfg.JWT && isJWT(token) || strings.ContainsFunc(token, func(r rune) bool {
		return r <= ' ' ||
			r > '~'
	}) {
		return false
	}
	if len(c.cfg.Prefixes) == 0 {
		return true
	}
	for _, p := range c.cfg.Prefixes {
		if strings.HasPrefix(token, p) {
			return true
		}
	}
	return false
}

// isJWT reports whether the token has three parts, or begins as the JSON header of a JWT or JWE does. A verifier that
// rejects it must not be overruled by a server that accepts it.
func isJWT(token string) bool {
	return strings.Count(token, ".") == 2 || strings.HasPrefix(token, "eyJ")
}

func (c *Client) expected() string {
	if len(c.cfg.Prefixes) > 0 {
		return "expected one that begins with " + strings.Join(c.cfg.Prefixes, " or ")
	}
	return "expected an opaque token, not a JWT"
}

// use returns the session of an entry if it is still valid and the credentials prove the key that the token is bound
// to. For a rejected token, it returns the entry's rejection.
func (c *Client) use(ctx context.Context, e *entry, credentials core.Credentials) (*core.Session, *core.Error) {
	if e.session == nil {
		again := *e.rejection // the caller may change it
		return nil, &again
	}
	if err := c.judge.Recheck(ctx, e.session); err != nil {
		return nil, errorOf(err)
	}
	// The server says which key a token is bound to (RFC 7662 §2.2, RFC 8705 §3.2, RFC 9449 §6.2). Whether a request
	// proves that key is not part of the verdict, because other requests share the verdict.
	if err := e.session.Confirm(ctx, credentials); err != nil {
		return nil, errorOf(err)
	}
	return e.session, nil
}

// Forget makes the next request with the token ask the server again.
func (c *Client) Forget(token string) { c.cache.forget(jws.DigestOf(token)) }

// ForgetSessions forgets every session for which match returns true, for a service that learns that a user, a session
// or a client was revoked. It takes time in proportion to the number of remembered sessions. A nil match forgets
// everything, rejections included.
func (c *Client) ForgetSessions(match func(*core.Session) bool) { c.cache.forgetAll(match) }

// Recheck returns nil if s, a session that c returned, has not expired. It does not ask the server, because a session
// does not contain its token.
func (c *Client) Recheck(ctx context.Context, s *core.Session) error {
	err := c.judge.Recheck(ctx, s)
	var e *core.Error
	if errors.As(err, &e) { // not core.ErrNoSession
		c.reporter.ReportRejection(ctx, e)
	}
	return err
}

// ReportRejection reports a rejection that c did not make itself, such as that of a guard's policy, to the logger and
// the observer.
func (c *Client) ReportRejection(ctx context.Context, err *core.Error) {
	c.reporter.ReportRejection(ctx, err)
}

// Confirmations reports which kinds of tokens Config.Rules accept: bound by DPoP, bound to a client certificate, and
// not bound (bearer). Guards call it.
func (c *Client) Confirmations() (dpop, mtls, bearer bool) { return c.judge.Confirmations() }

// Issuers returns the issuers that the rules name.
func (c *Client) Issuers() []string { return c.judge.Issuers() }

// Now returns the time of c's clock.
func (c *Client) Now() time.Time { return c.cfg.Clock.Now() }

// Logger returns c's logger.
func (c *Client) Logger() *slog.Logger { return c.cfg.Logger }

// Stats counts what a client has done.
type Stats struct {
	// Entries is the approximate number of remembered tokens.
	Entries int
	// Asked is the number of calls to the server, Failed the number of those without a valid answer.
	Asked, Failed uint64
}

// Stats returns the current figures.
func (c *Client) Stats() Stats {
	return Stats{Entries: c.cache.len(), Asked: c.asked.Load(), Failed: c.failed.Load()}
}

// String names the server that c asks.
func (c *Client) String() string { return "introspection at " + c.host() }
