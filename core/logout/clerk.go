package logout

import (
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/internal/jose"
)

// NewClerk returns the handler of a Clerk webhook. source is the contract of Clerk's
// sessions, and secret the signing secret of the endpoint, whsec_….
//
// session.ended, session.removed and session.revoked end a session. user.deleted
// ends all sessions of a user, and so does user.updated if the user is banned.
// Other events are confirmed and change nothing. A delivery with a wrong
// signature is answered with 401, and an outage with 503, after which Svix
// delivers again.
//
// The options are [Subjects], [TokenLifetime] and [MaxConcurrent]. Clerk's session
// tokens live for a minute, unless a JWT template says otherwise: a short
// TokenLifetime keeps the log small.
func NewClerk(source core.Authenticator, secret core.Secret, sink Sink, opts ...Option) (*Handler, error) {
	c := configureWebhook(source, secret, sink, opts)
	signed := newStandardWebhook(&c.faults, "secret", secret)
	return newWebhook("clerk webhook", &webhook{
		common: c,
		prefix: "clerk",
		verify: signed.verify,
		events: clerkEvent,
	})
}

func clerkEvent(o jose.Object, sent time.Time) (*change, *failure) {
	event, f := required(o, "type")
	if f != nil {
		return nil, f
	}
	data, ok := objectIn(o, "data")
	if !ok {
		return nil, fail(badMessage, "the event lacks data", nil)
	}
	// The time of the event, in milliseconds. An attempt to deliver may come much later.
	c := &change{event: event, at: sent}
	if ms, ok := integerIn(o, "timestamp"); ok {
		if at := time.UnixMilli(ms); at.Before(sent) {
			c.at = at
		}
	}
	switch event {
	case "session.ended", "session.removed", "session.revoked":
		c.session, f = required(data, "id")
	case "user.deleted":
		c.user, f = required(data, "id")
	case "user.updated":
		if banned, ok := data.Lookup("banned"); ok {
			if yes, _ := banned.Bool(); yes {
				c.user, f = required(data, "id")
			}
		}
	default:
		c.event = "other"
	}
	return c, f
}

// integerIn returns a member that is an integer.
func integerIn(o jose.Object, name string) (int64, bool) {
	v, ok := o.Lookup(name)
	if !ok || v.Kind() != jose.KindNumber {
		return 0, false
	}
	var n int64
	for _, c := range v.Raw() {
		if c < '0' || c > '9' || n > 1<<53 {
			return 0, false
		}
		n = n*10 + int64(c-'0')
	}
	return n, true
}
