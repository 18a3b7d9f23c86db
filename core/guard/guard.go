package guard

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/internal/faults"
	"github.com/revstackhq/auth-go/core/internal/outage"
	"github.com/revstackhq/auth-go/core/internal/refusal"
)

// Guard turns a request into a session or a rejection: it extracts the
// credentials, has them authenticated, and checks revocation and policies. It is
// safe for concurrent use. The New of each adapter wraps one.
type Guard struct {
	source   core.Authenticator
	verifier *core.Verifier // nil if source is not a verifier
	methods  sourceMethods
	settings
	confirm  confirmation
	renderer Renderer
	scopes   []string // that the policies ask for
	// revocationOutage limits the log lines about failing revocation checks.
	revocationOutage outage.Log
	// hasDetails: the options need a rareAdmission for each session.
	hasDetails bool
	// refusals logs rejections if the source does not report them.
	refusals *refusal.Log
}

// sourceMethods are the optional methods of an authenticator.
type sourceMethods struct {
	again interface {
		Reauthenticate(ctx context.Context, s *core.Session, c core.Credentials) (*core.Session, error)
	}
	recheck interface {
		Recheck(ctx context.Context, s *core.Session) error
	}
	report interface {
		ReportRejection(ctx context.Context, err *core.Error)
	}
}

// New returns a guard that authenticates with source: a [*core.Contract], which
// gets a verifier with default options; a [*core.Verifier]; or any other
// [core.Authenticator]. New does no I/O. It returns all mistakes at once, as
// [*core.ConfigError].
func New(source core.Authenticator, opts ...Option) (*Guard, error) {
	g := &Guard{settings: newSettings(opts)}
	g.renderer = g.settings.renderer()
	g.scopes = scopesOfAll(g.policies)
	g.setSource(source)
	if g.source != nil {
		g.setConfirmation()
	}
	if err := g.faults.Err(); err != nil {
		return nil, err
	}
	g.hasDetails = g.revoker != nil || g.confirm.checker != nil || g.keepToken || !g.procedures.empty()
	g.refusals = refusal.NewLog(g.log(), nowClock(g.now))
	return g, nil
}

// Must is [New] for adapters, whose New returns no error: it panics with all
// mistakes in one message. from names the adapter.
func Must(from string, source core.Authenticator, opts ...Option) *Guard {
	g, err := New(source, opts...)
	if err != nil {
		panic(from + ".New: " + err.Error())
	}
	return g
}

func (g *Guard) setSource(source core.Authenticator) {
	switch s := source.(type) {
	case nil:
		g.faults.Missing("contract", "is nil: make it with NewContract or a provider's")
		return
	case *core.Contract:
		v, err := core.NewVerifier(s)
		if err != nil {
			g.faults.Append(err)
			return
		}
		g.source, g.verifier = v, v
	case *core.Verifier:
		// A usable verifier returns ErrNoSession for a nil session; a nil or
		// zero one returns another error.
		if !errors.Is(s.Recheck(context.Background(), nil), core.ErrNoSession) {
			g.faults.Missing("verifier", "is nil or zero: make it with NewVerifier")
			return
		}
		g.source, g.verifier = s, s
	default:
		if faults.IsNil(source) {
			g.faults.Missing("authenticator", "is nil: give a contract, a verifier or another authenticator")
			return
		}
		g.source = source
	}
	g.methods.again, _ = g.source.(interface {
		Reauthenticate(ctx context.Context, s *core.Session, c core.Credentials) (*core.Session, error)
	})
	g.methods.recheck, _ = g.source.(interface {
		Recheck(ctx context.Context, s *core.Session) error
	})
	g.methods.report, _ = g.source.(interface {
		ReportRejection(ctx context.Context, err *core.Error)
	})
	if c, ok := g.source.(interface{ Now() time.Time }); ok {
		g.now = c.Now
	}
	if l, ok := g.source.(interface{ Logger() *slog.Logger }); ok && g.logger == nil {
		g.logger = l.Logger()
	}
}

// Verifier returns the guard's verifier, e.g. for Ready and KeyHealth; nil if the
// guard was made with another kind of authenticator.
func (g *Guard) Verifier() *core.Verifier { return g.verifier }

// Renderer returns the guard's renderer, for handlers behind the guard that want
// to answer errors in the same form.
func (g *Guard) Renderer() *Renderer { return &g.renderer }

// Check returns the session of a request, or the rejection to answer with. Both
// are nil for an anonymous request that the guard lets through.
//
// The session of an outer guard is reused, without verifying the token again, only
// if this guard's extractors find the same token in the request and this guard's
// contract is the one that accepted it. Time, key, tenant and revocation are still
// checked again. Any other token is verified.
func (g *Guard) Check(ctx context.Context, r Request) (*core.Session, *Rejection) {
	s, _, rejection := g.judge(ctx, r)
	return s, rejection
}

// Enter is [Guard.Check] for adapters: it returns the context in which the
// handler runs, with the session inside.
//
// A guard with [Optional] or [InsecureBestEffort] that finds no credentials keeps
// the session of an outer guard, after checking it again, with its own [Revocation]
// too. A request that the guard skips, or that best effort lets through despite
// invalid credentials, is anonymous, even if the outer guard let a session in.
func (g *Guard) Enter(ctx context.Context, r Request) (context.Context, *Rejection) {
	s, outer, rejection := g.judge(ctx, r)
	switch {
	case rejection != nil:
		return ctx, rejection
	case s == nil && outer != nil && (g.revoker == nil || outer.isChecked(g)):
		return ctx, nil
	case s == nil && outer != nil:
		return outer.keptBy(ctx, g), nil
	}
	return g.admitted(ctx, r, s, outer), nil
}

// judge returns one of these: a session, which is that of outer if outer is not
// nil; no session but the outer admission, which remains in effect; neither, for an
// anonymous request; or a rejection.
func (g *Guard) judge(ctx context.Context, r Request) (s *core.Session, outer *admission, rejection *Rejection) {
	if g == nil || g.source == nil {
		return nil, nil, new(Renderer).Render(r, reject(core.CodeUnknownError, "the guard is nil or zero: make it with New"))
	}
	if g.skips(r) {
		return nil, nil, nil
	}
	s, outer, err := g.session(ctx, r)
	if err == nil && s != nil {
		err = g.admit(ctx, r, s)
	}
	if err == nil && !g.procedures.empty() {
		err = g.checkProcedure(ctx, r, s, outer)
	}
	switch {
	case err == nil:
		return s, outer, nil
	case g.bestEffort && !errors.Is(err, core.CodeNetworkError) && err.Code != core.CodeRequestCanceled:
		return nil, nil, nil //nolint:nilerr // best effort: a request that would be rejected is anonymous
	default:
		return nil, nil, g.render(ctx, r, err, g.procedures.find(r))
	}
}

// render returns the answer to a request, whose challenge names the scopes of the
// guard's policies and of the procedure's.
func (g *Guard) render(ctx context.Context, r Request, err *core.Error, called *procedure) *Rejection {
	return g.renderer.Render(r, withAllScopes(ctx, err, addScopes(g.scopes, called.scopesAsked()...)))
}

// session finds the credentials and authenticates them. Credentials that this guard
// finds come before the outer session, because the outer guard may look in other
// places and have other rules.
func (g *Guard) session(ctx context.Context, r Request) (*core.Session, *admission, *core.Error) {
	found, err := g.extract(r)
	if err != nil {
		return nil, nil, g.reported(ctx, r, nil, err)
	}
	outer := admissionOf(ctx)
	var known *core.Session // was authenticated for this request before
	switch {
	case outer == nil:
	case outer.session != nil:
		known = outer.session
	default:
		known = g.precheckedIn(outer)
		outer = nil
	}
	switch {
	case found.Token != "":
	case !g.anonymous():
		return nil, nil, g.reported(ctx, r, nil, reject(core.CodeTokenMissing, g.whereNothingWas(r)))
	case outer != nil:
		return nil, outer, g.checkKept(ctx, r, outer)
	default:
		return nil, nil, nil
	}
	if err := g.addConfirmation(&found, r, outer); err != nil {
		return nil, nil, g.reported(ctx, r, nil, err)
	}
	found.Request = r
	s, err := g.authenticate(ctx, known, found)
	if err == nil {
		g.supplyNonce(r)
	}
	if err != nil || outer == nil || s != outer.session {
		return s, nil, err
	}
	err = outer.recheckOuterRevocation(ctx, r, g)
	return s, outer, err
}

// checkKept checks the session of an outer guard that stays in effect.
func (g *Guard) checkKept(ctx context.Context, r Request, outer *admission) *core.Error {
	err := outer.recheck(ctx, r, false)
	if err != nil || outer.isChecked(g) {
		return err
	}
	if err := g.checkRevocation(ctx, outer.session); err != nil {
		return g.reported(ctx, r, outer.session, err)
	}
	return nil
}

// authenticate calls the source. known is the session that the request was
// authenticated for before, or nil. A source with the method ReportRejection has
// reported its own rejections.
func (g *Guard) authenticate(
	ctx context.Context,
	known *core.Session,
	c core.Credentials,
) (*core.Session, *core.Error) {
	var s *core.Session
	var err error
	if known != nil && g.methods.again != nil {
		s, err = g.methods.again.Reauthenticate(ctx, known, c)
	} else {
		s, err = g.source.Authenticate(ctx, c)
	}
	switch {
	case err != nil && g.methods.report == nil:
		return nil, g.reported(ctx, c.Request, nil, sourceError(ctx, err))
	case err != nil:
		return nil, sourceError(ctx, err)
	case s == nil || s.UserID() == "":
		return nil, g.reported(ctx, c.Request, nil,
			reject(core.CodeUnknownError, "the authenticator returned neither an error nor a session of a contract"))
	}
	return s, nil
}

// sourceError converts the error of an authenticator to one with a code.
func sourceError(ctx context.Context, err error) *core.Error {
	var e *core.Error
	switch {
	case errors.As(err, &e) && e != nil && e.Code != "":
		return e
	case errors.Is(ctx.Err(), context.Canceled):
		return canceled(ctx)
	default:
		return &core.Error{Code: core.CodeUnknownError, Detail: "the authenticator failed", Err: err}
	}
}

func (g *Guard) extract(r Request) (core.Credentials, *core.Error) {
	if g.headerOnly && g.verifier != nil {
		// The verifier checks the token's characters only when it rejects the
		// token.
		read := borrowedCredential
		if g.keepToken {
			read = keptCredential
		}
		token, err := read(r)
		return core.Credentials{Token: token, Scheme: schemeBearer}, err
	}
	var found core.Credentials
	for _, e := range g.extractors {
		token, scheme, err := extractFrom(e, r)
		if err != nil {
			return core.Credentials{}, extractorError(err)
		}
		switch {
		case token == "":
		case found.Token == "":
			found.Token, found.Scheme = token, scheme
		case found.Token != token:
			return core.Credentials{}, reject(core.CodeInvalidRequest, "the request carries two different tokens") // RFC 6750 §2
		}
	}
	return found, nil
}

func extractorError(err error) *core.Error {
	var e *core.Error
	if errors.As(err, &e) && e != nil && e.Code != "" {
		return e
	}
	return &core.Error{Code: core.CodeInvalidRequest, Detail: "an extractor failed", Err: err}
}

// admit checks what can change from one request to the next.
func (g *Guard) admit(ctx context.Context, r Request, s *core.Session) *core.Error {
	if err := g.checkRevocation(ctx, s); err != nil {
		return g.reported(ctx, r, s, err)
	}
	if err := checkPolicies(s, g.policies, nil); err != nil {
		return g.reported(ctx, r, s, err)
	}
	return nil
}

// anonymous reports whether requests without credentials pass.
func (g *Guard) anonymous() bool { return g.isOptional || g.bestEffort }

func reject(code core.Code, detail string) *core.Error {
	return &core.Error{Code: code, Detail: detail}
}

// canceled returns the error for a request that the client canceled.
func canceled(ctx context.Context) *core.Error {
	return &core.Error{
		Code: core.CodeRequestCanceled, Detail: "the request ended before its credentials were checked", Err: ctx.Err(),
	}
}
