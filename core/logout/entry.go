package logout

import (
	"context"
	"time"
)

// Kind is the kind of target that an [Entry] revokes.
type Kind string

// The kinds of entries.
const (
	KindToken   Kind = "token"   // one token, by its jti
	KindSession Kind = "session" // one sign-in, by [core.Session.SessionID]
	KindUser    Kind = "user"    // everything of one user, by [core.Session.UserID]
)

// Entry revokes tokens.
type Entry struct {
	Kind   Kind
	Issuer string // iss of the tokens
	Value  string // the jti, session id or user id
	// Before limits a KindUser entry to tokens that were issued before it: the user
	// may sign in again. It is the zero time for other kinds.
	Before time.Time
	// Expires is when every token that the entry revokes has expired, see
	// [TokenLifetime]. A sink may forget the entry then.
	Expires time.Time
}

// Sink records revocations, so that a guard's revocation check finds them. It
// must be safe for concurrent use. Revoke records all of the entries or none, and
// returns once they are recorded. After an error, the sender is asked to deliver
// the message again. Recording an existing entry must change nothing; of two
// entries that differ only in their times, the later times count.
//
// A sink may have a method NamesSubjects(). It says that the sink's guards also
// find a user by the token's sub, if the contract's user id is another claim. The
// constructors then do not require [Subjects].
type Sink interface {
	Revoke(ctx context.Context, entries ...Entry) error
}

// SinkFunc is a function that implements [Sink].
type SinkFunc func(ctx context.Context, entries ...Entry) error

// Revoke calls f.
func (f SinkFunc) Revoke(ctx context.Context, entries ...Entry) error { return f(ctx, entries...) }

// Subject is a person or thing that a message names (RFC 9493).
type Subject struct {
	// Format is the identifier's format: "iss_sub", "opaque", "email",
	// "phone_number", "account", "uri", "did" or another one.
	Format string
	// Issuer is the iss of an iss_sub; otherwise the issuer of the message.
	Issuer string
	// Value is the sub, id, email, phone_number, uri or url.
	Value string
}

// onlyBefore returns the Entry.Before for an event at at, a time in whole
// seconds: the next second, because a token with an iat in the same second may be
// older than the event.
func onlyBefore(at time.Time) time.Time {
	whole := at.Truncate(time.Second)
	return whole.Add(time.Second)
}
