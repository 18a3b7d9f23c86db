// Package policy answers "may they?" about a verified session.
//
// Policies are values. They need no HTTP request, print themselves and are safe
// for concurrent use:
//
//	editor := policy.All(policy.Scope("articles:write"), policy.Any(policy.Role("org:admin"), policy.Role("org:editor")))
//	err := editor.Check(session)
//
// Give them to guard.Policies, or to an adapter's Require. The constructors
// panic on a programming error (no name, a nil policy, no duration): the mistake
// is in the source, not in a request, and an empty All would let every user in.
//
// # Anonymous requests
//
// Every policy rejects a nil session, and one without a user, with
// core.CodeTokenMissing. No combination of policies lets an anonymous request
// through.
//
// # Missing claims
//
// A missing claim always fails the check. Where "no" and "unknown" differ, a
// policy is undecided. An undecided policy rejects the session, even inside Not:
// Not(Claim("email_verified", "false")) rejects a token without email_verified.
// These are undecided:
//
//   - Claim, ACR, AAL, MFA and FreshWithin, if the session lacks the claim they read,
//   - a custom policy that returns an error other than core.CodeForbidden,
//     core.CodeInsufficientScope and core.CodeReauthenticationRequired, bare or
//     wrapped. An unreachable database does not mean "no", and Not must not turn it
//     into "yes",
//   - a policy whose error wraps core.CodeMissingClaim.
//
// Lists count as complete: a token without roles, permissions, scopes or an
// organization has none. So Not(Role("suspended")) accepts a session without
// roles; use Claim("roles", …) if the list must be present.
//
// All, Any and Not follow Kleene's three-valued logic: All fails if one part
// fails, and Any holds if one part holds; otherwise either is undecided if one
// part is. Not of an undecided policy is undecided. De Morgan's laws and double
// negation hold, and no verdict depends on the order of the parts.
//
// # Errors
//
// Check returns nil or a [*core.Error]. Its Code decides the answer:
//
//   - Scope and AnyScope: core.CodeInsufficientScope with Scopes (RFC 6750 §3),
//   - FreshWithin, ACR, AAL and MFA: core.CodeReauthenticationRequired with
//     MaxAge and ACR (RFC 9470 §3), because a new sign-in can help,
//   - everything else: core.CodeForbidden.
//
// If several parts fail, All reports the failure that is hardest to fix and Any
// the one that is easiest. From easy to hard: an outage, a new sign-in, a scope,
// anything else, "forbidden". So a user is not asked to sign in again only to be
// forbidden afterwards, and is not forbidden what a new sign-in would allow. The
// order of the parts does not change which code is reported. All asks for every
// scope and the strictest sign-in of its parts at once, so that a client needs
// one more attempt, not several.
//
// Detail names the parts that failed and the path to them, for the server's log:
// "All › Any › Role("admin"): not among the roles". It contains no values from
// the token.
//
// # Concurrency
//
// Policies are immutable and safe for concurrent use. A function given to [Func],
// and any other implementation of core.Policy, must be safe too.
//
// # Compatibility
//
// The codes, and what All, Any and Not decide, are part of the API. The wording of
// Detail and of String is for people and may change.
package policy
