// Package sessionmemo stores the results of a revocation check with the session, so that the next request with the
// same token does not compute them again.
package sessionmemo

import (
	"reflect"
	"sync/atomic"
)

// MaxNames is the number of names that a session can be revoked by: token, session, two for the user, client, issuer.
const MaxNames = 6

// Name is the keyed digest of something that can be revoked. B holds 29 bits of the digest and the kind.
type Name struct {
	A uint64
	B uint32
}

// Memo is what one checker remembers about one session. After a memo was stored, only Checked changes.
type Memo struct {
	Owner  uint64 // identifies the checker: the names of another checker are made with another key
	Issued uint32 // iat in Unix seconds, 0 if the session has none
	Count  int
	Names  [MaxNames]Name
	// Checked is 1 more than the version of the table in which none of the names was found.
	Checked atomic.Uint64
}

// Size is the memory that a memo takes, for the accounting of cached sessions.
var Size = int(reflect.TypeFor[Memo]().Size()) //nolint:gochecknoglobals // a constant

// Access gives a checker what package core does not export. Package core sets it before any session exists.
var Access struct { //nolint:gochecknoglobals // set once, by package core
	// Load returns the memo of a *core.Session, nil if it has none.
	Load func(session any) *Memo
	// Store replaces the memo of a *core.Session.
	Store func(session any, m *Memo)
	// ClaimsDigest returns the SHA-256 of the claims as the session's token carries them, false if the session was made
	// without a token. It leaves out the signature: anyone can turn an ECDSA signature (r, s) into the equally valid
	// (r, n-s), and would escape a revocation that names the whole token.
	ClaimsDigest func(session any) ([32]byte, bool)
}
