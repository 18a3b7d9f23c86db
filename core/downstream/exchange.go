package downstream

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/maypok86/otter/v2"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/clientauth"
	"github.com/revstackhq/auth-go/core/internal/faults"
	"github.com/revstackhq/auth-go/core/internal/jose"
	"github.com/revstackhq/auth-go/core/internal/jws"
	"github.com/revstackhq/auth-go/core/internal/upstream"
	"github.com/revstackhq/auth-go/core/keys"
)

// ExchangeConfig configures an [Exchange].
type ExchangeConfig struct {
	// TokenURL is the authorization server's token endpoint: https, or http on loopback.
	TokenURL string
	// Auth identifies this program, which becomes the actor of the new token (RFC 8693 §4.1).
	Auth clientauth.Method
	// Audience and Resource name the service that the new token is for (RFC 8693 §2.1). At least one is required: a token
	// for everything is no narrower than the caller's.
	Audience, Resource string
	// Scopes are the scopes to request for the new token. If empty, the server decides.
	Scopes []string
	// Params are further parameters, such as requested_token_type.
	Params map[string]string
	// Origins are the services that may get the token, such as "https://billing.internal".
	Origins []string

	// MaxAge bounds how long a token is used: 5 min if 0. A token is never used after it or the caller's session has
	// expired.
	MaxAge time.Duration
	// MaxEntries bounds the number of remembered tokens: 4,096 if 0.
	MaxEntries int
	// MaxConcurrent bounds the calls that run at once: 64 if 0.
	MaxConcurrent int
	// Timeout bounds one call: 5 s if 0.
	Timeout time.Duration

	// HTTPClient replaces the exchange's own client for the token endpoint. Its redirect policy and cookies are not used.
	HTTPClient *http.Client
	// Clock replaces the system's clock, for tests.
	Clock keys.Clock
}

// ExchangeError is a refusal by the authorization server.
type ExchangeError struct {
	// Status is the HTTP status. Code is the error code of RFC 6749 §5.2, such as "invalid_grant"; "" if the response has
	// none.
	Status int
	Code   string
}

// Error names status and code.
func (e *ExchangeError) Error() string {
	return strings.TrimSpace(fmt.Sprintf("downstream: the token exchange was refused with status %d %s", e.Status, e.Code))
}

// ErrUnavailable means that the authorization server could not be reached, or that its answer was not usable.
var ErrUnavailable = errors.New("downstream: the authorization server is unavailable")

// Exchange exchanges the caller's token at an authorization server for a token for another service (RFC 8693). One
// call at a time is made for each caller's token, however many requests need it, and the result is kept in memory.
// Make it with [NewExchange]. It is safe for concurrent use.
type Exchange struct {
	cfg     ExchangeConfig
	poster  *upstream.Poster
	group   *upstream.Group[call, *exchanged]
	breaker upstream.Breaker
	cache   *otter.Cache[jws.Digest, *exchanged]
	forgot  atomic.Uint64
}

// call is the key of a shared call for one caller's token. The generation keeps requests after a Forget from joining
// a call that began before it.
type call struct {
	subject    jws.Digest
	generation uint64
}

type exchanged struct {
	token string
	until time.Time
}

const (
	maxAnswerBytes = 64 << 10
	// early is how long before its expiry a token is no longer used, because a request takes time.
	early = 5 * time.Second
)

// NewExchange returns an exchange. It does no I/O. Every mistake is returned at once, as [*core.ConfigError].
func NewExchange(cfg ExchangeConfig) (*Exchange, error) {
	var f configErrors
	if cfg.TokenURL == "" {
		f.Missing("TokenURL", "is empty: name the token endpoint")
	} else {
		f.URL("TokenURL", cfg.TokenURL, faults.URLRules{Query: true})
	}
	if err := cfg.Auth.Validate(); err != nil {
		f.Invalid("Auth", "", "%s", strings.ReplaceAll(err.Error(), "\n", ", and "))
	}
	if cfg.Audience == "" && cfg.Resource == "" {
		f.Missing("Audience", "is empty: name the service that the token is for, or set {Resource}")
	}
	cfg.MaxAge, cfg.Timeout = cmp.Or(cfg.MaxAge, 5*time.Minute), cmp.Or(cfg.Timeout, 5*time.Second)
	for field, value := range map[string]time.Duration{"MaxAge": cfg.MaxAge, "Timeout": cfg.Timeout} {
		if value < time.Millisecond {
			f.Invalid(field, faults.Plain(value), "must be positive, and have a unit")
		}
	}
	cfg.MaxEntries, cfg.MaxConcurrent = cmp.Or(cfg.MaxEntries, 4096), cmp.Or(cfg.MaxConcurrent, 64)
	for field, value := range map[string]int{"MaxEntries": cfg.MaxEntries, "MaxConcurrent": cfg.MaxConcurrent} {
		if value < 0 {
			f.Invalid(field, faults.Plain(value), "must not be negative")
		}
	}
	if faults.IsNil(cfg.Clock) {
		cfg.Clock = keys.SystemClock{}
	}
	cfg.Scopes, cfg.Origins = slices.Clone(cfg.Scopes), slices.Clone(cfg.Origins)
	newTransport(nil, cfg.Origins, &f)
	if err := f.Err(); err != nil {
		return nil, err
	}
	return &Exchange{
		cfg:    cfg,
		poster: upstream.NewPoster(cfg.HTTPClient, maxAnswerBytes),
		group:  upstream.NewGroup[call, *exchanged](cfg.MaxConcurrent, cfg.Timeout),
		cache:  otter.Must(&otter.Options[jws.Digest, *exchanged]{MaximumSize: cfg.MaxEntries}),
	}, nil
}

// Transport returns a transport that sends the exchanged token to the origins of the configuration. A nil base is
// http.DefaultTransport. A token that a service answers with 401 is not used again.
func (e *Exchange) Transport(base http.RoundTripper) http.RoundTripper {
	t := newTransport(base, e.cfg.Origins, new(configErrors))
	t.token = e.Token
	t.refused = func(ctx context.Context) {
		if token, err := callersToken(ctx); err == nil {
			e.Forget(token)
		}
	}
	return t
}

// Forget drops the token that was issued in exchange for this caller's token.
func (e *Exchange) Forget(callersToken string) {
	e.forgot.Add(1)
	e.cache.Invalidate(jws.DigestOf(callersToken))
}

// Token returns a token for the service in exchange for the token of the caller in ctx. The error is [ErrNoToken], an
// [*ExchangeError], an error that wraps [ErrUnavailable], or ctx's error.
func (e *Exchange) Token(ctx context.Context) (string, error) {
	subject, err := callersToken(ctx)
	if err != nil {
		return "", err
	}
	now := e.cfg.Clock.Now()
	digest := jws.DigestOf(subject)
	remembered := func() (*exchanged, bool) {
		known, ok := e.cache.GetIfPresent(digest)
		return known, ok && now.Before(known.until)
	}
	if known, ok := remembered(); ok {
		return known.token, nil
	}
	var ends time.Time
	if s, ok := core.FromContext(ctx); ok {
		ends = s.ExpiresAt()
	}
	generation := e.forgot.Load()
	got, err := e.group.Do(ctx, call{digest, generation}, upstream.Call[*exchanged]{
		Known: remembered,
		Run:   func(ctx context.Context) (*exchanged, error) { return e.fetch(ctx, subject, ends) },
		Settle: func(got *exchanged, err error) (*exchanged, error) {
			return got, e.settle(digest, generation, got, err)
		},
	})
	var refused *ExchangeError
	switch {
	case err == nil:
		return got.token, nil
	case errors.As(err, &refused):
		return "", refused
	case ctx.Err() != nil:
		return "", ctx.Err()
	}
	return "", fmt.Errorf("%w: %w", ErrUnavailable, err)
}

// errPaused means that the server was not called.
var errPaused = errors.New("it failed before and is left alone for now")

func (e *Exchange) fetch(ctx context.Context, subject string, ends time.Time) (*exchanged, error) {
	now := e.cfg.Clock.Now()
	if _, ok := e.breaker.Allow(now); !ok {
		return nil, errPaused
	}
	form := url.Values{
		"grant_type":         {"urn:ietf:params:oauth:grant-type:token-exchange"}, // RFC 8693 §2.1
		"subject_token":      {subject},
		"subject_token_type": {"urn:ietf:params:oauth:token-type:access_token"},
	}
	for name, value := range map[string]string{
		"audience": e.cfg.Audience, "resource": e.cfg.Resource, "scope": strings.Join(e.cfg.Scopes, " "),
	} {
		if value != "" {
			form.Set(name, value)
		}
	}
	for name, value := range e.cfg.Params {
		form.Set(name, value)
	}
	header := http.Header{"Accept": {"application/json"}, "Content-Type": {"application/x-www-form-urlencoded"}}
	if err := e.cfg.Auth.Apply(header, form, e.cfg.TokenURL, now); err != nil {
		return nil, err
	}
	resp, err := e.poster.Post(ctx, e.cfg.TokenURL, header, []byte(form.Encode()))
	switch {
	case err != nil:
		return nil, err
	case resp.Status >= http.StatusBadRequest && resp.Status < http.StatusInternalServerError &&
		resp.Status != http.StatusTooManyRequests:
		return nil, &ExchangeError{Status: resp.Status, Code: errorCode(resp.Body)}
	case resp.Status != http.StatusOK || resp.MediaType != "application/json":
		return nil, fmt.Errorf("status %d, content type %.64q", resp.Status, resp.MediaType)
	}
	return e.read(resp.Body, ends)
}

// read reads a token response (RFC 8693 §2.2.1).
func (e *Exchange) read(body []byte, ends time.Time) (*exchanged, error) {
	answer, err := jose.ParseObject(body, jose.Limits{})
	if err != nil {
		return nil, err
	}
	token, typ := textOf(answer, "access_token"), textOf(answer, "token_type")
	if token == "" || strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return nil, errors.New("the answer has no access_token that a header can carry")
	}
	if !strings.EqualFold(typ, "Bearer") { // a DPoP token is useless without its key, and N_A is not an access token
		return nil, fmt.Errorf("the answer's token_type is %.32q, expected Bearer", typ)
	}
	now := e.cfg.Clock.Now()
	until := now.Add(e.cfg.MaxAge)
	if v, ok := answer.Lookup("expires_in"); ok {
		at, err := v.Time() // expires_in is a number of seconds, which Time reads as a date after 1970
		if err != nil {
			return nil, errors.New("the answer's expires_in is not a number of seconds")
		}
		if end := now.Add(time.Duration(min(at.Unix(),
			int64(e.cfg.MaxAge/time.Second)+int64(early/time.Second))) * time.Second); end.Add(-early).Before(until) {
			until = end.Add(-early)
		}
	}
	if !ends.IsZero() && ends.Before(until) {
		until = ends
	}
	return &exchanged{token, until}, nil
}

func (e *Exchange) settle(subject jws.Digest, generation uint64, got *exchanged, err error) error {
	now := e.cfg.Clock.Now()
	var refused *ExchangeError
	switch {
	case errors.Is(err, errPaused):
		return err
	case err == nil, errors.As(err, &refused):
		e.breaker.Succeeded() // a refusal shows that the server works
	default:
		e.breaker.Failed(now, 0)
	}
	if err == nil && now.Before(got.until) && e.forgot.Load() == generation {
		e.cache.Set(subject, got)
		e.cache.CleanUp() // the bound holds now, not some time later
	}
	return err
}

// errorCode reads the error code of RFC 6749 §5.2. Nothing else in an error's body is used: it may repeat the token.
func errorCode(body []byte) string {
	answer, err := jose.ParseObject(body, jose.Limits{})
	if err != nil {
		return ""
	}
	code := textOf(answer, "error")
	if len(code) > 64 || strings.Trim(code, "abcdefghijklmnopqrstuvwxyz_") != "" {
		return ""
	}
	return code
}

func textOf(o jose.Object, name string) string {
	v, _ := o.Lookup(name)
	text, _ := v.Text()
	return text
}
