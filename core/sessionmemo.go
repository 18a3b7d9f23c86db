package core

import (
	"crypto/sha256"

	"github.com/revstackhq/auth-go/core/internal/jws"
	"github.com/revstackhq/auth-go/core/internal/sessionmemo"
)

// Package fleet keeps the names that a session can be revoked by with the session: computing them for each request
// would cost more than looking them up. Only that
// package needs access, so there is no exported method for it.
func init() { //nolint:gochecknoinits // before any session exists
	sessionmemo.Access.Load = func(session any) *sessionmemo.Memo {
		return session.(*Session).memo.Load()
	}
	sessionmemo.Access.Store = func(session any, m *sessionmemo.Memo) {
		s := session.(*Session)
		s.memo.Store(m)
		s.cache.reweigh(s)
	}
	sessionmemo.Access.ClaimsDigest = func(session any) ([32]byte, bool) {
		s := session.(*Session)
		return sha256.Sum256(s.payload), s.signature != jws.Digest{}
	}
}
