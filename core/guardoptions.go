package core

import (
	"context"
	"fmt"
)

// guardOptions are the settings of a guard.
type guardOptions struct {
	verifier   []VerifierOption
	extractors []Extractor
	headerOnly bool // the extractors are Bearer() alone
	optional   bool
	bestEffort bool
	skip       func(Request) bool
	skipPaths  []string
	policies   []Policy
	revocation func(context.Context, *Session) error
	failure    RevocationFailure
	realm      string
	problem    bool
	responder  func(Request, *Rejection)
	message    func(Request, *Error) string
	delegate   bool
	metadata   *ResourceMetadata
	faults     faults
}

func newGuardOptions(opts []Option) *guardOptions {
	g := &guardOptions{}
	for i, o := range opts {
		if missing(o) {
			g.faults.add("option "+itoa(i+1), "", "is nil")
			continue
		}
		o.applyToGuard(g)
	}
	if len(g.extractors) == 0 {
		g.extractors = []Extractor{Bearer()}
	}
	g.headerOnly = len(g.extractors) == 1 && g.extractors[0] == Bearer()
	if (g.optional || g.bestEffort) && len(g.policies) > 0 {
		g.faults.add("WithPolicy", "", "an anonymous visitor would pass it, for Optional or InsecureBestEffort is set: "+
			"put Require on the routes that need the policy")
	}
	if g.optional && g.bestEffort {
		g.faults.add("Optional", "", "InsecureBestEffort is set too: keep one")
	}
	return g
}

// Optional lets requests without a token pass as anonymous: no session is in
// their context. A token that is there and bad is still refused.
func Optional() Option { return guardOption(func(g *guardOptions) { g.optional = true }) }

// InsecureBestEffort lets everybody pass, also with a bad token or one that a
// policy refuses, as anonymous: a client never learns that its token ended. Only
// where the keys can't be had it still answers 503, for then a good token would
// be taken for a bad one. Most want [Optional].
func InsecureBestEffort() Option { return guardOption(func(g *guardOptions) { g.bestEffort = true }) }

// WithExtractors looks for the token in these places, in this order, instead of
// in the Authorization header only. A request that carries two different
// tokens is refused with CodeInvalidRequest (RFC 6750 §2).
func WithExtractors(extractors ...Extractor) Option {
	return guardOption(func(g *guardOptions) {
		if len(extractors) == 0 {
			g.faults.add("WithExtractors", "", "names no extractor: no request could ever carry a token")
		}
		for i, e := range extractors {
			if missing(e) {
				g.faults.add(fmt.Sprintf("WithExtractors[%d]", i), "", "is nil")
				continue
			}
			switch e := e.(type) {
			case *cookie:
				e.validate(&g.faults)
			case *place:
				if e.name == "" {
					g.faults.add(e.kind, "", "has no name: it could never find a token")
				}
			}
			g.extractors = append(g.extractors, e)
		}
	})
}

// WithPolicy requires policies of every session, after verification. It does not
// go with [Optional] and [InsecureBestEffort], under which a visitor without a
// session would pass them unasked: put an adapter's Require on the routes that
// need them instead.
func WithPolicy(policies ...Policy) Option {
	return guardOption(func(g *guardOptions) {
		for i, p := range policies {
			if missing(p) {
				g.faults.add(fmt.Sprintf("WithPolicy[%d]", i), "", "is nil")
				continue
			}
			g.policies = append(g.policies, p)
		}
	})
}

// WithRealm names the protection space in challenges (RFC 9110 §11.5).
func WithRealm(realm string) Option {
	return guardOption(func(g *guardOptions) {
		if !quotable(realm) {
			g.faults.add("WithRealm", fmt.Sprintf("%q", realm), "must be printable ASCII")
		}
		g.realm = realm
	})
}

// WithProblemDetails answers with application/problem+json (RFC 9457) instead
// of the default body.
func WithProblemDetails() Option { return guardOption(func(g *guardOptions) { g.problem = true }) }

// WithResponder lets respond change a rejection before it is sent: its status,
// header and body. respond gets a copy of its own, the typed error is in Err.
// Take care to keep challenges: clients act on them.
func WithResponder(respond func(Request, *Rejection)) Option {
	return guardOption(func(g *guardOptions) {
		if respond == nil {
			g.faults.add("WithResponder", "", "is nil")
		}
		g.responder = respond
	})
}

// WithMessages writes the sentence for a person in the answer, e.g. in the
// language that Accept-Language asks for. "" keeps the default.
func WithMessages(message func(Request, *Error) string) Option {
	return guardOption(func(g *guardOptions) {
		if message == nil {
			g.faults.add("WithMessages", "", "is nil")
		}
		g.message = message
	})
}

// WithErrorHandler leaves the answer to the framework's own error handling:
// gin's error middleware finds the error in c.Errors, echo's HTTPErrorHandler
// gets an *echo.HTTPError, and fiber's ErrorHandler an error that errors.As
// finds a *fiber.Error in. errors.As finds the *[Error] and the *[Rejection] in
// each of them. Status and headers are set before; the error's text is the
// sentence that the client may see. Plain net/http, and so chi, has no error
// handler: there it changes nothing.
func WithErrorHandler() Option { return guardOption(func(g *guardOptions) { g.delegate = true }) }
