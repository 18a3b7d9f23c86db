package core

import (
	"context"
	"time"
)

// contextKey is the one key under which every adapter finds the session.
type contextKey struct{}

// admission is what a guard leaves in the request's context. A session that is
// nil stands for an anonymous visitor that the guard let pass.
type admission struct {
	session *Session
	guard   *Guard     // nil if the session was put there by NewContext
	outer   *admission // a guard further out that asks about revocation too
	at      time.Time  // when guard asked about revocation, zero if it does not
}

// NewContext returns ctx with the session, for handlers behind something other
// than a [Guard]. A nil session removes what ctx held, and so does one that no
// verifier made.
func NewContext(ctx context.Context, s *Session) context.Context {
	if !s.valid() {
		s = nil
	}
	return context.WithValue(ctx, contextKey{}, &admission{session: s})
}

// FromContext returns the session that the middleware put into the request's
// context, and false for an anonymous visitor or behind no middleware. It does
// not check the session again: where a context is kept beyond its request, call
// [Recheck] first.
//
// With gin, pass c.Request.Context(): a *gin.Context only reaches it if the
// engine's ContextWithFallback is set. With fiber, pass c.UserContext().
func FromContext(ctx context.Context) (*Session, bool) {
	a := admissionOf(ctx)
	if a == nil || a.session == nil {
		return nil, false
	}
	return a.session, true
}

// UserID returns the user id of the session in ctx, "" if there is none.
func UserID(ctx context.Context) string {
	if s, ok := FromContext(ctx); ok {
		return s.UserID()
	}
	return ""
}

// Claims decodes the claims of the session in ctx into a T, see
// [ClaimsOf]. It returns [ErrNoSession] if there is none. What it returns is the
// caller's own.
func Claims[T any](ctx context.Context) (T, error) {
	s, _ := FromContext(ctx)
	return ClaimsOf[T](s)
}

func admissionOf(ctx context.Context) *admission {
	if ctx == nil {
		return nil
	}
	a, _ := ctx.Value(contextKey{}).(*admission)
	return a
}
