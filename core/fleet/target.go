package fleet

import (
	"strconv"
	"time"

	"github.com/revstackhq/auth-go/core"
)

// Kind is the kind of target that an [Entry] revokes.
type Kind uint8

// The kinds of entries. A token and a session are revoked until a time. A user, a client and an issuer have a
// watermark: their tokens that were issued before it are revoked, later ones are not.
const (
	KindToken Kind = iota + 1
	KindSession
	KindUser
	KindClient
	KindIssuer
	// KindKeys revokes nothing. It announces that an issuer's keys have changed.
	KindKeys
)

// String returns the kind in lower case.
func (k Kind) String() string {
	names := [...]string{"", "token", "session", "user", "client", "issuer", "keys"}
	if k == 0 || int(k) >= len(names) {
		return "kind " + strconv.Itoa(int(k))
	}
	return names[k]
}

// watermark reports whether entries of the kind carry a watermark.
func (k Kind) watermark() bool { return k == KindUser || k == KindClient || k == KindIssuer }

// Target is what [Revocations.Revoke] revokes. Make it with [Token], [Session], [User], [Client] or [Issuer], or from a
// session with [TokenOf], [SessionOf] or [UserOf].
type Target struct {
	Kind   Kind
	Issuer string // iss of the tokens
	ID     string // jti, sid, user id or client id; empty for KindIssuer
	// Before is the watermark for users, clients and issuers: tokens issued before it are revoked. Zero means now. It is
	// rounded up to the next full second, because tokens carry full seconds: a token issued in the second of the
	// revocation is revoked, even if it was issued just after it.
	Before time.Time
	// Until is when the revocation of a token or session may be forgotten because none of its tokens is accepted any
	// more. Zero means after [Options.MaxTokenLife].
	Until time.Time

	missing string // why a session has no such target
}

// Token names one token by its jti.
func Token(issuer, jti string) Target { return Target{Kind: KindToken, Issuer: issuer, ID: jti} }

// Session names all tokens of one sign-in by the session id, [core.Session.SessionID].
func Session(issuer, sessionID string) Target {
	return Target{Kind: KindSession, Issuer: issuer, ID: sessionID}
}

// User names the tokens of a user that were issued until now. id is the user id, [core.Session.UserID], or sub.
func User(issuer, id string) Target { return Target{Kind: KindUser, Issuer: issuer, ID: id} }

// Client names the tokens of an OAuth client that were issued until now.
func Client(issuer, id string) Target { return Target{Kind: KindClient, Issuer: issuer, ID: id} }

// Issuer names all tokens of an issuer that were issued until now.
func Issuer(issuer string) Target { return Target{Kind: KindIssuer, Issuer: issuer} }

// TokenOf names the token of s: by its jti, or by the digest of its claims if it has none.
func TokenOf(s *core.Session) Target {
	t := Target{Kind: KindToken, Issuer: s.Issuer(), ID: tokenID(s), Until: s.ExpiresAt()}
	if t.ID == "" {
		t.missing = "the session has neither a jti nor a token"
	}
	return t
}

// SessionOf names the sign-in of s, and is refused by Revoke if the provider has no session ids: use [UserOf] then.
func SessionOf(s *core.Session) Target {
	t := Session(s.Issuer(), s.SessionID())
	if t.ID == "" {
		t.missing = "the session has no session id: its provider has none, or the contract does not map it"
	}
	return t
}

// UserOf names the user of s.
func UserOf(s *core.Session) Target { return User(s.Issuer(), s.UserID()) }

// TargetError says why a target cannot be revoked.
type TargetError struct {
	Kind   Kind
	Field  string // of the Target
	Reason string // what is wrong, and what to do instead
}

// Error returns the kind, the field and the reason in one sentence.
func (e *TargetError) Error() string {
	return "fleet: revoke " + e.Kind.String() + ": " + e.Field + " " + e.Reason
}

// check returns the entry's value: a watermark, or when the entry may be forgotten, both in Unix seconds.
func (t Target) check(now time.Time, life time.Duration) (uint32, error) {
	wrong := func(field, reason string) (uint32, error) {
		return 0, &TargetError{Kind: t.Kind, Field: field, Reason: reason}
	}
	limit := now.Add(life)
	switch {
	case t.Kind == 0 || t.Kind > KindIssuer:
		return wrong("Kind", "is not a kind that can be revoked: make the target with Token, Session, User, Client or Issuer")
	case t.missing != "":
		return wrong("ID", "is empty: "+t.missing)
	case t.Issuer == "":
		return wrong("Issuer", "is empty: give the iss of the tokens")
	case t.ID == "" && t.Kind != KindIssuer:
		return wrong("ID", "is empty")
	case t.ID != "" && t.Kind == KindIssuer:
		return wrong("ID", "must be empty: an issuer is named by Issuer alone")
	case t.Kind.watermark() && !t.Until.IsZero():
		return wrong("Until", "does not apply: give Before")
	case !t.Kind.watermark() && !t.Before.IsZero():
		return wrong("Before", "does not apply: give Until")
	case t.Kind.watermark():
		before := t.Before
		if before.IsZero() {
			before = now
		}
		if before.After(now.Add(maxLeeway)) {
			return wrong("Before", "is more than "+maxLeeway.String()+" ahead: it would refuse every token until then")
		}
		return ceilSecond(before), nil
	case t.Until.IsZero():
		return ceilSecond(limit), nil
	case t.Until.After(limit):
		return wrong("Until", "is further ahead than Options.MaxTokenLife, after which the log forgets: raise that option")
	default:
		// A contract's leeway lets a token live on after its exp.
		return ceilSecond(t.Until.Add(maxLeeway)), nil
	}
}

// maxLeeway is added to the expiry of an entry; contracts allow at most this much.
const maxLeeway = 10 * time.Minute

// ceilSecond returns the first full second after t in Unix seconds; t is always before it.
func ceilSecond(t time.Time) uint32 {
	s := t.Unix() + 1
	return uint32(max(1, min(s, 1<<32-1)))
}
