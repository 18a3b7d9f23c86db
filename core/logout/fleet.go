package logout

import (
	"context"
	"time"

	"github.com/revstackhq/auth-go/core/fleet"
)

// ToFleet returns a sink that revokes on every replica of a fleet. The fleet's own
// MaxTokenLife decides how long entries are kept, and a user is found by the sub of a
// token as well as by the user id that the contract maps.
func ToFleet(revocations *fleet.Revocations) Sink {
	if revocations == nil {
		return nil
	}
	return fleetSink{revocations}
}

type fleetSink struct{ revocations *fleet.Revocations }

func (s fleetSink) Revoke(ctx context.Context, entries ...Entry) error {
	targets := make([]fleet.Target, 0, len(entries))
	for _, e := range entries {
		switch e.Kind {
		case KindToken:
			targets = append(targets, fleet.Token(e.Issuer, e.Value))
		case KindSession:
			targets = append(targets, fleet.Session(e.Issuer, e.Value))
		case KindUser:
			t := fleet.User(e.Issuer, e.Value)
			t.Before = e.Before.Add(-time.Nanosecond) // fleet rounds up to the next full second, as Before is already
			targets = append(targets, t)
		}
	}
	return s.revocations.Revoke(ctx, targets...)
}
