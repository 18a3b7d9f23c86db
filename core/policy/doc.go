// Package policy answers "may they?" about a verified session.
//
// Policies are values. They need no HTTP request, print themselves and are safe
// for concurrent use:
//
//	editor := policy.All(policy.Scope("articles:write"), policy.Any(policy.Role("org:admin"), policy.Role("org:editor")))
//	err := editor.Check(session)
//
// Give them to guard.Policies, or to an adapter's Require. The constructors
// panic on a mistake of the program (no name, a nil policy, no duration): such
// a mistake is in the source, not in a request, and an empty All would let
// everybody in.
//
// # Nobody
//
// Every policy refuses a nil session, and one without a user, with
// core.CodeTokenMissing. No combination lets an anonymous visitor pass.
//
// # What a token does not say
//
// A missing claim is a failed check, always. Where "no" and "it does not say"
// differ, a policy is undecided, and an undecided policy refuses, also under
// Not: Not(Claim("email_verified", "false")) refuses a token that lacks
// email_verified. Undecided are
//
//   - Claim, ACR, AAL, MFA and FreshWithin, where the session lacks what they ask,
//   - a policy of your own whose error is no refusal: neither core.CodeForbidden,
//     core.CodeInsufficientScope nor core.CodeReauthenticationRequired, bare or
//     wrapped. A database that is down is no "no", and Not must not make a "yes" of it,
//   - an error that wraps core.CodeMissingClaim.
//
// Lists are complete as they stand: a token without roles, permissions, scopes
// or an organisation has none. So Not(Role("suspended")) lets a session without
// roles pass; where the list must be there, ask Claim("roles", …) instead.
//
// All, Any and Not follow Kleene's three-valued logic: All fails if a part
// fails, Any holds if a part holds, else either is undecided if a part is, and
// Not leaves undecided what is. De Morgan's laws and double negation hold, and
// no verdict depends on the order of the parts.
//
// # What the client is told
//
// The error is a [*core.Error]. Its Code decides the answer:
//
//   - Scope and AnyScope: core.CodeInsufficientScope with Scopes (RFC 6750 §3),
//   - FreshWithin, ACR, AAL and MFA: core.CodeReauthenticationRequired with
//     MaxAge and ACR (RFC 9470 §3), for a new sign-in can help,
//   - everything else: core.CodeForbidden.
//
// Of several failures, All reports the one that is hardest to mend and Any the
// one that is easiest: an outage, then a new sign-in, then a scope, then
// anything else, then "forbidden". So nobody is asked to sign in again only to
// be forbidden afterwards, and nobody is forbidden what a new sign-in would
// allow. This does not depend on the order either; among equals the first given
// is reported. All asks for every scope and for the strictest sign-in of its
// parts at once, so that a client needs one more try, not several.
//
// Detail tells the server's log which leaves failed, with the way there: "All ›
// Any › Role("admin"): not among the roles". It holds nothing of the token.
package policy
