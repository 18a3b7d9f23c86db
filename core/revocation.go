package core

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/revstackhq/auth-go/core/keys"
)

// RevocationFailure says what happens if the revocation check itself fails.
type RevocationFailure int

// The two choices; neither is the default, WithRevocation wants one.
const (
	// FailClosed answers 503, with CodeRevocationUnavailable: nobody gets in while
	// revocation can't be checked.
	FailClosed RevocationFailure = iota + 1
	// FailOpen lets the session pass: revoked ones too, while the check is down.
	FailOpen
)

// WithRevocation asks check about every session on every request, also for
// tokens that were verified before. check returns nil for a good session, an
// error for which errors.Is(err, [CodeTokenRevoked]) for a revoked one, and any
// other error if it can't tell: then onFailure decides. That the check fails,
// and that it works again, is logged once, not for every request.
func WithRevocation(check func(ctx context.Context, s *Session) error, onFailure RevocationFailure) Option {
	return guardOption(func(g *guardOptions) {
		if check == nil {
			g.faults.add("WithRevocation", "", "is nil")
		}
		if onFailure != FailClosed && onFailure != FailOpen {
			g.faults.add("WithRevocation", itoa(int(onFailure)), "say core.FailClosed or core.FailOpen")
		}
		g.revocation, g.failure = check, onFailure
	})
}

// revocationRetry is the Retry-After of an answer that the check could not give.
const revocationRetry = 5 * time.Second

func (g *Guard) checkRevocation(ctx context.Context, s *Session) *Error {
	if g.revocation == nil {
		return nil
	}
	err := g.revocation(ctx, s)
	revoked := errors.Is(err, CodeTokenRevoked)
	if err != nil && !revoked {
		if gone := canceled(ctx); gone != nil {
			return gone // the client's doing, not the store's
		}
	}
	g.noteRevocation(ctx, err, err != nil && !revoked)
	switch {
	case err == nil:
		return nil
	case revoked:
		return &Error{Code: CodeTokenRevoked, Detail: "the revocation check reports the session of " + quoted(s.userID) + " as revoked", Err: err}
	case g.failure == FailOpen:
		return nil
	default:
		return &Error{Code: CodeRevocationUnavailable, Detail: "revocation can't be checked", RetryAfter: revocationRetry, Err: err}
	}
}

func (g *Guard) noteRevocation(ctx context.Context, err error, failing bool) {
	v := g.verifier
	failed, changed := g.revocationOutage.note(failing, v.clock)
	switch {
	case !changed:
	case !failing:
		v.logger.InfoContext(ctx, "auth: revocation can be checked again", slog.Uint64("failed_checks", failed))
	case g.failure == FailOpen:
		v.logger.WarnContext(ctx, "auth: revocation can't be checked: revoked sessions pass until it can", slog.Any("error", err))
	default:
		v.logger.ErrorContext(ctx, "auth: revocation can't be checked: sessions are answered with 503 until it can", slog.Any("error", err))
	}
}

// outage decides which of many failures is reported: the first, and the end. A
// service that comes and goes is reported once in outageQuiet at most, so that
// nobody fills a log by it.
type outage struct {
	active atomic.Bool // something is yet to be reported, or to end

	mu       sync.Mutex
	reported bool // the last report was of a failure
	at       time.Time
	failed   uint64
}

const outageQuiet = 10 * time.Second

// note counts a failure or a success. It returns true if that is to be reported,
// and for a success how many failures there were since the last one reported.
func (o *outage) note(failing bool, clock keys.Clock) (failed uint64, report bool) {
	if !failing && !o.active.Load() {
		return 0, false
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.active.Store(true)
	if failing {
		o.failed++
	}
	if failing == o.reported {
		o.active.Store(failing)
		return 0, false
	}
	now := clock.Now()
	if !o.at.IsZero() && now.Sub(o.at) < outageQuiet && !now.Before(o.at) {
		return 0, false
	}
	o.reported, o.at = failing, now
	o.active.Store(failing)
	failed = o.failed
	if !failing {
		o.failed = 0
	}
	return failed, true
}
