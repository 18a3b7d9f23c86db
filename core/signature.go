package core

import (
	"context"
	"errors"
	"strings"

	"github.com/revstackhq/auth-go/core/internal/jose"
	"github.com/revstackhq/auth-go/core/internal/jwks"
)

// maySignFor reports whether the key may sign for the token's issuer, if the
// contract checks that: one tenant's key must not sign for another tenant.
func (e *engine) maySignFor(k *jwks.Key, claims jose.Object) bool {
	if !e.rules.CheckKeyIssuer || k.Issuer == "" {
		return true
	}
	iss, _ := claims.Lookup("iss")
	before, rest, open := strings.Cut(k.Issuer, "{")
	placeholder, after, closed := strings.Cut(rest, "}")
	if !open || !closed {
		return iss.TextIs(k.Issuer)
	}
	claim, known := e.rules.KeyIssuerClaims[placeholder]
	if !known {
		return false
	}
	issuer, _ := iss.Text()
	return (&issuerTemplate{before, claim, after}).matches(issuer, claims)
}

func (e *engine) lookup(ctx context.Context, h *jose.Header) ([]*jwks.Key, *Error) {
	keys, err := e.keys.Lookup(ctx, h.Kid, h.HasKid, h.Alg)
	if err != nil {
		return nil, keyError(ctx, err)
	}
	return keys, nil
}

func keyError(ctx context.Context, err error) *Error {
	var unknown *jwks.UnknownKeyError
	if errors.As(err, &unknown) {
		return &Error{Code: CodeUnknownKey, Err: err}
	}
	if gone := canceled(ctx); gone != nil {
		return gone
	}
	var down *jwks.UnavailableError
	if errors.As(err, &down) {
		return &Error{
			Code:       CodeKeysUnavailable,
			Detail:     "the issuer's keys are unavailable",
			RetryAfter: down.RetryAfter,
			Err:        err,
		}
	}
	return &Error{Code: CodeKeysUnavailable, Err: err}
}
