package logout

import (
	"net/http"
	"strings"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/internal/jose"
)

// NewSupabase returns the handler of a Supabase database webhook, a trigger on
// the tables auth.sessions and auth.users: Supabase has no event for a sign-out,
// but deletes the row of a session when the session ends. source is the contract
// of Supabase's sessions.
//
// A deleted row of auth.sessions ends that session. A deleted row of auth.users
// ends all sessions of the user, and so does an update that sets deleted_at or a
// banned_until in the future. Other changes are confirmed and change nothing.
//
// Database webhooks are not signed. They prove their origin by secret in the header
// Authorization: Bearer …, which the webhook is configured to send. If secret has the
// form v1,whsec_…, which Supabase gives to auth hooks, deliveries must be signed as
// Standard Webhooks says instead.
//
// The options are [Subjects], [TokenLifetime] and [MaxConcurrent].
func NewSupabase(source core.Authenticator, secret core.Secret, sink Sink, opts ...Option) (*Handler, error) {
	c := configureWebhook(source, secret, sink, opts)
	w := &webhook{
		common: c,
		prefix: "supabase",
		verify: func(r *http.Request, _ []byte, now time.Time) (string, time.Time, *failure) {
			return verifySupabase(r, now, secret)
		},
		events: supabaseEvent,
	}
	if key, ok := strings.CutPrefix(secret.Reveal(), "v1,"); ok {
		w.verify = newStandardWebhook(&c.faults, "secret", core.NewSecret(key)).verify
	}
	return newWebhook("supabase webhook", w)
}

func verifySupabase(r *http.Request, now time.Time, secret core.Secret) (string, time.Time, *failure) {
	fields := r.Header.Values("Authorization")
	if len(fields) != 1 || !sameSecret(strings.TrimPrefix(fields[0], "Bearer "), secret.Reveal()) {
		return "", time.Time{}, fail(badCredentials, "the Authorization header does not hold the secret", nil)
	}
	return "", now, nil
}

func supabaseEvent(o jose.Object, sent time.Time) (*change, *failure) {
	kind, f := required(o, "type")
	if f != nil {
		return nil, f
	}
	table, _ := textIn(o, "table")
	schema, _ := textIn(o, "schema")
	c := &change{event: "other", at: sent}
	if schema != "auth" {
		c.ignored = "the webhook is on a table outside the schema auth"
		return c, nil
	}
	before, _ := objectIn(o, "old_record")
	now, _ := objectIn(o, "record")
	switch {
	case kind == "DELETE" && table == "sessions":
		c.event = "session deleted"
		c.session, f = required(before, "id")
	case kind == "DELETE" && table == "users":
		c.event = "user deleted"
		c.user, f = required(before, "id")
	case kind == "UPDATE" && table == "users" && (future(now, "banned_until", sent) || past(now, "deleted_at", sent)):
		c.event = "user banned or deleted"
		c.user, f = required(now, "id")
	}
	return c, f
}

func future(o jose.Object, name string, now time.Time) bool {
	at, ok := postgresTime(o, name)
	return ok && at.After(now)
}

func past(o jose.Object, name string, now time.Time) bool {
	at, ok := postgresTime(o, name)
	return ok && !at.After(now)
}

// postgresTime reads a timestamptz as Postgres writes it into JSON.
func postgresTime(o jose.Object, name string) (time.Time, bool) {
	text, _ := textIn(o, name)
	at, err := time.Parse(time.RFC3339, text)
	return at, err == nil
}
