package policy

import (
	"slices"
	"strconv"
	"strings"

	"github.com/revstackhq/auth-go/core"
)

// Scope holds if the token grants every one of the OAuth scopes (RFC 6749
// §3.3). It fails with core.CodeInsufficientScope and asks for all of them. It
// panics without scopes, and on a scope that is empty or contains a space: pass
// each scope as an argument of its own.
func Scope(scopes ...string) core.Policy {
	scopes = scopeNames("Scope", scopes)
	about, a := Description{Kind: "Scope", Values: scopes}, asks{scopes: scopes}
	text := about.String()
	return &term{text: text, about: about, asks: a, judge: func(s *core.Session) *refusal {
		for _, scope := range scopes {
			if !s.HasScope(scope) {
				return insufficient(a, text, "the token does not grant "+strconv.Quote(scope))
			}
		}
		return nil
	}}
}

// AnyScope holds if the token grants at least one of the scopes. A challenge
// can't say "one of" (RFC 6750 §3), so it asks for the first: put the one that
// grants least first. It panics like Scope.
func AnyScope(scopes ...string) core.Policy {
	scopes = scopeNames("AnyScope", scopes)
	about, a := Description{Kind: "AnyScope", Values: scopes}, asks{scopes: scopes[:1]}
	text := about.String()
	return &term{text: text, about: about, judge: func(s *core.Session) *refusal {
		if slices.ContainsFunc(scopes, s.HasScope) {
			return nil
		}
		return insufficient(a, text, "the token does not grant any of them")
	}}
}

func scopeNames(function string, scopes []string) []string {
	scopes = names(function, "scope", scopes)
	for _, scope := range scopes {
		if strings.ContainsAny(scope, " \t\r\n") {
			panic(
				"policy: " + function + ": " + strconv.Quote(
					scope,
				) + " contains a space, which separates scopes: pass each one as its own argument",
			)
		}
	}
	return scopes
}

func insufficient(a asks, text, why string) *refusal {
	return &refusal{verdict: fails, code: core.CodeInsufficientScope, asks: a, reasons: []string{text + ": " + why}}
}

// Role holds if the session has every one of the roles, exactly as the provider
// writes them, such as Clerk's "org:admin". It panics without roles and on
// an empty role.
func Role(roles ...string) core.Policy {
	return every("Role", "role", roles, (*core.Session).HasRole)
}

// AnyRole holds if the session has at least one of the roles. It panics like Role.
func AnyRole(roles ...string) core.Policy {
	return one("AnyRole", "role", roles, (*core.Session).HasRole)
}

// Permission holds if the session has every one of the permissions. It panics
// without permissions and on an empty permission.
func Permission(permissions ...string) core.Policy {
	return every("Permission", "permission", permissions, (*core.Session).HasPermission)
}

// AnyPermission holds if the session has at least one of the permissions. It
// panics like Permission.
func AnyPermission(permissions ...string) core.Policy {
	return one("AnyPermission", "permission", permissions, (*core.Session).HasPermission)
}

func every(function, what string, given []string, has func(*core.Session, string) bool) core.Policy {
	given = names(function, what, given)
	about := Description{Kind: function, Values: given}
	text := about.String()
	return &term{text: text, about: about, judge: func(s *core.Session) *refusal {
		for _, name := range given {
			if !has(s, name) {
				return forbid(fails, text, strconv.Quote(name)+" is not among the session's "+what+"s")
			}
		}
		return nil
	}}
}

func one(function, what string, given []string, has func(*core.Session, string) bool) core.Policy {
	given = names(function, what, given)
	about := Description{Kind: function, Values: given}
	text := about.String()
	return &term{text: text, about: about, judge: func(s *core.Session) *refusal {
		for _, name := range given {
			if has(s, name) {
				return nil
			}
		}
		return forbid(fails, text, "none is among the session's "+what+"s")
	}}
}

// InOrganization holds if the session's active organization has one of the ids;
// without ids, if any organization is active. Slugs and names are not compared,
// because they can pass to another organization. It panics on an empty id.
func InOrganization(ids ...string) core.Policy {
	if len(ids) > 0 {
		ids = names("InOrganization", "id", ids)
	}
	about := Description{Kind: "InOrganization", Values: slices.Clone(ids)}
	text := about.String()
	return &term{text: text, about: about, judge: func(s *core.Session) *refusal {
		switch id := s.Organization().ID; {
		case id == "":
			return forbid(fails, text, "no organization is active")
		case len(ids) > 0 && !slices.Contains(ids, id):
			return forbid(fails, text, "another organization is active")
		}
		return nil
	}}
}

// kindsOfTokens are those of package core and apikey.Kind.
func kindsOfTokens() []core.TokenKind {
	return []core.TokenKind{core.KindSession, core.KindAccess, core.KindID, core.KindMachine, "api_key"}
}

// Kind holds if the token is of one of the kinds, as the contract's mapping
// classifies it. It panics without kinds and on a kind that neither core nor package
// apikey defines.
func Kind(kinds ...core.TokenKind) core.Policy {
	given := make([]string, len(kinds))
	for i, k := range kinds {
		given[i] = string(k)
		if !slices.Contains(kindsOfTokens(), k) {
			panic(
				"policy: Kind: " + strconv.Quote(given[i]) +
					" is not a kind of token: use core.KindSession, KindAccess, KindID or KindMachine, or apikey.Kind",
			)
		}
	}
	about := Description{Kind: "Kind", Values: names("Kind", "kind", given)}
	text := about.String()
	kinds = slices.Clone(kinds)
	return &term{text: text, about: about, judge: func(s *core.Session) *refusal {
		if slices.Contains(kinds, s.Kind()) {
			return nil
		}
		return forbid(fails, text, "the token is of another kind")
	}}
}
