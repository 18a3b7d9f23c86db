package codes

import "github.com/revstackhq/auth-go/core"

// ofSignatures explains the codes of keys and signatures.
func ofSignatures() []Explanation {
	return []Explanation{
		{
			Code: core.CodeKeysUnavailable,
			Cause: "The issuer's keys cannot be fetched and there are no last-known-good keys to use, " +
				"or the resolver of tenants failed. The token was not judged. This is an outage, not a refusal, so the answer is 503 with `Retry-After`.",
			Fix: []string{
				"Look at `LastErrorKind` and `LastError` in `verifier.KeyHealth()`, or at the log line `auth: keys unavailable`.",
				"From the server itself, fetch the key set with curl. Egress rules, DNS and an HTTP proxy are the usual reasons.",
				"`private_address` means that the host leads into a private network that the contract does not name.",
				"Nothing needs a restart: the next fetch that succeeds ends the outage.",
			},
		},
		{
			Code: core.CodeUnknownKey,
			Cause: "The token's `kid` is not in the issuer's key set, even after a fetch. " +
				"The token belongs to another instance, or the key was removed after the token had been issued.",
			Fix: []string{
				"Compare the token's `kid` with the key set at the issuer's JWKS URL.",
				"Check that the token and the contract are of the same instance, tenant or user pool.",
				"A contract with a static key set or PEM must be updated by hand when the provider rotates its keys.",
			},
		},
		{
			Code:  core.CodeInvalidSignature,
			Cause: "The signature does not fit the key. The token was changed on its way or signed with another key or secret.",
			Fix: []string{
				"With a shared secret: compare it with the provider's, and mind how it is encoded. A secret shown " +
					"in base64 may have to be decoded first.",
				"With `PEM` or a static key set, check that it holds the key of this instance.",
				"Check that nothing decodes and re-encodes the token between client and service.",
			},
		},
	}
}
