package guard

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/internal/faults"
)

// RevocationFailure decides what happens if the revocation check itself fails.
type RevocationFailure int

// The two choices. Neither is the default: [Revocation] requires one.
const (
	// FailClosed answers 503, with CodeRevocationUnavailable: no session gets in
	// while revocation cannot be checked.
	FailClosed RevocationFailure = iota + 1
	// FailOpen accepts the session, even a revoked one, while the check is down.
	FailOpen
)

// Revoker reports whether a session has been revoked. It must be safe for
// concurrent use. It returns an error if it cannot decide. Package guardtest tests
// implementations.
//
// Identify a token by its claims, such as iss and jti, and not by a digest of its
// text: anyone can turn an ECDSA signature into a second valid one.
type Revoker interface {
	Revoked(ctx context.Context, s *core.Session) (bool, error)
}

// RevokerFunc is a function as a [Revoker].
type RevokerFunc func(ctx context.Context, s *core.Session) (bool, error)

// Revoked calls f.
func (f RevokerFunc) Revoked(ctx context.Context, s *core.Session) (bool, error) { return f(ctx, s) }

// Revocation calls revoker for the session of every request, even if its token was
// verified before. If revoker returns an error, onFailure decides. The first
// failure and the recovery are logged, not every request.
func Revocation(revoker Revoker, onFailure RevocationFailure) Option {
	return option(func(s *settings) {
		if faults.IsNil(revoker) {
			s.faults.Missing("Revocation", "is nil: leave the option out to check no revocations")
		}
		if onFailure != FailClosed && onFailure != FailOpen {
			s.faults.Invalid("Revocation", faults.Plain(onFailure), "choose guard.FailClosed or guard.FailOpen")
		}
		s.revoker, s.failure = revoker, onFailure
	})
}

// revocationRetry is the Retry-After of an answer if revocation cannot be checked.
const revocationRetry = 5 * time.Second

func (g *Guard) checkRevocation(ctx context.Context, s *core.Session) *core.Error {
	if g.revoker == nil {
		return nil
	}
	revoked, err := g.revoker.Revoked(ctx, s)
	if errors.Is(err, core.CodeTokenRevoked) { // an error that means "revoked": FailOpen must not let it through
		revoked, err = true, nil
	}
	if err != nil && errors.Is(ctx.Err(), context.Canceled) {
		return canceled(ctx) // the client closed the connection; the store may be fine
	}
	g.noteRevocation(ctx, err)
	switch {
	case err == nil && revoked:
		return reject(core.CodeTokenRevoked, "the revocation check reports the session of "+quoted(s.UserID())+" as revoked")
	case err == nil || g.failure == FailOpen:
		return nil
	default:
		return &core.Error{
			Code: core.CodeRevocationUnavailable, Detail: "revocation can't be checked", RetryAfter: revocationRetry, Err: err,
		}
	}
}

func (g *Guard) noteRevocation(ctx context.Context, err error) {
	failing := err != nil
	failed, changed := g.revocationOutage.Note(failing, g.now)
	switch {
	case !changed:
	case !failing:
		g.log().InfoContext(ctx, "auth: revocation can be checked again", slog.Uint64("failed_checks", failed))
	case g.failure == FailOpen:
		const message = "auth: revocation can't be checked: revoked sessions pass until it can"
		g.log().WarnContext(ctx, message, slog.Any("error", err))
	default:
		const message = "auth: revocation can't be checked: sessions are answered with 503 until it can"
		g.log().ErrorContext(ctx, message, slog.Any("error", err))
	}
}
