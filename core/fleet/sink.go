package fleet

import (
	"context"
	"time"

	"github.com/revstackhq/auth-go/core/logout"
)

// Sink returns r as a sink for the handlers of package logout, so that a revocation by an identity provider applies
// on every replica.
func (r *Revocations) Sink() logout.Sink { return sink{r} }

type sink struct{ r *Revocations }

// NamesSubjects says that a user is found by sub too, see namesOf.
func (sink) NamesSubjects() {}

// Revoke revokes what the entries name.
func (s sink) Revoke(ctx context.Context, entries ...logout.Entry) error {
	targets := make([]Target, 0, len(entries))
	limit := time.Now().Add(s.r.options.MaxTokenLife)
	for _, e := range entries {
		t := Target{Issuer: e.Issuer, ID: e.Value}
		switch e.Kind {
		case logout.KindToken:
			t.Kind, t.Until = KindToken, e.Expires
		case logout.KindSession:
			t.Kind, t.Until = KindSession, e.Expires
		case logout.KindUser:
			// Before is a full second, and Target would round it up to the next one: a user who signs in again in the
			// second after the logout must not be refused.
			t.Kind, t.Before = KindUser, e.Before.Add(-time.Nanosecond)
		}
		if t.Until.After(limit) { // no token lives longer than that
			t.Until = limit
		}
		targets = append(targets, t)
	}
	return s.r.Revoke(ctx, targets...)
}
