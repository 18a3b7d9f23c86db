package logout

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/internal/jose"
)

// webhook says how a provider signs and writes its events.
type webhook struct {
	*common

	prefix string // of message ids
	// verify authenticates a delivery. id names the message, "" if deliveries have
	// no id; sent is when it was sent.
	verify func(r *http.Request, body []byte, now time.Time) (id string, sent time.Time, f *failure)
	// events reads an authentic body.
	events func(o jose.Object, sent time.Time) (*change, *failure)
}

// change is what an event of a webhook revokes.
type change struct {
	event   string
	id      string // of the event, "" to use the one of the delivery
	session string
	user    string
	at      time.Time
	ignored string
}

// maxWebhookBytes: an event about a session may hold the whole user.
const maxWebhookBytes = 512 << 10

// newWebhook returns the handler. Entries are written for every issuer of the
// contract, because a webhook does not say which one a token has.
func newWebhook(name string, w *webhook) (*Handler, error) {
	c := w.common
	switch {
	case c.about.Clock == nil: // reported already
	case c.about.Open || len(c.about.Issuers) == 0:
		c.faults.Invalid("source", "", "accepts issuers that it does not name: give the contract of this one provider")
	}
	return newHandler(c, protocol{
		name:       name,
		mediaTypes: []string{"application/json"},
		maxBytes:   maxWebhookBytes,
		success:    http.StatusOK,
		read:       w.read,
		fail:       failWebhook,
	})
}

func (w *webhook) read(ctx context.Context, r *http.Request, body []byte) (*message, *failure) {
	now := w.clock.Now()
	id, sent, f := w.verify(r, body, now)
	if f != nil {
		return nil, f
	}
	o, err := jose.ParseObject(body, jose.Limits{MaxMembers: 1 << 15})
	if err != nil {
		return nil, fail(badMessage, "the body is not a JSON object", err)
	}
	change, f := w.events(o, sent)
	if f != nil {
		return nil, f
	}
	if change.id != "" {
		id = change.id
	}
	if change.at.After(now) { // the sender's clock is ahead: a time in the future would lock the user out
		change.at = now
	}
	if id == "" {
		id = string(body)
	}
	m := &message{
		event:   change.event,
		id:      digestOf(w.prefix, id),
		until:   now.Add(w.lifetime),
		ignored: change.ignored,
	}
	for _, issuer := range w.about.Issuers {
		if change.session != "" {
			m.entries = append(m.entries, w.session(issuer, change.session, change.at))
		}
		if change.user == "" {
			continue
		}
		if w.subjects == nil {
			m.entries = append(m.entries, w.user(issuer, change.user, change.at))
			continue
		}
		found, f := w.find(ctx, Subject{Format: "opaque", Issuer: issuer, Value: change.user}, change.at)
		if f != nil {
			return nil, f
		}
		m.entries = append(m.entries, found...)
	}
	return m, nil
}

// failWebhook answers with 4xx if the message will never be accepted, and with
// 503 if it should be delivered again.
func failWebhook(w http.ResponseWriter, f *failure) {
	status, name := http.StatusBadRequest, "invalid_request"
	switch f.reason {
	case badCredentials:
		status, name = http.StatusUnauthorized, "invalid_signature"
	case keysUnavailable, notRecorded, busy, internalFault:
		status, name = http.StatusServiceUnavailable, "temporarily_unavailable"
	case badMessage, badToken, replayed, unsupportedSubject, unknownSubject, foreignSubject:
	}
	writeJSON(w, status, "error", name, "error_description", f.public)
}

// near reports whether sent differs from now by at most tolerance.
func near(sent, now time.Time, tolerance time.Duration) bool {
	return now.Sub(sent).Abs() <= tolerance
}

// configureWebhook checks the parameters that all webhooks have in common.
func configureWebhook(source core.Authenticator, secret core.Secret, sink Sink, opts []Option) *common {
	c := configure(source, sink, opts, "Subjects")
	checkSecret(&c.faults, "secret", secret)
	c.requireSubject()
	if slices.ContainsFunc(c.about.SessionIDs, func(claims []string) bool { return len(claims) == 0 }) {
		c.faults.Invalid("source", "", "reads no session id, so that the end of a session would end nothing: "+
			"name the claim in the contract's mapping, Session.SessionID")
	}
	return c
}

// required returns a string member that an event must have.
func required(o jose.Object, name string) (string, *failure) {
	text, _ := textIn(o, name)
	if text == "" {
		return "", fail(badMessage, "the event lacks "+name, nil)
	}
	return text, nil
}
