package fleet

import (
	"context"
	"time"

	"github.com/revstackhq/auth-go/core/logout"
)

// Sink returns r as the sink of the handlers of package logout: what an identity provider revokes is revoked on every
// replica.
func (r *Revocations) Sink() logout.Sink {
	return logout.SinkFunc(func(ctx context.Context, entries ...logout.Entry) error {
		targets := make([]Target, 0, len(entries))
		limit := time.Now().Add(r.options.MaxTokenLife)
		for _, e := range entries {
			t := Target{Issuer: e.Issuer, ID: e.Value}
			switch e.Kind {
			case logout.KindToken:
				t.Kind, t.Until = KindToken, e.Expires
			case logout.KindSession:
				t.Kind, t.Until = KindSession, e.Expires
			case logout.KindUser:
				t.Kind, t.Before = KindUser, e.Before
			}
			if t.Until.After(limit) { // no token lives longer: the sender's guess is too long
				t.Until = limit
			}
			targets = append(targets, t)
		}
		return r.Revoke(ctx, targets...)
	})
}
