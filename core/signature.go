package core

import (
	"context"
	"errors"
	"strings"

	"github.com/revstackhq/auth-go/core/internal/jose"
	"github.com/revstackhq/auth-go/core/internal/jwks"
)

// findKeys looks up the published keys that may have signed the token, and
// fetches them if need be. A secret needs none.
func (a *attempt) findKeys(ctx context.Context) (err *Error) {
	if a.unsigned || a.algorithm.Symmetric {
		return nil
	}
	a.keys, err = a.engine.lookup(ctx, a.token.Header)
	return err
}

// checkSignature finds the key that signed the token (RFC 7515 §5.2). A bad
// signature under a known kid never causes a fetch: a flood of forged tokens
// would reach the issuer.
func (a *attempt) checkSignature(ctx context.Context) *Error {
	if a.unsigned {
		return nil
	}
	e, alg, h := a.engine, a.algorithm, a.token.Header
	if alg.Symmetric {
		if !e.hmac[alg.Name].Verify(a.token.SigningInput(), a.token.Signature) {
			return refuse(CodeInvalidSignature, alg.Name+" signature does not fit the secret")
		}
		return nil
	}
	a.key = a.signedBy(a.keys)
	if a.key == nil && !h.HasKid {
		// Without a kid nothing distinguishes a new key from a bad signature, so
		// the cool-down of unknown keys lets one fetch look.
		if more, err := e.keys.Relearn(ctx, h.Alg, a.keys); err == nil {
			a.key = a.signedBy(more)
		}
	}
	if a.key == nil {
		return refuse(CodeInvalidSignature, alg.Name+" signature does not fit key "+quoted(h.Kid))
	}
	return nil
}

func (a *attempt) signedBy(keys []*jwks.Key) *jwks.Key {
	for _, k := range keys {
		if a.engine.maySignFor(k, a.token.Claims) &&
			a.algorithm.Verify(k, a.token.SigningInput(), a.token.Signature, a.engine.standardRSA) {
			return k
		}
	}
	return nil
}

// maySignFor reports whether the key may sign for the token's issuer, where the
// contract asks: one tenant's key must not sign for another tenant.
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
		return &Error{Code: CodeKeysUnavailable, Detail: "the issuer's keys cannot be had", RetryAfter: down.RetryAfter, Err: err}
	}
	return &Error{Code: CodeKeysUnavailable, Err: err}
}
