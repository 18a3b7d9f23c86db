package core

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/revstackhq/auth-go/core/internal/jose"
	"github.com/revstackhq/auth-go/core/internal/statement"
)

// Package logout verifies logout tokens and security events by the same keys as
// sessions. It must not do so by calling Verify with more accepted types: every
// token that Verify accepts becomes a session.
var _ = statement.Register(statement.Hooks{Describe: describeSource, Verify: verifyStatement})

var errNoStatements = errors.New("is not a *core.Contract or *core.Verifier, which have the keys: give one of them")

func verifierOf(source any) (*Verifier, error) {
	switch s := source.(type) {
	case *Contract:
		return s.verifier()
	case *Verifier:
		if s.valid() {
			return s, nil
		}
		return nil, refuse(CodeUnknownError, "the verifier is nil or zero: make it with NewVerifier")
	default:
		return nil, errNoStatements
	}
}

func describeSource(source any) (statement.Source, error) {
	v, err := verifierOf(source)
	if err != nil {
		return statement.Source{}, err
	}
	s := statement.Source{
		Issuers:   v.Issuers(),
		Open:      v.tenants != nil || v.anyIssuer != nil || len(v.templates) > 0,
		Audiences: true,
		Clock:     v.clock,
		Logger:    v.logger,
	}
	if s.Open { // the contracts of a resolver are not known
		s.Leeway = maxLeeway
	}
	for _, e := range v.engines {
		s.Leeway = max(s.Leeway, e.leeway())
		s.Provider = e.rules.Provider
		s.Audiences = s.Audiences && len(e.rules.Audiences) > 0
		s.Symmetric = s.Symmetric || len(e.hmac) > 0
		s.UserIDs = append(s.UserIDs, e.userID[0].String())
		var sessionIDs []string
		for _, ref := range e.rules.Session.SessionID {
			sessionIDs = append(sessionIDs, ref.Path)
		}
		s.SessionIDs = append(s.SessionIDs, sessionIDs)
	}
	return s, nil
}

// verifyStatement takes the same steps as [Verifier.Verify] up to the signature,
// and then checks what want demands. It neither reads nor fills the cache of
// tokens.
func verifyStatement(ctx context.Context, source any, raw string, want statement.Want) (*statement.Statement, error) {
	v, err := verifierOf(source)
	if err != nil {
		return nil, err
	}
	a := attempt{verifier: v, raw: raw}
	for s := range stepTime { // stepSize is the first; the binding, which needs credentials, comes later
		if err := a.take(ctx, s, nil); err != nil {
			return nil, err
		}
	}
	if err := a.checkStatement(want); err != nil {
		return nil, err
	}
	stated := &statement.Statement{
		Provider: a.engine.rules.Provider,
		Issuer:   a.issuer,
		IssuedAt: a.times.issued,
		Expires:  a.times.expires,
		Claims:   a.token.Claims,
		Leeway:   a.engine.leeway(),
	}
	if sub, ok := a.token.Claims.Lookup("sub"); ok && sub.Kind() != jose.KindNull && !sub.TextIs("") {
		id, err := a.engine.readUserID(sub, "sub") // like the user id of a session, so that the two compare equal
		if err != nil {
			return nil, err
		}
		stated.Subject = id
	}
	return stated, nil
}

func (a *attempt) checkStatement(want statement.Want) *Error {
	switch {
	case a.unsigned: // an emulator's contract: anyone could end anyone's session
		return refuse(CodeInvalidFormat, "the token has no signature")
	case want.Asymmetric && a.algorithm.Symmetric:
		return refuse(CodeAlgorithmNotAllowed, "alg "+quoted(a.token.Header.Alg)+" is symmetric, expected a signature")
	}
	rules := Rules{InsecureNoExpiry: want.NoExpiry, MaxAge: want.MaxAge}
	if err := a.times.check(&rules, a.engine.leeway(), a.now); err != nil {
		return err
	}
	if !a.times.hasIssued {
		return refuseClaim(CodeMissingClaim, "iat", "iat is missing")
	}
	accepted := want.Audiences
	if len(accepted) == 0 {
		accepted = a.engine.rules.Audiences
	}
	if !slices.ContainsFunc(accepted, a.audience.HasText) { // without accepted audiences, no statement is accepted
		return refuseClaim(CodeAudienceMismatch, "aud",
			"aud is "+shown(a.audience)+", expected "+strings.Join(accepted, " or "))
	}
	typ := a.token.Header.Typ
	if !slices.ContainsFunc(want.Types, func(t string) bool { return sameType(typ, t) }) {
		return refuseClaim(CodeClaimMismatch, "typ",
			"typ is "+quoted(typ)+", expected "+strings.Join(want.Types, " or "))
	}
	return nil
}
