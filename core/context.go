package core

import (
	"context"

	"github.com/revstackhq/auth-go/core/internal/sessionkey"
)

// NewContext returns ctx with the session, for handlers that no guard protects.
// A nil session removes the one that ctx holds, and so does a session that no
// contract made.
func NewContext(ctx context.Context, s *Session) context.Context {
	if !s.valid() {
		s = nil
	}
	return context.WithValue(ctx, sessionkey.Key{}, s)
}

// FromContext returns the session that the middleware put into the request's
// context, and false for an anonymous visitor or behind no middleware. It does
// not check the session again: where a context is kept beyond its request, call
// guard.Recheck first.
//
// With gin, pass c.Request.Context(): a *gin.Context only reaches it if the
// engine's ContextWithFallback is set. With fiber v2, pass c.UserContext(). With
// fiber v3, c works during the request, and c.Context() after it too.
func FromContext(ctx context.Context) (*Session, bool) {
	if ctx == nil {
		return nil, false
	}
	var s *Session
	switch v := ctx.Value(sessionkey.Key{}).(type) {
	case *Session:
		s = v
	case interface{ Session() *Session }: // what a guard stores
		s = v.Session()
	}
	return s, s != nil
}

// UserID returns the user id of the session in ctx, "" if there is none.
func UserID(ctx context.Context) string {
	if s, ok := FromContext(ctx); ok {
		return s.UserID()
	}
	return ""
}

// Claims decodes the claims of the session in ctx into a T, see [ClaimsOf]. It
// returns [ErrNoSession] if there is none. The caller owns the result.
func Claims[T any](ctx context.Context) (T, error) {
	s, _ := FromContext(ctx)
	return ClaimsOf[T](s)
}
