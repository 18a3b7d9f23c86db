package codes

import (
	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/dpop"
)

// ofClaims explains the codes of tokens whose signature is good.
func ofClaims() []Explanation {
	return []Explanation{
		{
			Code: core.CodeTokenExpired,
			Cause: "The token is past its `exp`, or older than the contract's `MaxAge`, by more than the leeway. " +
				"With short-lived tokens this is everyday traffic, not an attack.",
			Fix: []string{
				"In the front end, ask the provider's SDK for a token before each call, instead of keeping one.",
				"Refresh the token and repeat the request once when this code arrives.",
				"If fresh tokens expire at once, the server's clock is ahead: check NTP. The log line shows both times.",
			},
		},
		{
			Code: core.CodeTokenNotActive,
			Cause: "The token's `nbf` or `iat` is in the future by more than the leeway. " +
				"The server's clock is behind the issuer's.",
			Fix: []string{
				"Synchronize the server's clock (NTP). The log line shows both times.",
				"For a known small difference, raise the contract's `Leeway`.",
			},
		},
		{
			Code: core.CodeAudienceMismatch,
			Cause: "The token's `aud` is missing or names another service. " +
				"An ID token, whose audience is the client id, gets this code where an access token is expected.",
			Fix: []string{
				"Compare the two values in the log line. Send the access token, not the ID token.",
				"In the front end, request the token for this API (`audience`, `resource` or a scope, depending on the provider).",
				"Set the contract's audience to what real tokens for this API carry.",
			},
		},
		{
			Code: core.CodePartyMismatch,
			Cause: "The token was issued to an application, origin or workload that the contract does not list: `azp`, " +
				"`client_id`, `cid` or the provider's own claim.",
			Fix: []string{
				"If that application may call this service, add it to the contract: `AuthorizedParties`, `ClientIDs` " +
					"or the preset's own field.",
				"Write origins exactly as the browser does: `https://app.example.com`, with the port if there is " +
					"one and without a path.",
				"Clerk's native apps send no `azp`; `InsecureMissingParty` accepts such tokens.",
			},
		},
		{
			Code: core.CodeInvalidProof,
			Cause: "The token is bound to a client's key (`cnf`), and the proof that its sender holds the key is missing " +
				"or not valid: a DPoP proof (RFC 9449), or a TLS client certificate (RFC 8705). Or the contract has " +
				"`ConfirmationRequired` and the token is not bound. The log line says which check failed. A client that sent " +
				"the scheme `DPoP` gets the challenge `DPoP error=\"invalid_dpop_proof\"` instead.",
			Fix: []string{
				"If `htu` differs, set `guard.ExternalURL` to the URL under which clients reach the service.",
				"If `iat` is out of date, correct the client's clock, or require nonces: `guard.Proofs` with `dpop.NewNonces`.",
				"A client that gets `use_dpop_nonce` repeats the request with the nonce of the `DPoP-Nonce` header.",
				"Each request needs a new proof. A token with `cnf.jkt` is sent by the scheme `DPoP`, never as a bearer token.",
				"Behind a proxy that ends TLS, name it with `guard.TrustedProxies`, and its header with `guard.CertificateHeader`.",
			},
		},
		{
			Code: dpop.CodeUnavailable,
			Cause: "The store that remembers used DPoP proofs failed or is full, so a replayed proof could not be noticed. " +
				"The token was not judged. The answer is 503 with `Retry-After`.",
			Fix: []string{
				"Look at the log line `auth: DPoP proofs can't be checked for replays`: it has the reason.",
				"If the memory store is full, raise its number of entries or shorten `MaxAge`.",
				"`dpop.FailOpen` accepts proofs during such an outage, replayed ones too.",
			},
		},
		{
			Code: core.CodeMissingClaim,
			Cause: "A claim that the contract requires is not in the token: `exp`, the user id, or one of " +
				"`RequiredClaims` or `ClaimRules`. The log line names it.",
			Fix: []string{
				"If `UserIDClaim` names a custom claim, check that the provider puts it into this kind of token. " +
					"An organization's id is there only while an organization is active.",
				"Without `exp` a token would be valid forever. Have the issuer set it.",
			},
		},
		{
			Code: core.CodeClaimMismatch,
			Cause: "A rule of the contract is not met: the token is of another kind (ID token, machine token, logout token), " +
				"the session is still pending, or the token is bound to a client's key (`cnf`) and the contract's `Confirmation` does not accept it. The log line says " +
				"which rule, and what was found.",
			Fix: []string{
				"Send the kind of token that the contract is for.",
				"If this kind is right, most presets have a field that accepts it, such as `Accept` in `clerk.Config` " +
					"or `TokenUse` in `cognito.Config`.",
			},
		},
	}
}
