package main

import (
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/guard"
	"github.com/revstackhq/auth-go/core/policy"
)

// scheme is the name of the security scheme in the document.
const scheme = "oauth"

// secured makes operations whose policies are documented and enforced.
type secured struct {
	guard  *guard.Guard
	scopes map[string]string // of the document's security scheme
}

func secure(api huma.API, contract *core.Contract, issuer string) (*secured, error) {
	g, err := guard.New(contract)
	if err != nil {
		return nil, err
	}
	s := &secured{guard: g, scopes: map[string]string{}}
	components := api.OpenAPI().Components
	if components.SecuritySchemes == nil {
		components.SecuritySchemes = map[string]*huma.SecurityScheme{}
	}
	components.SecuritySchemes[scheme] = &huma.SecurityScheme{
		Type: "oauth2",
		Flows: &huma.OAuthFlows{AuthorizationCode: &huma.OAuthFlow{
			AuthorizationURL: issuer + "/authorize", TokenURL: issuer + "/token", Scopes: s.scopes,
		}},
	}
	return s, nil
}

// operation returns an operation that asks for the policy. The scopes are in its security
// requirement, the whole policy, with roles and freshness, in x-policy.
func (s *secured) operation(id, method, path string, p core.Policy) huma.Operation {
	described := policy.Describe(p)
	op := huma.Operation{
		OperationID: id, Method: method, Path: path,
		Errors:      []int{http.StatusUnauthorized, http.StatusForbidden},
		Extensions:  map[string]any{"x-policy": described},
		Middlewares: huma.Middlewares{s.enforce(p)},
	}
	for _, set := range described.ScopeSets() {
		op.Security = append(op.Security, map[string][]string{scheme: set})
		for _, scope := range set {
			s.scopes[scope] = ""
		}
	}
	return op
}

// enforce lets a request in that satisfies the policy.
func (s *secured) enforce(p core.Policy) func(huma.Context, func(huma.Context)) {
	requirement := guard.Require(p)
	return func(ctx huma.Context, next func(huma.Context)) {
		r, w := humago.Unwrap(ctx)
		request := guard.HTTPExchange(w.Header(), r)
		admitted, rejection := s.guard.Enter(guard.WithScopes(ctx.Context(), policy.Describe(p).Scopes()...), request)
		if rejection == nil {
			rejection = requirement.Check(admitted, request)
		}
		if rejection != nil {
			rejection.ServeHTTP(w, r)
			return
		}
		next(huma.WithContext(ctx, admitted))
	}
}
