// Package guardtest tests implementations of the interfaces of package guard.
//
// It uses a real verifier and a real guard, and an issuer on loopback. Its
// functions report every broken rule at once and are safe for concurrent use.
// Later versions may add rules, so an implementation can fail after an upgrade.
package guardtest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/core/guard"
)

// Revocations is the revoker under test, with its store.
type Revocations struct {
	Revoker guard.Revoker
	// Revoke revokes the session's user, session or token.
	Revoke func(ctx context.Context, s *core.Session) error
	// Break makes the store unreachable. It is called last.
	Break func()
}

// TestRevoker tests a [guard.Revoker]. start returns one with an empty store.
func TestRevoker(t *testing.T, start func(t *testing.T) Revocations) {
	t.Helper()
	if err := CheckRevoker(t.Context(), start(t)); err != nil {
		t.Error(err)
	}
}

// CheckRevoker is [TestRevoker] for programs: it returns every rule that the
// revoker breaks.
func CheckRevoker(ctx context.Context, r Revocations) error {
	issuer, err := authtest.StartIssuer(authtest.Config{})
	if err != nil {
		return err
	}
	defer func() { _ = issuer.Close() }()
	verifier, err := core.NewVerifier(issuer.Contract(), core.WithLogger(slog.New(slog.DiscardHandler)))
	if err != nil {
		return err
	}
	tokens := map[string]string{}
	session := func(user string) *core.Session {
		tokens[user] = issuer.Token(authtest.Claims{"sub": user, "sid": "sess_" + user, "jti": "token_" + user})
		s, verifyErr := verifier.Verify(ctx, tokens[user])
		err = errors.Join(err, verifyErr)
		return s
	}
	revoked, other := session("user_revoked"), session("user_other")
	if err != nil {
		return err
	}
	var broken []error
	want := func(rule string, s *core.Session, want bool) {
		if got, askErr := r.Revoker.Revoked(ctx, s); askErr != nil || got != want {
			broken = append(broken, unexpected(rule, got, askErr))
		}
	}
	want("an unknown session is not revoked", revoked, false)
	if err := r.Revoke(ctx, revoked); err != nil {
		return fmt.Errorf("revoking: %w", err)
	}
	for range 3 {
		want("a revoked session stays revoked", revoked, true)
		want("another session is not revoked", other, false)
	}
	broken = append(broken, concurrently(ctx, r.Revoker, revoked, other), canceled(ctx, r.Revoker, revoked))
	r.Break()
	if got, err := r.Revoker.Revoked(ctx, other); err == nil {
		broken = append(
			broken,
			fmt.Errorf("a store that cannot be reached is an error: Revoked returned %t and no error", got),
		)
	}
	for failure, status := range map[guard.RevocationFailure]int{guard.FailClosed: 503, guard.FailOpen: 0} {
		g, err := guard.New(verifier, guard.Revocation(r.Revoker, failure))
		if err != nil {
			return err
		}
		request := httptest.NewRequestWithContext(ctx, "GET", "/", nil)
		authtest.Authorize(request, tokens["user_other"])
		got := 0
		if _, rejection := g.Check(ctx, guard.HTTPRequest(request)); rejection != nil {
			got = rejection.Status
		}
		if got != status {
			broken = append(
				broken,
				fmt.Errorf("an unreachable store, failure mode %d: the status is %d, want %d", failure, got, status),
			)
		}
	}
	return errors.Join(broken...)
}

// unexpected returns the error for a wrong result of Revoked.
func unexpected(rule string, got bool, err error) error {
	if err != nil {
		return fmt.Errorf("%s: Revoked returned an error: %w", rule, err)
	}
	return fmt.Errorf("%s: Revoked returned %t", rule, got)
}

// concurrently checks both sessions from many goroutines.
func concurrently(ctx context.Context, r guard.Revoker, revoked, other *core.Session) error {
	var group sync.WaitGroup
	wrong := make(chan error, 64)
	for range 32 {
		group.Go(func() {
			if got, err := r.Revoked(ctx, revoked); err != nil || !got {
				wrong <- unexpected("concurrent use: a revoked session", got, err)
			}
			if got, err := r.Revoked(ctx, other); err != nil || got {
				wrong <- unexpected("concurrent use: another session", got, err)
			}
		})
	}
	group.Wait()
	close(wrong)
	return <-wrong
}

// canceled calls Revoked with a canceled context: a revoker may answer from memory,
// but must not wait, and must not report a revoked session as not revoked.
func canceled(ctx context.Context, r guard.Revoker, revoked *core.Session) error {
	ended, cancel := context.WithCancel(ctx)
	cancel()
	done := make(chan error, 1)
	go func() {
		if got, err := r.Revoked(ended, revoked); err == nil && !got {
			done <- errors.New("a canceled context: a revoked session was reported as not revoked")
		}
		close(done)
	}()
	select {
	case err := <-done:
		return err
	case <-time.After(10 * time.Second):
		return errors.New("a canceled context: Revoked still waits after 10 s")
	}
}
