package core

import (
	"context"
	"fmt"
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
		o.call(ctx, call, e)
	}
}

// call recovers from a panic of an observer: it must not fail a request, and in the goroutine of a fetch it would end
// the program.
func (o *observer) call(ctx context.Context, call func(context.Context, event.Event), e event.Event) {
	defer func() {
		if p := recover(); p != nil {
			o.logger.ErrorContext(ctx, "auth: an observer panicked", slog.String("panic", fmt.Sprint(p)))
		}
	}()
	call(ctx, e)
}

// started returns the time from which events measure their duration. Without observers it returns the zero time:
// reading the clock takes a large part of the time of a remembered token.
func (o *observer) started() time.Time {
	if len(o.calls) == 0 {
		return time.Time{}
	}
	return time.Now()
}
