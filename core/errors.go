package core

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/revstackhq/auth-go/core/internal/faults"
	"github.com/revstackhq/auth-go/core/internal/refusal"
)

// ErrNoSession is returned by [Claims] where no session is in the context: the
// handler is not behind a guard, or the guard lets anonymous requests through.
var ErrNoSession = errors.New("auth: no session in the context: is the handler behind the middleware?")

// Error says why a token or request was refused. Neither it nor any error that it
// wraps contains the token or a secret.
type Error struct {
	// Code is what clients and programs switch on.
	Code Code
	// Detail says what was expected and found, for the server's log. It is
	// never sent to a client.
	Detail string
	// Claim is the claim at fault, where there is one.
	Claim string
	// RetryAfter is how long to wait before the next try, for the codes that are
	// answered with status 503.
	RetryAfter time.Duration
	// Scopes are those that the policies ask for (RFC 6750 §3): with
	// CodeInsufficientScope, and with a 401 of a guard that has policies.
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
	text := "auth: " + string(e.Code)
	if detail := refusal.Detail(e.Detail, e.Err); detail != "" {
		text += ": " + detail
	}
	return text
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error {
	if e == nil {
		return nil
	}
	return e.Err
}

// Is reports whether target is e's [Code]. CodeNetworkError, the TypeScript
// package's name for an outage, matches every code that is answered with status
// 503.
func (e *Error) Is(target error) bool {
	c, ok := target.(Code)
	return ok && e != nil && (c == e.Code || c == CodeNetworkError && e.Code.unavailable())
}

// Message returns the sentence for a person that the default response carries.
func (e *Error) Message() string { return e.Code.sentence() }

func refuse(code Code, detail string) *Error { return &Error{Code: code, Detail: detail} }

// canceled returns the error for a wait that the caller itself canceled, and nil
// otherwise. A deadline that passed is not a cancellation: the operation was too
// slow.
func canceled(ctx context.Context) *Error {
	if !errors.Is(ctx.Err(), context.Canceled) {
		return nil
	}
	return &Error{
		Code:   CodeRequestCanceled,
		Detail: "the request ended before its credentials were checked",
		Err:    ctx.Err(),
	}
}

func refuseClaim(code Code, claim, detail string) *Error {
	return &Error{Code: code, Claim: claim, Detail: detail}
}

// withoutCode returns the text of e without its code.
func (e *Error) withoutCode() string {
	return strings.TrimPrefix(e.Error(), "auth: "+string(e.Code)+": ")
}

// CodeOf returns the code of the first [*Error] in err's tree, "" for nil, and
// CodeUnknownError for an error that carries none.
func CodeOf(err error) Code {
	if err == nil {
		return ""
	}
	var e *Error
	if errors.As(err, &e) && e != nil {
		return e.Code
	}
	return CodeUnknownError
}

// ConfigError is one mistake in a contract or an option. [NewContract],
// [NewVerifier] and guard.New return all of them at once, joined; errors.As
// finds the first, [ConfigErrors] all.
type ConfigError struct {
	// Provider is the slug of the preset, "" outside of contracts.
	Provider string
	// Field is the field or option at fault, as its user wrote it: the name of
	// a Go field, or of a JSON member where the configuration came as JSON.
	Field string
	// Value is what was given, quoted and shortened; never a secret.
	Value string
	// Kind classifies the mistake, for programs that show configuration errors in
	// words of their own:
	//   - "missing": a required value is absent or empty.
	//   - "invalid": the value has a form or a size that can never work.
	//   - "conflicting": the value contradicts another one; see Related.
	//   - "prohibited": the value would work, and is refused because it is unsafe
	//     or belongs elsewhere, such as a private key.
	Kind string
	// Reason says what is wrong and what to write instead.
	Reason string
	// Related are the other fields that Reason names, spelled as there.
	Related []string
	// Line and Column are the position of Field in the JSON, from 1; 0 if the
	// configuration did not come as JSON. Column counts bytes.
	Line, Column int
}

// Error names provider, field, position, value and remedy in one line.
func (e *ConfigError) Error() string {
	var b strings.Builder
	b.WriteString("auth: ")
	if e.Provider != "" {
		b.WriteString(e.Provider + ": ")
	}
	b.WriteString(e.Field)
	if e.Line > 0 {
		b.WriteString(" (line " + itoa(e.Line) + ", column " + itoa(e.Column) + ")")
	}
	if e.Value != "" {
		b.WriteString(" " + e.Value)
	}
	return b.String() + ": " + e.Reason
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

// configErrors collects the mistakes in a configuration.
type configErrors = faults.List[ConfigError, *ConfigError]

// maxProviderBytes is how long the name of a provider may be.
const maxProviderBytes = 64

// withProvider names the preset in every mistake.
func withProvider(err error, provider string) error {
	if !faults.Printable(provider) || len(provider) > maxProviderBytes {
		return err // the name is a mistake of its own, and is not repeated
	}
	for _, e := range ConfigErrors(err) {
		e.Provider = provider
	}
	return err
}

// quoted returns s shortened and quoted for a log, without the credentials of a
// URL.
func quoted(s string) string { return string(faults.Show(s)) }

func itoa(i int) string { return strconv.Itoa(i) }
