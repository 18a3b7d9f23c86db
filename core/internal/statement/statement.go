// Package statement verifies tokens that are not credentials, for package logout:
// logout tokens, security event tokens and signed requests for revocation.
// Package core does not accept them as sessions. It registers a function here
// that verifies them with a contract's keys, issuer and algorithms. The result is
// claims and never a session, so no caller can mistake a statement for a sign-in.
package statement

import (
	"context"
	"log/slog"
	"time"

	"github.com/revstackhq/auth-go/core/internal/jose"
	"github.com/revstackhq/auth-go/core/keys"
)

// Want is what a statement must satisfy, instead of what the contract requires of
// a session.
type Want struct {
	// Types are the accepted values of typ, without "application/"; "" accepts its absence.
	Types []string
	// Audiences are the accepted values of aud. If it is empty, the contract's are used.
	Audiences []string
	// NoExpiry accepts a statement without exp. One that has exp must not have expired.
	NoExpiry bool
	// MaxAge bounds the time since iat; 0 means no bound. iat is always required.
	MaxAge time.Duration
	// Asymmetric refuses HMAC: with a shared secret, the verifier itself could have made the statement.
	Asymmetric bool
}

// Statement is the content of a verified token.
type Statement struct {
	Provider string
	Issuer   string
	Subject  string // sub, "" if it is absent
	IssuedAt time.Time
	Expires  time.Time // zero if it is absent
	Claims   jose.Object
	Leeway   time.Duration // the contract's
}

// Source describes the contract or verifier that verifies statements.
type Source struct {
	Provider  string
	Issuers   []string // exact ones, without a resolver's
	Open      bool     // a resolver, a template or InsecureAnyIssuer accepts others
	Audiences bool     // every contract names an audience
	Symmetric bool     // a contract accepts HMAC
	// UserIDs are the paths of the claims that name users, one of each contract:
	// without it, a contract may have others. SessionIDs are the paths of the claims
	// that may hold a session id, also of each contract.
	UserIDs    []string
	SessionIDs [][]string
	// Leeway is the largest of the contracts'.
	Leeway time.Duration
	Clock  keys.Clock
	Logger *slog.Logger
}

// Hooks are the functions that package core registers. source is a *core.Contract
// or a *core.Verifier. The error of Verify is a *core.Error.
type Hooks struct {
	Describe func(source any) (Source, error)
	Verify   func(ctx context.Context, source any, token string, want Want) (*Statement, error)
}

var hooks Hooks //nolint:gochecknoglobals // written once, while package core is initialized

// Register sets the hooks. Package core calls it while it is initialized, before any other function of this package
// is called.
func Register(h Hooks) struct{} {
	hooks = h
	return struct{}{}
}

// Describe describes source. The error means that source cannot verify statements.
func Describe(source any) (Source, error) { return hooks.Describe(source) }

// Verify verifies token with the keys of source.
func Verify(ctx context.Context, source any, token string, want Want) (*Statement, error) {
	return hooks.Verify(ctx, source, token, want)
}
