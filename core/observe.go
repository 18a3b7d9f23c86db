package core

import (
	"context"
	"log/slog"
	"time"

	"github.com/revstackhq/auth-go/core/event"
	"github.com/revstackhq/auth-go/core/internal/refusal"
)

// observer delivers a verifier's events: to the functions given to [WithObserver] and, for rejections, to the log.
type observer struct {
	calls  []func(context.Context, event.Event)
	logger *slog.Logger
	log    *refusal.Log
}

func (o *observer) emit(ctx context.Context, e event.Event) {
	for _, call := range o.calls {
		refusal.Observe(ctx, o.logger, call, e)
	}
}

// started returns the time from which events measure their duration. Without observers it returns the zero time:
// reading the clock takes a large part of the time of a remembered token.
func (o *observer) started() time.Time {
	if len(o.calls) == 0 {
		return time.Time{}
	}
	return time.Now()
}
