// Package statement is how package logout reads tokens that are no credentials:
// logout tokens, security event tokens and signed requests for revocation. Package
// core refuses them as sessions; it registers here the function that verifies them
// with a contract's keys, issuer and algorithms. The result is claims, never a
// session, so no caller can mistake one for a sign-in.
package statement

import (
	"context"
	"log/slog"
	"time"

	"github.com/revstackhq/auth-go/core/internal/jose"
	"github.com/revstackhq/auth-go/core/keys"
)

// Want is what a statement must be, in place of what the contract requires of a
// session.
type Want struct {
	// Types are the accepted values of typ, without "application/"; "" accepts its absence.
	Types []string
	// Audiences are the accepted values of aud, those of the contract if empty.
	Audiences []string
	// NoExpiry accepts a statement without exp. One that has exp must not have expired.
	NoExpiry bool
	// MaxAge bounds the time since iat; 0 means no bound. iat is always required.
	MaxAge time.Duration
	// Asymmetric refuses HMAC: with a shared secret, the verifier itself could have made the statement.
	Asymmetric bool
}

// Statement is what a verified token says.
type Statement struct {
	Provider string
	Issuer   string
	Subject  string // sub, "" if it is absent
	IssuedAt time.Time
	Expires  time.Time // zero if it is absent
	Claims   jose.Object
	Leeway   time.Duration // the contract's
}

// Source describes what verifies statements.
type Source struct {
	Provider  string
	Issuers   []string // exact ones, without a resolver's
	Open      bool     // a resolver, a template or InsecureAnyIssuer accepts others
	Audiences bool     // every contract names an audience
	Symmetric bool     // a contract accepts HMAC
	// UserIDs are the claims that may hold a user id, SessionIDs those that may
	// hold a session id, of all contracts.
	UserIDs, SessionIDs []string
	Clock               keys.Clock
	Logger              *slog.Logger
}

// Hooks are what package core registers. source is a *core.Contract or a
// *core.Verifier; an error of Verify is a *core.Error.
type Hooks struct {
	Describe func(source any) (Source, error)
	Verify   func(ctx context.Context, source any, token string, want Want) (*Statement, error)
}

var hooks Hooks //nolint:gochecknoglobals // written once, while package core is initialized

// Register is called by package core, before any program can call the others.
func Register(h Hooks) struct{} {
	hooks = h
	return struct{}{}
}

// Describe returns what source is, or an error if it cannot verify statements.
func Describe(source any) (Source, error) { return hooks.Describe(source) }

// Verify verifies token with the keys of source.
func Verify(ctx context.Context, source any, token string, want Want) (*Statement, error) {
	return hooks.Verify(ctx, source, token, want)
}
