package logout

import (
	"context"
	"time"
)

// Kind is what an [Entry] names.
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
	// [TokenLifetime]. It may be forgotten then.
	Expires time.Time
}

// Sink records revocations, so that a guard's revocation check finds them. It must
// be safe for concurrent use. Revoke returns once the entries are recorded, all or
// none; after an error the sender is asked to deliver again. Recording an entry that
// is there already must change nothing; of two with different times, the later one
// counts.
//
// A sink whose guards find a user by the sub of a token, too, where the contract's user
// id is another claim, says so by a method NamesSubjects(). The constructors then do
// not ask for [Subjects].
type Sink interface {
	Revoke(ctx context.Context, entries ...Entry) error
}

// SinkFunc is a function as a [Sink].
type SinkFunc func(ctx context.Context, entries ...Entry) error

// Revoke calls f.
func (f SinkFunc) Revoke(ctx context.Context, entries ...Entry) error { return f(ctx, entries...) }

// Subject is a person or thing that a message names (RFC 9493).
type Subject struct {
	// Format is the identifier's format: "iss_sub", "opaque", "email",
	// "phone_number", "account", "uri", "did" or one that this package does not know.
	Format string
	// Issuer is the iss of an iss_sub; otherwise the issuer of the message.
	Issuer string
	// Value is the sub, id, email, phone_number, uri or url.
	Value string
}

// onlyBefore turns a time in whole seconds into a bound for Entry.Before: the event
// and a token's iat may share a second, and then the token may be the older one.
func onlyBefore(at time.Time) time.Time {
	whole := at.Truncate(time.Second)
	return whole.Add(time.Second)
}
