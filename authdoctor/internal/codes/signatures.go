package codes

import (
	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/apikey"
	"github.com/revstackhq/auth-go/core/introspect"
)

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
			Code: introspect.CodeUnavailable,
			Cause: "The server that introspects opaque tokens cannot be reached, answered with an error, " +
				"or sent something that is not a proper answer. The token was not judged. The answer is 503 with " +
				"`Retry-After`. A server that answers 401 or 403 does not accept this program's own credentials.",
			Fix: []string{
				"Look at the detail of the rejection in the log for the reason. After three failures in a row, the line " +
					"`auth: introspection unavailable` names the host, too.",
				"If the reason is the program's credentials, check `Config.Auth` and the secret in the environment.",
				"If the reason is too many unknown tokens, someone is guessing tokens: limit requests in front of the service.",
				"`Config.KeepInOutage` lets sessions that were active a short time ago pass while the server is down.",
			},
		},
		{
			Code: apikey.CodeUnavailable,
			Cause: "The store of API keys returned an error or did not answer in time. The key was not judged. " +
				"The answer is 503 with `Retry-After`.",
			Fix: []string{
				"Look at the database behind the store. The log has its error in the detail of the rejection and, after " +
					"three failures in a row, in the line `auth: API keys unavailable`.",
				"If SQLite says `database is locked`, open it with a busy timeout and a write-ahead log.",
				"If the reason is too many unknown keys, someone is guessing keys: limit requests in front of the service.",
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
		{
			Code: introspect.CodeInactive,
			Cause: "The opaque token is not active according to the server that issued it, or no such API key exists. " +
				"It is unknown, has expired or was revoked; the server does not say which.",
			Fix: []string{
				"Get a new token, or make a new API key.",
				"Check that the token belongs to the same environment: a key of the staging system is unknown in production.",
				"If an introspection server calls good tokens inactive, check that this program's client may introspect them: " +
					"some servers answer so for tokens of other audiences.",
			},
		},
	}
}
