package guard

import (
	"context"
	"net/http"
	"slices"

	"github.com/revstackhq/auth-go/core"
)

// scopesOf returns the scopes that a client needs to satisfy a policy. Those of
// package policy have the method.
func scopesOf(p core.Policy) []string {
	if scoped, ok := p.(interface{ Scopes() []string }); ok {
		return scoped.Scopes()
	}
	return nil
}

func scopesOfAll(policies []core.Policy) []string {
	var scopes []string
	for _, p := range policies {
		scopes = addScopes(scopes, scopesOf(p)...)
	}
	return scopes
}

// addScopes appends those of more that are not in scopes yet. It does not change the
// array of scopes.
func addScopes(scopes []string, more ...string) []string {
	for _, scope := range more {
		if !slices.Contains(scopes, scope) {
			scopes = append(slices.Clip(scopes), scope)
		}
	}
	return scopes
}

type scopesKey struct{}

// WithScopes returns a context in which challenges name these scopes too. It is for
// adapters that know what an operation needs before they can check it, such as the
// procedure of a call: a client without a token then asks for enough of them at
// once. It does not make the guard require them.
func WithScopes(ctx context.Context, scopes ...string) context.Context {
	if len(scopes) == 0 {
		return ctx
	}
	known, _ := ctx.Value(scopesKey{}).([]string)
	return context.WithValue(ctx, scopesKey{}, addScopes(known, scopes...))
}

// withAllScopes adds to an error that a token with more scopes can cure the scopes of
// the request's policies and those of WithScopes, so that the client needs one more
// attempt and not one for each scope (RFC 6750 §3).
func withAllScopes(ctx context.Context, err *core.Error, ofPolicies []string) *core.Error {
	scopes := err.Scopes
	switch {
	case err.Code == core.CodeReauthenticationRequired: // asks for a sign-in, not for a scope (RFC 9470 §3)
		return err
	case err.Code.Status() == http.StatusUnauthorized:
		scopes = addScopes(scopes, ofPolicies...)
	case err.Code != core.CodeInsufficientScope || len(scopes) == 0:
		return err
	}
	if ctx != nil {
		known, _ := ctx.Value(scopesKey{}).([]string)
		scopes = addScopes(scopes, known...)
	}
	return withScopes(err, scopes)
}

// withScopes returns err with the scopes. The error may belong to a policy or to the
// verifier, so it is not changed.
func withScopes(err *core.Error, scopes []string) *core.Error {
	if len(scopes) == len(err.Scopes) {
		return err
	}
	changed := *err
	changed.Scopes = slices.Clone(scopes)
	return &changed
}

// scopesAsked returns the scopes that the guard's own policies ask for. The guard is
// nil for a session that core.NewContext put into the context.
func (g *Guard) scopesAsked() []string {
	if g == nil {
		return nil
	}
	return g.scopes
}
