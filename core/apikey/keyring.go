package apikey

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/maypok86/otter/v2"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/event"
	"github.com/revstackhq/auth-go/core/internal/refusal"
	"github.com/revstackhq/auth-go/core/internal/upstream"
	"github.com/revstackhq/auth-go/core/keys"
)

// Kind is the kind of the sessions of API keys.
const Kind core.TokenKind = "api_key"

// The codes of a keyring, in addition to those of package core.
const (
	// CodeInactive: no such key exists. A key whose secret is wrong gets the same code as an unknown one.
	CodeInactive core.Code = "TOKEN_INACTIVE" //nolint:errname // a code, as those of package core
	// CodeUnavailable: the store could not be asked. The status is 503, and errors.Is reports core.CodeNetworkError.
	CodeUnavailable core.Code = "API_KEYS_UNAVAILABLE" //nolint:errname // the same
)

// Keyring issues, authenticates and revokes API keys. It is a [core.Authenticator]. Make it with [New]. It is safe
// for concurrent use.
type Keyring struct {
	cfg      Config
	judge    *core.Verifier // makes sessions from records; reports nothing
	reporter *core.Verifier // reports rejections to the logger and the observer
	records  *otter.Cache[string, *record]
	unknown  *otter.Cache[string, *record] // ids without a key; separate, so that they never evict a key
	group    *upstream.Group[lookup, *record]
	breaker  upstream.Breaker
	touches  chan struct{} // one slot for each Touch that runs

	mu         sync.Mutex
	generation atomic.Uint64
	limit      upstream.Bucket // limits look-ups of unknown ids
}

// record is what is remembered for an id.
type record struct {
	key     Key
	session *core.Session // nil if the key does not exist, or no session can be made from it
	refused *core.Error
	until   time.Time
	touched atomic.Int64 // when LastUsed was last noted, in microseconds
}

// lookup is the key of a shared look-up. The generation keeps requests after a Forget from joining a look-up that
// began before it.
type lookup struct {
	id         string
	generation uint64
}

// maxUnknown bounds the remembered ids without a key.
const maxUnknown = 4096

// maxTouches bounds the calls of Store.Touch that run at once.
const maxTouches = 4

var _ core.Authenticator = (*Keyring)(nil)

// New returns a keyring. It does no I/O. Every mistake is returned at once, as [*core.ConfigError].
func New(cfg Config) (*Keyring, error) {
	var f configErrors
	cfg.fillDefaults(&f)
	if err := f.Err(); err != nil {
		return nil, err
	}
	contract := cfg.contract(&f)
	if err := f.Err(); err != nil {
		return nil, err
	}
	k := &Keyring{cfg: cfg, touches: make(chan struct{}, maxTouches)}
	options := []core.Option{
		core.WithKeySource(noKeys{}), core.WithClock(cfg.Clock),
		core.TokenCache{Disabled: true},
		core.WithLogger(slog.New(slog.DiscardHandler)),
	}
	var err error
	// The first verifier of a contract logs the warnings, so make the silent one first: here the warnings do not apply.
	if k.judge, err = core.NewVerifier(contract, options...); err != nil {
		return nil, err
	}
	options[len(options)-1] = core.WithLogger(cfg.Logger)
	if cfg.Observe != nil {
		options = append(options, core.WithObserver(cfg.Observe))
	}
	if k.reporter, err = core.NewVerifier(contract, options...); err != nil {
		return nil, err
	}
	k.records = otter.Must(&otter.Options[string, *record]{MaximumSize: cfg.MaxEntries})
	k.unknown = otter.Must(&otter.Options[string, *record]{MaximumSize: min(cfg.MaxEntries, maxUnknown)})
	k.group = upstream.NewGroup[lookup, *record](cfg.MaxConcurrent, cfg.Timeout)
	k.limit = upstream.NewBucket(cfg.MaxUnknownPerSecond, cfg.Clock.Now())
	return k, nil
}

// noKeys is the key source for a contract whose tokens are not signed.
type noKeys struct{}

func (noKeys) Keys(context.Context) ([]keys.Key, error) { return nil, nil }

// Authenticate returns the session of c's token, an API key. It asks the store unless the record is remembered. Every
// error is a [*core.Error].
func (k *Keyring) Authenticate(ctx context.Context, c core.Credentials) (*core.Session, error) {
	started := k.cfg.Clock.Now()
	s, remembered, err := k.authenticate(ctx, c)
	if err != nil {
		k.reporter.ReportRejection(refusal.With(ctx, refusal.Info{Request: c.Request}), err)
		return nil, err
	}
	if k.cfg.Observe != nil {
		refusal.Observe(ctx, k.cfg.Logger, k.cfg.Observe, event.TokenVerified{
			Provider:   s.Provider(),
			Issuer:     s.Issuer(),
			Remembered: remembered,
			Took:       k.cfg.Clock.Now().Sub(started),
		})
	}
	return s, nil
}

func (k *Keyring) authenticate(ctx context.Context, c core.Credentials) (*core.Session, bool, *core.Error) {
	switch {
	case c.Scheme != "" && c.Scheme != "Bearer":
		return nil, false, reject(core.CodeInvalidRequest,
			fmt.Sprintf("the scheme %.16q is not accepted here, expected Bearer", c.Scheme))
	case c.Token == "":
		return nil, false, reject(core.CodeTokenMissing, "the credentials contain no key")
	}
	id, problem := parse(k.cfg.Prefix, c.Token)
	if problem != "" {
		return nil, false, reject(core.CodeInvalidFormat, problem)
	}
	r, remembered, err := k.find(ctx, id)
	if err != nil {
		return nil, false, err
	}
	s, err := k.use(ctx, r, c.Token)
	return s, remembered, err
}

// use checks the secret, and then whether the key was revoked or has expired. The order matters: only those who have
// the secret may learn that.
func (k *Keyring) use(ctx context.Context, r *record, token string) (*core.Session, *core.Error) {
	// Compare for an unknown id too, so that it takes as long as a known one.
	want := r.key.Hash
	if len(want) == 0 {
		want = make([]byte, len(hashOf("")))
	}
	if subtle.ConstantTimeCompare(hashOf(token), want) != 1 || len(r.key.Hash) == 0 {
		return nil, reject(CodeInactive, "no key has this id and secret")
	}
	if err := k.ended(ctx, r); err != nil {
		return nil, err
	}
	k.touch(ctx, r)
	return r.session, nil
}

// ended returns why the key of r is no longer accepted although the secret was right, nil if it is accepted.
func (k *Keyring) ended(ctx context.Context, r *record) *core.Error {
	switch {
	case r.refused != nil:
		again := *r.refused // the caller may change it
		return &again
	case !r.key.Revoked.IsZero(): // even if it is later by this clock: another replica's may be ahead
		return reject(core.CodeTokenRevoked, "the key "+r.key.ID+" was revoked at "+r.key.Revoked.Format(time.RFC3339))
	}
	if err := k.judge.Recheck(ctx, r.session); err != nil {
		return errorOf(err)
	}
	return nil
}

// Recognizes reports whether the token begins with the keyring's prefix. [core.FirstOf] chooses by it.
func (k *Keyring) Recognizes(c core.Credentials) bool {
	return strings.HasPrefix(c.Token, k.cfg.Prefix+"_")
}

// Recheck reports whether s, a session that k returned, would still be accepted: its key exists and is neither revoked
// nor expired. Every error is a [*core.Error], except core.ErrNoSession for a session that k did not make.
func (k *Keyring) Recheck(ctx context.Context, s *core.Session) error {
	if s == nil || s.Issuer() != k.cfg.Issuer || s.Kind() != Kind {
		return core.ErrNoSession
	}
	id, _ := s.Claim("jti")
	text, _ := id.(string)
	r, _, err := k.find(ctx, text)
	if err == nil && r.session == nil && r.refused == nil {
		err = reject(CodeInactive, "the key "+text+" no longer exists")
	}
	if err == nil {
		err = k.ended(ctx, r)
	}
	if err != nil {
		k.reporter.ReportRejection(ctx, err)
		return err
	}
	return nil
}

// ReportRejection reports a rejection that k did not make itself, such as that of a guard's policy, to the logger and
// the observer.
func (k *Keyring) ReportRejection(ctx context.Context, err *core.Error) {
	k.reporter.ReportRejection(ctx, err)
}

// Now returns the time of k's clock.
func (k *Keyring) Now() time.Time { return k.cfg.Clock.Now() }

// Logger returns k's logger.
func (k *Keyring) Logger() *slog.Logger { return k.cfg.Logger }

// Forget makes the next request with the key of that id ask the store again.
func (k *Keyring) Forget(id string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.generation.Add(1)
	k.records.Invalidate(id)
	k.unknown.Invalidate(id)
}

// sessionOf makes the session of a key.
func (k *Keyring) sessionOf(ctx context.Context, key Key) (*core.Session, *core.Error) {
	issued := key.Created
	if now := k.cfg.Clock.Now(); now.Before(issued) { // the clock of the replica that made the key is ahead
		issued = now
	}
	claims := map[string]any{
		"iss":    k.cfg.Issuer,
		"sub":    key.Owner,
		"jti":    key.ID,
		"iat":    issued.Unix(),
		"name":   key.Name,
		"scopes": key.Scopes,
	}
	if !key.Expires.IsZero() {
		claims["exp"] = float64(key.Expires.UnixMicro()) / 1e6
	}
	if key.Organization != "" {
		claims["org_id"] = key.Organization
	}
	data, err := json.Marshal(claims)
	if err != nil {
		return nil, errorOf(err)
	}
	s, err := k.judge.Accept(ctx, data)
	if err != nil {
		return nil, errorOf(err)
	}
	return s, nil
}

// touch stores the time of the last use, in a goroutine, so that the request does not wait for it.
func (k *Keyring) touch(ctx context.Context, r *record) {
	now := k.cfg.Clock.Now()
	last := r.touched.Load()
	if k.cfg.TouchEvery < 0 || now.Sub(time.UnixMicro(last)) < k.cfg.TouchEvery || !r.touched.CompareAndSwap(last,
		now.UnixMicro()) {
		return
	}
	select {
	case k.touches <- struct{}{}:
	default: // the store is slow: skip this one, a later use will be stored
		r.touched.Store(last)
		return
	}
	go func() {
		defer func() { <-k.touches }()
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), k.cfg.Timeout)
		defer cancel()
		_, _ = upstream.Protect(func() (struct{}, error) { return struct{}{}, k.cfg.Store.Touch(ctx, r.key.ID, now.UTC()) })
	}()
}

func reject(code core.Code, detail string) *core.Error {
	return &core.Error{Code: code, Detail: detail}
}

func errorOf(err error) *core.Error {
	var e *core.Error
	if errors.As(err, &e) && e != nil {
		return e
	}
	return &core.Error{Code: core.CodeUnknownError, Err: err}
}
