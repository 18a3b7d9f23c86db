package core

import (
	"context"
	"errors"
)

// Guard turns a request into a session or a rejection: it extracts the token,
// verifies it, asks about revocation and checks policies. It is safe for
// concurrent use. The adapters' New is a thin shell around it.
type Guard struct {
	verifier *Verifier
	guardOptions
	answers answers
	// revocationOutage reports failing revocation checks.
	revocationOutage outage
}

// NewGuard returns a guard for source, a [*Contract] or a [*Verifier]. It does
// no I/O. Every mistake is returned at once, as [*ConfigError].
func NewGuard(source Source, opts ...Option) (*Guard, error) {
	g := &Guard{guardOptions: *newGuardOptions(opts)}
	g.answers.init(&g.guardOptions)
	if source == nil {
		g.faults.add("contract", "", "is nil: make it with NewContract or a provider's")
		return nil, g.faults.join()
	}
	v, err := source.verifierWith(g.guardOptions.verifier)
	if err != nil || len(g.faults) > 0 {
		return nil, errors.Join(g.faults.join(), err)
	}
	g.verifier = v
	return g, nil
}

// MustGuard is [NewGuard] for adapters, whose New has no error to return: it
// panics with every mistake in one message. from names the adapter.
func MustGuard(from string, source Source, opts ...Option) *Guard {
	g, err := NewGuard(source, opts...)
	if err != nil {
		panic(from + ".New: " + err.Error())
	}
	return g
}

// Verifier returns the guard's verifier, e.g. for Ready and KeyHealth.
func (g *Guard) Verifier() *Verifier { return g.verifier }

// Check returns the session of a request, or the rejection to answer with. Both
// are nil for an anonymous visitor that the guard lets pass. A session of the
// same contract that an outer guard has put into ctx is used again.
func (g *Guard) Check(ctx context.Context, r Request) (*Session, *Rejection) {
	if g == nil || g.verifier == nil {
		return nil, (*Guard)(nil).reject(r, refuse(CodeUnknownError, "the guard is nil or zero: make it with NewGuard"))
	}
	if g.skip != nil && g.skip(r) {
		return nil, nil
	}
	s, err := g.session(ctx, r)
	if err == nil && s != nil {
		err = g.admit(ctx, s)
	}
	switch {
	case err == nil:
		return s, nil
	case g.bestEffort && !err.Code.unavailable() && err.Code != CodeRequestCanceled:
		return nil, nil //nolint:nilerr // that is what best effort means
	default:
		return nil, g.reject(r, err)
	}
}

// Enter is [Guard.Check] for adapters: it returns the context in which the
// handler runs, with the session inside.
func (g *Guard) Enter(ctx context.Context, r Request) (context.Context, *Rejection) {
	s, rejection := g.Check(ctx, r)
	if rejection != nil {
		return ctx, rejection
	}
	return context.WithValue(ctx, contextKey{}, &admission{session: s, guard: g}), nil
}

// session finds and verifies the token; nil and no error is anonymous.
func (g *Guard) session(ctx context.Context, r Request) (*Session, *Error) {
	if a := admissionOf(ctx); a != nil && a.session != nil && a.guard != nil && g.verifier.trusts(a.session) {
		return a.session, nil
	}
	token, err := g.extract(r)
	if err != nil {
		g.verifier.rejected(err)
		return nil, err
	}
	if token == "" {
		if g.optional || g.bestEffort {
			return nil, nil
		}
		err := refuse(CodeTokenMissing, "the request carries no token")
		g.verifier.rejected(err)
		return nil, err
	}
	s, err := g.verifier.verify(ctx, token)
	if err != nil {
		if g.headerOnly {
			// A good token needs no look at its characters, which costs as much
			// as its digest: only a bad one is asked whether it is one at all.
			if malformed := checkBearerToken(token); malformed != nil {
				err = malformed
			}
		}
		g.verifier.rejected(err)
	}
	return s, err
}

func (g *Guard) extract(r Request) (string, *Error) {
	if g.headerOnly {
		return bearer{}.credential(r)
	}
	token := ""
	for _, e := range g.extractors {
		found, err := e.Extract(r)
		if err != nil {
			var refused *Error
			if errors.As(err, &refused) && refused != nil && refused.Code != "" {
				return "", refused
			}
			return "", &Error{Code: CodeInvalidRequest, Detail: "an extractor failed", Err: err}
		}
		if found != "" && token != "" && found != token {
			return "", refuse(CodeInvalidRequest, "the request carries two different tokens") // RFC 6750 §2
		}
		if found != "" {
			token = found
		}
	}
	return token, nil
}

// admit is what is asked anew on every request.
func (g *Guard) admit(ctx context.Context, s *Session) *Error {
	if err := g.checkRevocation(ctx, s); err != nil {
		g.verifier.rejected(err)
		return err
	}
	if err := checkPolicies(s, g.policies); err != nil {
		g.verifier.rejected(err)
		return err
	}
	return nil
}

// report tells observers about a refusal behind the guard; a session that was
// put into the context without one has none.
func (g *Guard) report(err *Error) {
	if g != nil {
		g.verifier.rejected(err)
	}
}

// trusts reports whether s was verified by an engine of this verifier.
func (v *Verifier) trusts(s *Session) bool {
	return v.chooses(s, v.clock.Now())
}
