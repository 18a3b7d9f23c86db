package core

import (
	"time"

	"github.com/revstackhq/auth-go/core/event"
	"github.com/revstackhq/auth-go/core/internal/jose"
	"github.com/revstackhq/auth-go/core/internal/refusal"
)

// origin holds what events and logs say about a rejection in addition to its error.
type origin struct {
	engine  *engine         // of the contract that the token was verified with, nil if none was chosen
	header  *jose.Header    // nil if the token was not read
	started time.Time       // zero without observers
	request refusal.Request // nil if it is unknown
}

// originOf returns the origin of a rejection by a guard: its policies reject a session whose token was verified
// before.
func originOf(info refusal.Info) *origin {
	o := &origin{request: info.Request}
	if s, ok := info.Session.(*Session); ok && s.valid() {
		o.engine, o.header = s.engine, s.header
	}
	return o
}

// event returns the event that reports err.
func (o *origin) event(err *Error) event.TokenRejected {
	rejected := event.TokenRejected{
		Code:   string(err.Code),
		Detail: refusal.Detail(err.Detail, err.Err),
		Err:    err,
		Took:   since(o.started),
	}
	if o.header != nil {
		rejected.KeyID = boundedText(o.header.Kid)
	}
	if o.engine != nil {
		rejected.Provider = o.engine.rules.Provider
		rejected.Issuer = o.engine.expectedIssuers()
	}
	refusal.Info{Request: o.request}.Describe(&rejected)
	return rejected
}

// boundedText makes a key id, which an attacker can choose, safe to log.
func boundedText(s string) string { return refusal.Text(s, 64) }

// since returns how long ago started was, 0 for the zero time.
func since(started time.Time) time.Duration {
	if started.IsZero() {
		return 0
	}
	return time.Since(started)
}
