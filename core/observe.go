package core

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/revstackhq/auth-go/core/event"
	"github.com/revstackhq/auth-go/core/internal/refusal"
)

// observer is a verifier's side of events: the functions given to [WithObserver] and the log that is kept without them.
type observer struct {
	calls  []func(context.Context, event.Event)
	logger *slog.Logger
	log    *refusal.Log
}

func (o *observer) emit(ctx context.Context, e event.Event) {
	for _, call := range o.calls {
		o.call(ctx, call, e)
	}
}

// call recovers from an observer's panic, which must not fail a request and would end the program during a fetch.
func (o *observer) call(ctx context.Context, call func(context.Context, event.Event), e event.Event) {
	defer func() {
		if p := recover(); p != nil {
			o.logger.ErrorContext(ctx, "auth: an observer panicked", slog.String("panic", fmt.Sprint(p)))
		}
	}()
	call(ctx, e)
}

// started returns the time from which events measure, the zero time without observers: reading the clock costs as much
// as a good part of verifying a remembered token.
func (o *observer) started() time.Time {
	if len(o.calls) == 0 {
		return time.Time{}
	}
	return time.Now()
}
