package core

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// ErrNoSession is returned by [Claims] where no session is in the context: the
// handler stands behind no guard, or the guard lets anonymous requests pass.
var ErrNoSession = errors.New("auth: no session in the context: is the handler behind the middleware?")

// Error is every refusal of a token or request. Neither it nor anything it
// wraps holds the token or a secret.
type Error struct {
	// Code is what clients and programs switch on.
	Code Code
	// Detail says what was expected and found, for the server's log. It is
	// never sent to a client.
	Detail string
	// Claim is the claim at fault, where there is one.
	Claim string
	// RetryAfter is how long to wait before the next try (CodeKeysUnavailable,
	// CodeRevocationUnavailable).
	RetryAfter time.Duration
	// Scopes are those the policy asks for (CodeInsufficientScope, RFC 6750 §3).
	Scopes []string
	// ACR and MaxAge are what a new sign-in must reach
	// (CodeReauthenticationRequired, RFC 9470 §3). MaxAge is 0 if not asked for.
	ACR    []string
	MaxAge time.Duration
	// Err is the cause, if any.
	Err error
}

// Error describes the refusal for a log: code, detail and cause.
func (e *Error) Error() string {
	if e == nil {
		return "auth: nil"
	}
	var b strings.Builder
	b.WriteString("auth: ")
	b.WriteString(string(e.Code))
	if e.Detail != "" {
		b.WriteString(": ")
		b.WriteString(e.Detail)
	}
	if e.Err != nil {
		if cause := e.Err.Error(); !strings.Contains(e.Detail, cause) { // a policy's detail may tell it already
			b.WriteString(": ")
			b.WriteString(cause)
		}
	}
	return b.String()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error {
	if e == nil {
		return nil
	}
	return e.Err
}

// Is reports whether target is e's [Code]. CodeNetworkError, the TypeScript
// package's name for an outage, stands for CodeKeysUnavailable and
// CodeRevocationUnavailable.
func (e *Error) Is(target error) bool {
	c, ok := target.(Code)
	return ok && e != nil && (c == e.Code || c == CodeNetworkError && e.Code.unavailable())
}

// Message is the sentence for a person that the default answer carries.
func (e *Error) Message() string { return e.Code.sentence() }

func refuse(code Code, detail string) *Error { return &Error{Code: code, Detail: detail} }

// canceled returns the error of a wait that the caller itself ended, nil if it
// did not. A deadline is not the caller's doing: whatever was waited for was too
// slow.
func canceled(ctx context.Context) *Error {
	if !errors.Is(ctx.Err(), context.Canceled) {
		return nil
	}
	return &Error{Code: CodeRequestCanceled, Detail: "the request ended before its credentials were checked", Err: ctx.Err()}
}

func refuseClaim(code Code, claim, detail string) *Error {
	return &Error{Code: code, Claim: claim, Detail: detail}
}

// ConfigError is one mistake in a contract or an option. [NewContract],
// [NewVerifier] and [NewGuard] return all of them at once, joined; errors.As
// finds the first, [ConfigErrors] all.
type ConfigError struct {
	// Field is the field or option at fault, in the words of its user.
	Field string
	// Value is what was given, quoted and shortened; never a secret.
	Value string
	// Reason says what is wrong and what to write instead.
	Reason string
}

// Error names field, value and remedy in one line.
func (e *ConfigError) Error() string {
	if e.Value == "" {
		return "auth: " + e.Field + ": " + e.Reason
	}
	return "auth: " + e.Field + " " + e.Value + ": " + e.Reason
}

// ConfigErrors returns every [*ConfigError] in err's tree, in order.
func ConfigErrors(err error) []*ConfigError {
	var all []*ConfigError
	switch e := err.(type) { //nolint:errorlint // this walks the tree itself
	case nil:
	case *ConfigError:
		all = append(all, e)
	case interface{ Unwrap() []error }:
		for _, one := range e.Unwrap() {
			all = append(all, ConfigErrors(one)...)
		}
	case interface{ Unwrap() error }:
		all = ConfigErrors(e.Unwrap())
	}
	return all
}

// faults collects configuration mistakes so that all are told at once.
type faults []error

func (f *faults) add(field, value, reason string, args ...any) {
	*f = append(*f, &ConfigError{Field: field, Value: value, Reason: fmt.Sprintf(reason, args...)})
}

func (f faults) join() error { return errors.Join(f...) }

// quoted shows a configured value without letting it flood a log.
func quoted(s string) string {
	const most = 96
	if len(s) > most {
		return fmt.Sprintf("%q…", s[:most])
	}
	return fmt.Sprintf("%q", s)
}
