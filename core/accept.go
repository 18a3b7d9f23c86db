package core

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/revstackhq/auth-go/core/internal/jose"
)

// Accept makes a session of claims that were verified by other means: the
// answer of an introspection endpoint (RFC 7662), or claims that a gateway in
// front of the service passes on. The caller must make sure that they are genuine.
// The contract's rules and mapping apply as they do to a token's claims. There
// is no header, so a rule that requires a header parameter rejects the claims.
//
// The session has no key and no token: later checks look at its time only.
// Every error is an [*Error]. The time is that of the system clock; use
// [Verifier.Accept] for another one.
func (k *Contract) Accept(claims json.RawMessage) (*Session, error) {
	v, err := k.verifier()
	if err != nil {
		return nil, err
	}
	return v.Accept(context.Background(), claims)
}

// Accept is [Contract.Accept] by the contract that the claim iss chooses. ctx
// bounds the wait for a resolver.
func (v *Verifier) Accept(ctx context.Context, claims json.RawMessage) (*Session, error) {
	return v.accept(ctx, claims, nil, false)
}

// AcceptFor is Accept for claims about the token of c, such as those of an
// introspection endpoint. A token that is bound to a client's key (cnf, RFC 7662
// §2.2, RFC 9449 §6.2) is accepted if c proves that key; Accept refuses it.
func (v *Verifier) AcceptFor(ctx context.Context, claims json.RawMessage, c Credentials) (*Session, error) {
	return v.accept(ctx, claims, &c, false)
}

// AcceptUnconfirmed is Accept for authenticators that keep sessions, such as one
// that asks about a token once for many requests. The session of a token that is
// bound to a client's key is returned without a proof: check the credentials of
// each request with [Session.Confirm] before you hand it out. A token that the
// contract's Confirmation does not accept is refused.
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
