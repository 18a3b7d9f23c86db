package introspect

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/internal/jws"
	"github.com/revstackhq/auth-go/core/internal/upstream"
)

// busyRetry is the Retry-After if too many calls are running.
const busyRetry = time.Second

// ask returns the server's verdict on the token. Requests for one token share a call. exists says that the token was
// active a short time ago.
func (c *Client) ask(ctx context.Context, digest jws.Digest, token string, exists bool) (*entry, *core.Error) {
	generation := c.cache.generation.Load()
	now := c.cfg.Clock.Now()
	e, err := c.group.Do(ctx, call{digest, generation}, upstream.Call[*entry]{
		Known: func() (*entry, bool) {
			e := c.cache.get(digest)
			return e, e != nil && now.Before(e.until)
		},
		Run:    func(ctx context.Context) (*entry, error) { return c.fetch(ctx, token, exists) },
		Settle: func(e *entry, err error) (*entry, error) { return e, c.settle(digest, generation, e, err) },
	})
	if err == nil {
		return e, nil
	}
	return nil, c.rejection(ctx, err)
}

// failure is the error of a call without a verdict.
type failure struct {
	reason     string
	retryAfter time.Duration
	token      bool // the token may be the cause: the server may work for other tokens
	notMade    bool // the call was not made
	cause      error
}

func (f *failure) Error() string {
	if f.cause != nil {
		return f.reason + ": " + f.cause.Error()
	}
	return f.reason
}

func (f *failure) Unwrap() error { return f.cause }

// fetch asks the server. Made-up tokens do not delay a token that exists.
func (c *Client) fetch(ctx context.Context, token string, exists bool) (*entry, error) {
	now := c.cfg.Clock.Now()
	if wait := c.waitForInactive(now); wait > 0 && !exists {
		return nil, &failure{reason: "too many unknown tokens", retryAfter: wait, notMade: true}
	}
	if wait, ok := c.breaker.Allow(now); !ok {
		return nil, &failure{reason: "the server failed before and is left alone for now", retryAfter: wait, notMade: true}
	}
	c.asked.Add(1)
	form, header := c.server.request(token)
	if err := c.cfg.Auth.Apply(header, form, c.cfg.Server.URL, now); err != nil {
		return nil, err
	}
	body, err := c.server.encode(form)
	if err != nil {
		return nil, err
	}
	resp, err := c.poster.Post(ctx, c.cfg.Server.URL, header, body)
	if err != nil {
		return nil, err
	}
	claims, err := c.claims(ctx, resp)
	if err != nil {
		return nil, err
	}
	return c.verdict(ctx, claims), nil
}

// claims returns the claims in a response, nil for a token that is not active.
func (c *Client) claims(ctx context.Context, r *upstream.Response) ([]byte, error) {
	switch {
	case slices.Contains(c.server.UnknownStatuses, r.Status):
		return nil, nil
	case r.Status == http.StatusUnauthorized || r.Status == http.StatusForbidden:
		return nil, &failure{reason: fmt.Sprintf("the server does not accept this program's credentials (status %d)",
			r.Status)}
	case r.Status == http.StatusTooManyRequests || r.Status == http.StatusServiceUnavailable:
		return nil, &failure{reason: fmt.Sprintf("status %d", r.Status), retryAfter: r.RetryAfter}
	case r.Status != http.StatusOK:
		// A token that the server cannot read must not stop the calls about all other tokens.
		token := r.Status >= http.StatusBadRequest && r.Status < http.StatusInternalServerError
		return nil, &failure{reason: fmt.Sprintf("status %d", r.Status), token: token}
	}
	want := c.server.accept
	if r.MediaType != want {
		return nil, &failure{reason: fmt.Sprintf("the answer is %.64q, expected %s", r.MediaType, want)}
	}
	body := r.Body
	if c.signed != nil {
		s, err := c.signed.Verify(ctx, string(body))
		if err != nil {
			return nil, &failure{reason: "the signed answer is not valid", cause: err}
		}
		if body, err = signedAnswer(s.RawClaims()); err != nil {
			return nil, &failure{reason: "the signed answer is not valid", cause: err}
		}
	}
	claims, err := c.server.read(body)
	if err != nil {
		return nil, &failure{reason: err.Error()}
	}
	return claims, nil
}

// verdict turns claims into a session or a rejection.
func (c *Client) verdict(ctx context.Context, claims []byte) *entry {
	now := c.cfg.Clock.Now()
	e := &entry{bytes: len(claims)}
	if claims == nil {
		e.rejection = reject(CodeInactive, "the server says that the token is not active: it is unknown, expired or revoked")
	} else if s, err := c.judge.AcceptUnconfirmed(ctx, claims); err != nil {
		e.rejection = errorOf(err)
	} else {
		e.session = s
	}
	if e.rejection != nil {
		e.until = now.Add(c.cfg.RefusedFor)
		return e
	}
	e.until = now.Add(c.cfg.MaxAge)
	return e
}

// settle stores the result of a call, even if no request is waiting for it any more.
func (c *Client) settle(digest jws.Digest, generation uint64, e *entry, err error) error {
	now := c.cfg.Clock.Now()
	if err == nil {
		if c.breaker.Succeeded() {
			c.cfg.Logger.Info("auth: introspection works again", slog.String("host", c.host()))
		}
		if e.rejection != nil {
			c.countInactive(now)
		}
		c.cache.put(digest, generation, e)
		return nil
	}
	var f *failure
	if !errors.As(err, &f) {
		f = &failure{reason: "the server cannot be reached", cause: err}
	}
	if f.notMade {
		return f
	}
	c.failed.Add(1)
	if f.token {
		c.countInactive(now)
		c.breaker.Abandoned()
		return f
	}
	if c.breaker.Failed(now, f.retryAfter) {
		c.cfg.Logger.Error("auth: introspection unavailable", slog.String("host", c.host()), slog.String("error", f.Error()))
	}
	return f
}

func (c *Client) waitForInactive(now time.Time) time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.inactive.Wait(now)
}

func (c *Client) countInactive(now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.inactive.Take(now)
}

// rejection returns the error for a request whose call ended without a verdict.
func (c *Client) rejection(ctx context.Context, err error) *core.Error {
	if errors.Is(ctx.Err(), context.Canceled) {
		return &core.Error{
			Code:   core.CodeRequestCanceled,
			Detail: "the request ended before its credentials were checked",
			Err:    ctx.Err(),
		}
	}
	e := &core.Error{Code: CodeUnavailable, Detail: "introspection at " + c.host(), RetryAfter: busyRetry, Err: err}
	var f *failure
	if errors.As(err, &f) {
		e.RetryAfter = max(f.retryAfter, busyRetry)
	}
	return e
}

func (c *Client) host() string {
	u, err := url.Parse(c.cfg.Server.URL)
	if err != nil {
		return ""
	}
	return u.Host
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
