package codes

import "github.com/revstackhq/auth-go/core"

// ofDecisions explains the codes of requests whose token is good, and those that
// are not about a token.
func ofDecisions() []Explanation {
	return []Explanation{
		{
			Code: core.CodeRevocationUnavailable,
			Cause: "The revocation check of `guard.Revocation` returned an error and `guard.FailClosed` is set. " +
				"The answer is 503 with `Retry-After`: the session may be fine.",
			Fix: []string{
				"Look at the error in the log line `auth: revocation can't be checked`, and at the store behind the check.",
				"`guard.FailOpen` lets sessions pass while the check is down, revoked ones included. Choose it only " +
					"if that is acceptable.",
			},
		},
		{
			Code:  core.CodeTokenRevoked,
			Cause: "The revocation check of `guard.Revocation` reports the session as revoked.",
			Fix: []string{
				"Sign in again.",
				"If the session should be valid, look at what the program's revocation list says about its session id and user id.",
			},
		},
		{
			Code: core.CodeInsufficientScope,
			Cause: "The token is good and lacks a scope that the route requires (`policy.Scope`, `policy.AnyScope`). " +
				"The challenge's `scope` lists the scopes that are needed.",
			Fix: []string{
				"Have the client request these scopes when it gets its token, then repeat the request.",
				"Check that the provider grants them to this client and user.",
			},
		},
		{
			Code: core.CodeForbidden,
			Cause: "The token is good and a policy refused the session: a role, a permission, an organization " +
				"or a policy of your own. A cross-origin request that carries the session cookie gets this code too.",
			Fix: []string{
				"The log line names the policy, and what the session has. Give the user the role or permission, or " +
					"change the policy.",
				"Roles and permissions are read from the token: after a change the user needs a new one.",
				"For your own front end on another origin, name it: `guard.Cookie(\"session\", \"https://app.example.com\")`.",
			},
		},
		{
			Code: core.CodeReauthenticationRequired,
			Cause: "The sign-in is too old or too weak for the route (`policy.FreshWithin`, `policy.MFA`, `policy.ACR`, " +
				"`policy.AAL`). The challenge's `max_age` and `acr_values` say what is needed (RFC 9470).",
			Fix: []string{
				"Have the front end ask the user to confirm their identity, then repeat the request with the new token.",
				"A token that does not say when or how the user signed in never passes. Check that the provider includes " +
					"`auth_time`, `amr`, `acr` or its own claim.",
			},
		},
		{
			Code: core.CodeUnknownError,
			Cause: "A mistake of the program, never of the token: `Require` on a route that no guard protects, " +
				"a nil verifier, or an authenticator that returned an error without a code.",
			Fix: []string{
				"Look at the log: the line says what is wrong.",
				"Put `New` before `Require` on the route or on a group around it.",
			},
		},
		{
			Code: core.CodeRequestCanceled,
			Cause: "The client hung up, or the caller canceled the context, before the verdict. " +
				"It is neither a refusal nor an outage. Observers do not get it; access logs show status 499.",
			Fix: []string{
				"Nothing, as long as it is rare. If it is frequent, the client's timeout is shorter than a key fetch may take.",
			},
		},
		{
			Code: core.CodeNetworkError,
			Cause: "The name that the TypeScript package `@revstackhq/auth` has for an outage. No error carries it; " +
				"`errors.Is(err, core.CodeNetworkError)` is true for every code that is answered with 503.",
			Fix: []string{
				"See the code that the error carries.",
			},
		},
	}
}
