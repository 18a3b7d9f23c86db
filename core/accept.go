package core

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/revstackhq/auth-go/core/internal/jose"
)

// Accept returns a session for claims that were verified by other means: the
// response of an introspection endpoint (RFC 7662), or claims that a gateway in
// front of the service passes on. The caller must make sure that they are
// genuine. The contract's rules and mapping apply as they do to a token's claims.
// Such claims come without a header, so a rule that requires a header parameter
// rejects them.
//
// The session has no key and no token: later checks only look at its time. Every
// error is an [*Error]. Dates are compared with the system clock; a verifier made
// with [WithClock] compares them with its own.
func (k *Contract) Accept(claims json.RawMessage) (*Session, error) {
	v, err := k.verifier()
	if err != nil {
		return nil, err
	}
	return v.Accept(context.Background(), claims)
}

// Accept is like [Contract.Accept], with the contract that the claim iss selects.
// ctx bounds the wait for a resolver.
func (v *Verifier) Accept(ctx context.Context, claims json.RawMessage) (*Session, error) {
	return v.accept(ctx, claims, nil, false)
}

// AcceptFor is like Accept, for claims about the token in c, such as an
// introspection response. A token that is bound to a client's key (cnf, RFC 7662
// §2.2, RFC 9449 §6.2) is accepted if c proves that key; Accept refuses it.
func (v *Verifier) AcceptFor(ctx context.Context, claims json.RawMessage, c Credentials) (*Session, error) {
	return v.accept(ctx, claims, &c, false)
}

// AcceptUnconfirmed is like Accept, for authenticators that keep sessions, such
// as one that introspects a token once and uses the result for many requests. If
// the token is bound to a client's key, the session is returned without a proof:
// check the credentials of each request with [Session.Confirm] before you hand
// the session out. A token that the contract's Confirmation does not accept is
// refused.
func (v *Verifier) AcceptUnconfirmed(ctx context.Context, claims json.RawMessage) (*Session, error) {
	return v.accept(ctx, claims, nil, true)
}

func (v *Verifier) accept(
	ctx context.Context, claims json.RawMessage, c *Credentials, unconfirmed bool,
) (*Session, error) {
	if !v.valid() {
		return nil, refuse(CodeUnknownError, "the verifier is nil or zero: make it with NewVerifier")
	}
	started := v.observer.started()
	s, err := v.acceptClaims(ctx, claims, c, unconfirmed)
	if err != nil {
		v.ReportRejection(ctx, err)
		return nil, err
	}
	v.verified(ctx, s, false, started)
	return s, nil
}

func (v *Verifier) acceptClaims(
	ctx context.Context, claims json.RawMessage, c *Credentials, unconfirmed bool,
) (*Session, *Error) {
	payload := slices.Clone(claims) // the session keeps it, and the caller may reuse claims
	a := attempt{verifier: v, raw: string(payload), unsigned: true, unconfirmed: unconfirmed}
	if err := a.checkSize(); err != nil {
		return nil, err
	}
	object, err := jose.ParseObject(payload, jose.Limits{})
	if err != nil {
		return nil, &Error{Code: CodeInvalidFormat, Detail: "the claims are not a JSON object", Err: err}
	}
	a.token = jose.Token{Header: &jose.Header{}, Payload: payload, Claims: object}
	if refused := a.read(object); refused != nil {
		return nil, refused
	}
	if refused := a.chooseContract(ctx); refused != nil {
		return nil, refused
	}
	if refused := a.checkContract(); refused != nil {
		return nil, refused
	}
	if refused := a.run(ctx, stepTime, c); refused != nil {
		return nil, refused
	}
	return a.session(), nil
}
