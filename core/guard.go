package core

import (
	"context"
	"errors"

	"github.com/revstackhq/auth-go/core/internal/jws"
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
// are nil for an anonymous visitor that the guard lets pass.
//
// A session that an outer guard has put into ctx is taken over, instead of the
// token being verified again, only if this guard's own extractors find the same
// token in this request and this guard's contract is the one that accepted it;
// time, key, tenant and revocation are checked again. Every other token is
// verified.
func (g *Guard) Check(ctx context.Context, r Request) (*Session, *Rejection) {
	s, _, rejection := g.judge(ctx, r)
	return s, rejection
}

// Enter is [Guard.Check] for adapters: it returns the context in which the
// handler runs, with the session inside.
//
// A guard that is [Optional] (or InsecureBestEffort) and finds no credentials of
// its own leaves the session of an outer guard where it is, after checking it
// again; a request that the guard skips, or that best effort lets pass although
// its credentials are bad, is anonymous, whatever the outer guard said.
func (g *Guard) Enter(ctx context.Context, r Request) (context.Context, *Rejection) {
	s, outer, rejection := g.judge(ctx, r)
	switch {
	case rejection != nil:
		return ctx, rejection
	case s == nil && outer != nil:
		return ctx, nil
	}
	a := &admission{session: s, guard: g}
	if s != nil && g.revocation != nil {
		a.at = g.verifier.clock.Now()
	}
	for ; outer != nil; outer = outer.outer {
		if outer.guard != nil && outer.guard != g && outer.guard.revocation != nil {
			a.outer = outer
			break
		}
	}
	return context.WithValue(ctx, contextKey{}, a), nil
}

// judge returns what the request may go on with: a session, which is that of
// outer if outer is not nil; or no session and the outer admission that stays;
// or neither, for an anonymous visitor.
func (g *Guard) judge(ctx context.Context, r Request) (s *Session, outer *admission, rejection *Rejection) {
	if g == nil || g.verifier == nil {
		return nil, nil, (*Guard)(nil).reject(r, refuse(CodeUnknownError, "the guard is nil or zero: make it with NewGuard"))
	}
	if g.skips(r) {
		return nil, nil, nil
	}
	s, outer, err := g.session(ctx, r)
	if err == nil && s != nil {
		err = g.admit(ctx, s)
	}
	switch {
	case err == nil:
		return s, outer, nil
	case g.bestEffort && !err.Code.unavailable() && err.Code != CodeRequestCanceled:
		g.report(ctx, err)
		return nil, nil, nil //nolint:nilerr // that is what best effort means
	default:
		g.report(ctx, err)
		return nil, nil, g.reject(r, err)
	}
}

// session finds and verifies the token. The request's own credentials come
// first: an outer guard may have looked in other places, under other rules.
func (g *Guard) session(ctx context.Context, r Request) (*Session, *admission, *Error) {
	token, err := g.extract(r)
	if err != nil {
		return nil, nil, err
	}
	outer := admissionOf(ctx)
	if outer != nil && outer.session == nil {
		outer = nil
	}
	switch {
	case token != "":
	case !g.optional && !g.bestEffort:
		return nil, nil, refuse(CodeTokenMissing, g.whereNothingWas(r))
	case outer != nil:
		err = outer.recheck(ctx, false)
		return nil, outer, err
	default:
		return nil, nil, nil
	}
	if outer != nil {
		if err, taken := g.takeOver(ctx, outer, token); taken || err != nil {
			return outer.session, outer, err
		}
	}
	s, err := g.verifier.verify(ctx, token)
	if err != nil && g.headerOnly {
		// A good token needs no look at its characters, which costs as much
		// as its digest: only a bad one is asked whether it is one at all.
		if malformed := checkBearerToken(token); malformed != nil {
			err = malformed
		}
	}
	return s, nil, err
}

// takeOver reports whether the outer guard's session is that of this very token
// by this guard's contract, and still stands; if not, the token is verified.
func (g *Guard) takeOver(ctx context.Context, outer *admission, token string) (err *Error, taken bool) {
	s, v := outer.session, g.verifier
	now := v.clock.Now()
	if s.token != jws.DigestOf(token) || !v.chooses(s, now) {
		return nil, false
	}
	if err, stands := v.recheck(ctx, s, now); err != nil || !stands {
		return err, false
	}
	for outer != nil && outer.guard == g {
		outer = outer.outer // this guard asks about revocation itself
	}
	if err := outer.recheckRevocation(ctx, now, false); err != nil {
		return err, false
	}
	return nil, true
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
		return err
	}
	return checkPolicies(s, g.policies)
}

// report tells observers about a refusal behind the guard; a session that was
// put into the context without one has none.
func (g *Guard) report(ctx context.Context, err *Error) {
	if g != nil {
		g.verifier.rejected(ctx, err)
	}
}
