package logout

import (
	"crypto/hmac"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/internal/jose"
)

// workosTolerance is the tolerance of WorkOS's own libraries.
const workosTolerance = 3 * time.Minute

// NewWorkOS returns the handler of a WorkOS webhook. source is the contract of
// WorkOS's access tokens, and secret the signing secret of the endpoint.
//
// session.revoked ends a session, and user.deleted all sessions of a user. Other
// events are confirmed and change nothing. A delivery with a wrong signature is
// answered with 401, and an outage with 503, after which WorkOS delivers again.
//
// The options are [Subjects], [TokenLifetime] and [MaxConcurrent].
func NewWorkOS(source core.Authenticator, secret core.Secret, sink Sink, opts ...Option) (*Handler, error) {
	c := configureWebhook(source, secret, sink, opts)
	return newWebhook("workos webhook", &webhook{
		common: c,
		prefix: "workos",
		verify: func(r *http.Request, body []byte, now time.Time) (string, time.Time, *failure) {
			return verifyWorkOS(r, body, now, secret)
		},
		events: workosEvent,
	})
}

// verifyWorkOS reads WorkOS-Signature: t=<milliseconds>, v1=<hex>.
func verifyWorkOS(r *http.Request, body []byte, now time.Time, secret core.Secret) (string, time.Time, *failure) {
	fields := r.Header.Values("Workos-Signature")
	if len(fields) != 1 {
		return "", time.Time{}, fail(badCredentials, "the request must have the header WorkOS-Signature once", nil)
	}
	stamp, signature, _ := strings.Cut(fields[0], ",")
	stamp, hasTime := strings.CutPrefix(strings.TrimSpace(stamp), "t=")
	signature, hasSignature := strings.CutPrefix(strings.TrimSpace(signature), "v1=")
	mac, err := hex.DecodeString(signature)
	if !hasTime || !hasSignature || err != nil {
		return "", time.Time{}, fail(badCredentials, "WorkOS-Signature is not t=…, v1=…", nil)
	}
	ms, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil || ms < 0 {
		return "", time.Time{}, fail(badCredentials, "the time in WorkOS-Signature is malformed", nil)
	}
	sent := time.UnixMilli(ms)
	if !near(sent, now, workosTolerance) {
		return "", time.Time{}, fail(badCredentials, "the message was sent too long ago, or the clocks differ", nil)
	}
	if !hmac.Equal(mac, macOf([]byte(secret.Reveal()), []byte(stamp), body)) {
		return "", time.Time{}, fail(badCredentials, "the signature does not fit the secret", nil)
	}
	return "", sent, nil
}

func workosEvent(o jose.Object, sent time.Time) (*change, *failure) {
	event, f := required(o, "event")
	if f != nil {
		return nil, f
	}
	c := &change{event: event, at: sent}
	if c.id, f = required(o, "id"); f != nil {
		return nil, f
	}
	if created, ok := textIn(o, "created_at"); ok {
		if at, err := time.Parse(time.RFC3339, created); err == nil && at.Before(sent) {
			c.at = at
		}
	}
	data, ok := objectIn(o, "data")
	if !ok {
		return nil, fail(badMessage, "the event lacks data", nil)
	}
	switch event {
	case "session.revoked":
		c.session, f = required(data, "id")
	case "user.deleted":
		c.user, f = required(data, "id")
	default:
		c.event = "other"
	}
	return c, f
}
