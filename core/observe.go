package core

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
	"weak"

	"github.com/revstackhq/auth-go/core/event"
	"github.com/revstackhq/auth-go/core/internal/jose"
)

// observer is a verifier's side of events: the functions given to [WithObserver] and the log that is kept without them.
type observer struct {
	calls  []func(context.Context, event.Event)
	logger *slog.Logger
	log    *rejectionLog
}

func (o *observer) emit(ctx context.Context, e event.Event) {
	for _, call := range o.calls {
		o.call(ctx, call, e)
	}
}

// call keeps an observer's panic away from a request, and from a fetch, where it would end the program.
func (o *observer) call(ctx context.Context, call func(context.Context, event.Event), e event.Event) {
	defer func() {
		if p := recover(); p != nil {
			o.logger.ErrorContext(ctx, "auth: an observer panicked", slog.String("panic", fmt.Sprint(p)))
		}
	}()
	call(ctx, e)
}

// started returns the time from which events measure, the zero time if nobody observes: reading the clock costs as much
// as a good part of verifying a remembered token.
func (o *observer) started() time.Time {
	if len(o.calls) == 0 {
		return time.Time{}
	}
	return time.Now()
}

// since returns how long ago started was, 0 for the zero time.
func since(started time.Time) time.Duration {
	if started.IsZero() {
		return 0
	}
	return time.Since(started)
}

// verified reports that s was accepted.
func (v *Verifier) verified(ctx context.Context, s *Session, remembered bool, started time.Time) {
	v.observer.log.flush(ctx)
	if len(v.observer.calls) == 0 {
		return
	}
	v.observer.emit(ctx, event.TokenVerified{
		Provider:   s.Provider(),
		Issuer:     s.issuer,
		KeyID:      boundedText(s.header.Kid),
		Remembered: remembered,
		Took:       since(started),
	})
}

// rejected reports that a token or request was rejected. A client that hung up was not.
func (v *Verifier) rejected(ctx context.Context, err *Error, o *origin) {
	if v == nil || v.observer == nil || err.Code == CodeRequestCanceled {
		return
	}
	if len(v.observer.calls) > 0 {
		v.observer.emit(ctx, o.event(err))
	}
	v.observer.log.rejected(ctx, err, o)
}

// origin is what events and logs say about a rejected token beside its error.
type origin struct {
	engine  *engine      // of the contract that the token was verified with, nil if none was chosen
	header  *jose.Header // nil if the token was not read
	started time.Time    // zero if nobody observes
}

// event returns the event that reports err.
func (o *origin) event(err *Error) event.TokenRejected {
	rejected := event.TokenRejected{
		Code: string(err.Code),
		Err:  err,
		Took: since(o.started),
	}
	if o.header != nil {
		rejected.KeyID = boundedText(o.header.Kid)
	}
	if o.engine != nil {
		rejected.Provider = o.engine.rules.Provider
		rejected.Issuer = o.engine.expectedIssuers()
	}
	return rejected
}

// boundedText makes text that an attacker chose fit for a log: at most 64 bytes, nothing but printable characters.
func boundedText(s string) string {
	const limit = 64
	if len(s) <= limit && printable(s) {
		return s
	}
	return strings.Map(func(r rune) rune {
		if r == utf8.RuneError || !unicode.IsPrint(r) {
			return '?'
		}
		return r
	}, s[:min(len(s), limit)])
}

// subscribe sends o the events about the engine's keys for as long as o is in use.
func (e *engine) subscribe(o *observer) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.observers = slices.DeleteFunc(e.observers, func(p weak.Pointer[observer]) bool { return p.Value() == nil })
	if p := weak.Make(o); !slices.Contains(e.observers, p) {
		e.observers = append(e.observers, p)
	}
	if len(o.calls) > 0 {
		e.observed.Store(true)
	}
}

// emit passes an event about the engine's keys on to the observers of all its verifiers, and to their logs if it changes
// the state of the keys. Verifiers with the same logger get one line.
func (e *engine) emit(ctx context.Context, ev event.Event) {
	if _, flood := ev.(event.UnknownKey); flood && !e.observed.Load() {
		return // the rejection is logged, and a flood of made-up key ids should not pay for observers that do not exist
	}
	e.mu.Lock()
	all := slices.Clone(e.observers)
	line := e.keyLog.line(ev)
	e.mu.Unlock()
	var loggers []*slog.Logger
	for _, p := range all {
		o := p.Value()
		if o == nil {
			continue
		}
		if line != nil && !slices.Contains(loggers, o.logger) {
			loggers = append(loggers, o.logger)
			line(ctx, o.logger)
		}
		o.emit(ctx, ev)
	}
}
