package core

import (
	"slices"

	"github.com/revstackhq/auth-go/core/internal/faults"
)

// warningsOf lists what the rules leave unchecked. It uses the preset's names of the
// fields that check it, see [Rules.FieldNames].
func warningsOf(r *Rules, template *issuerTemplate, confirms confirmations) (warnings []string) {
	say := func(on bool, open string, remedies ...string) {
		if !on {
			return
		}
		open = faults.Phrase(r.FieldNames, open)
		if remedy := faults.Remedies(r.FieldNames, remedies...); remedy != "" {
			open += "; " + remedy
		}
		warnings = append(warnings, open)
	}
	say(r.InsecureAnyIssuer, "any issuer: a holder of any accepted key can claim to be any issuer", "set {Issuer}")
	say(r.InsecureAnyAudience && !r.bound(), "no audience: a token this issuer made for any other service is accepted",
		"set {Audiences}", "set {AuthorizedParties}")
	partyRequired := slices.ContainsFunc(r.ClaimRules, func(c ClaimRule) bool {
		return c.Claim == "azp" && !c.Optional && !c.Absent
	})
	say(r.InsecureMissingParty && !partyRequired, "no party required: a token without azp passes {AuthorizedParties}",
		"remove {InsecureMissingParty}")
	tenantChecked := template == nil || slices.ContainsFunc(r.ClaimRules, func(rule ClaimRule) bool {
		return rule.Claim == template.claim && rule.OneOf != nil
	})
	say(!tenantChecked, "any tenant: every tenant of the issuer is accepted",
		"restrict the template's claim in {ClaimRules}", "check the session's organization")
	say(r.InsecureNoExpiry, "no expiry: a token without exp is accepted forever",
		"remove {InsecureNoExpiry}", "bound the age with {MaxAge}")
	say(r.InsecureShortSecret, "short secret: a secret shorter than its hash can be guessed from one token",
		"set a longer {Secret} and remove {InsecureShortSecret}")
	say(r.InsecureHTTP, "plain http: an attacker on the network path can replace the keys",
		"use https and remove {InsecureHTTP}")
	say(r.InsecurePrivateNetwork, "private network: a tenant, or the issuer's discovery document, "+
		"may have keys fetched from inside your network", "set {JWKSURL} and remove {InsecurePrivateNetwork}")
	say(r.InsecureIgnoreConfirmation, "bound tokens (cnf) are accepted as bearer tokens: a stolen one works",
		"remove {InsecureIgnoreConfirmation}")
	say(confirms.any() && !r.ConfirmationRequired,
		"tokens that are not bound to a key are accepted too: a stolen one works",
		"set {ConfirmationRequired} if every client sends bound tokens")
	say(r.InsecureEmulator, "emulator: unsigned tokens are accepted, so anyone can be any user",
		"remove {InsecureEmulator}")
	return append(warnings, r.Warnings...)
}

// bound reports whether something other than aud ties a token to this service.
func (r *Rules) bound() bool {
	return len(r.AuthorizedParties) > 0 || slices.ContainsFunc(r.ClaimRules, func(c ClaimRule) bool {
		return c.Code == CodeAudienceMismatch || c.Code == CodePartyMismatch
	})
}
