package core

import (
	"context"
	"slices"
	"time"
)

// Recheck reports whether v would still accept a session that it made: it has
// not expired, its key is still in the issuer's set, and its tenant still has
// the same contract. It is for code that keeps sessions, such as a queue or the
// messages of a socket; behind a guard, use guard.Recheck, which checks revocation
// too. It does not allocate for a session that is still accepted. It may wait for
// keys, like Verify. Every error is an [*Error].
func (v *Verifier) Recheck(ctx context.Context, s *Session) error {
	switch {
	case !v.valid():
		return refuse(CodeUnknownError, "the verifier is nil or zero: make it with NewVerifier")
	case !s.valid():
		return ErrNoSession
	}
	if err := v.recheckSession(ctx, s, v.clock.Now()); err != nil {
		v.rejected(ctx, err, &origin{engine: s.engine, header: s.header})
		return err
	}
	return nil
}

// Recheck reports whether the contract that made s would still accept it: its
// time and its key. [Verifier.Recheck] checks the tenant too. Every error is an
// [*Error], except [ErrNoSession] for a session that no contract made.
func (s *Session) Recheck(ctx context.Context) error {
	if !s.valid() {
		return ErrNoSession
	}
	err := s.engine.recheckSession(ctx, s, s.engine.clock.Now())
	if err != nil {
		return err
	}
	return nil // not err: a nil *Error in an error would not be nil
}

// recheckSession checks a session without its token. It refuses the session if a
// check would need the token.
func (v *Verifier) recheckSession(ctx context.Context, s *Session, now time.Time) *Error {
	if !v.chooses(s, now) {
		e, err := v.engineFor(ctx, &registered{issuer: s.issuer, hasIssuer: s.issuer != ""}, s.claims, now)
		if err != nil {
			return err
		}
		if e != s.engine {
			return refuseClaim(CodeIssuerMismatch, "iss",
				"iss "+quoted(s.issuer)+" has another contract now than when the session began")
		}
	}
	return s.engine.recheckSession(ctx, s, now)
}

func (e *engine) recheckSession(ctx context.Context, s *Session, now time.Time) *Error {
	if s.key != nil {
		keys, err := e.lookup(ctx, s.header)
		if err != nil {
			return err
		}
		if !slices.Contains(keys, s.key) {
			return refuse(CodeUnknownKey, "the key "+quoted(s.header.Kid)+" that signed the token has been replaced")
		}
	}
	if err := s.times.check(&e.rules, e.leeway(), now); err != nil {
		return err
	}
	if e.timed {
		if err := e.checkRules(s.header, s.claims, now); err != nil {
			return err
		}
	}
	if e.kindTimed {
		if kind := e.mapping.kindOf(s.header, s.claims, now.Add(e.leeway())); kind != s.kind {
			return refuse(CodeClaimMismatch,
				"the token is of kind "+string(kind)+" now and was "+string(s.kind)+" when the session began")
		}
	}
	return nil
}

// recheck checks everything that may have changed since a session was cached: the
// time, the tenant, and whether its key is still in the set. decided is false if
// the token must go through every step again.
func (v *Verifier) recheck(ctx context.Context, s *Session, now time.Time) (err *Error, decided bool) {
	if s.engine.kindTimed {
		return nil, false
	}
	if v.tenants != nil && !v.chooses(s, now) {
		return nil, false // the tenant was added, was removed, or has another contract now
	}
	if s.key != nil {
		keys, keyErr := s.engine.lookup(ctx, s.header)
		if keyErr != nil || !slices.Contains(keys, s.key) {
			return nil, false //nolint:nilerr // the whole verification reports the error
		}
	}
	if err := s.times.check(&s.engine.rules, s.engine.leeway(), now); err != nil {
		return err, true
	}
	if s.engine.timed {
		return s.engine.checkRules(s.header, s.claims, now), true
	}
	return nil, true
}

// Confirm checks that the client that sends c holds the key that the session's
// token is bound to, for authenticators that keep sessions: the session of a bound
// token is good only together with a proof, a new one for each request. It returns
// nil for a token that is not bound, and an [*Error] otherwise; it checks nothing
// else.
func (s *Session) Confirm(ctx context.Context, c Credentials) error {
	if !s.valid() {
		return ErrNoSession
	}
	//nolint:revive // a nil *Error in an error would not be nil
	if err := s.engine.confirms.check(ctx, s.bound, &c, s.engine.clock.Now()); err != nil {
		return err
	}
	return nil
}
