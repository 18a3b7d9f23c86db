package codes

import "github.com/revstackhq/auth-go/core"

// ofRequests explains the codes of requests and tokens that cannot be read.
func ofRequests() []Explanation {
	return []Explanation{
		{
			Code: core.CodeInvalidRequest,
			Cause: "The request carries two different tokens, the `Authorization` header twice, " +
				"`Bearer` with nothing after it, several credentials joined by a comma, or a session cookie with a character that no cookie may have.",
			Fix: []string{
				"Send one token, in one place: `Authorization: Bearer <token>`.",
				"If a browser sends a session cookie along with a bearer token, wrap the extractors in `guard.First`: " +
					"the first place that has a token then decides.",
				"Check that no proxy in front of the service adds a second `Authorization` header.",
			},
		},
		{
			Code: core.CodeTokenMissing,
			Cause: "No token arrived in any of the places where the guard looks, by default the `Authorization` header alone. " +
				"Another scheme, such as `Basic`, counts as no token. So does an empty cookie.",
			Fix: []string{
				"Send the header `Authorization: Bearer <token>`. The word `Bearer` and the space are required.",
				"If the token is in a cookie, a header of its own or a WebSocket handshake, name that place with " +
					"`guard.Extractors`.",
				"Check that no proxy or CDN removes `Authorization`. Redirects to another host remove it too.",
				"If anonymous visitors are welcome, use `guard.Optional()`.",
				"If only a browser gets this, put the CORS middleware before the guard: a preflight request never carries a token.",
			},
		},
		{
			Code:  core.CodeTokenTooLarge,
			Cause: "The token has more bytes than the contract's `MaxTokenBytes` allows, 16 KiB by default.",
			Fix: []string{
				"Put less into the token: large lists of groups or permissions are the usual reason.",
				"Raise `Rules.MaxTokenBytes`, and check that the server reads headers of that size.",
			},
		},
		{
			Code: core.CodeInvalidFormat,
			Cause: "What was sent is not a signed JWT: it does not have three parts, is not strict base64url, " +
				"is not valid JSON, has a member twice, or has a registered claim of the wrong type. `Bearer null`, `Bearer undefined` and " +
				"an opaque access token are the usual ones.",
			Fix: []string{
				"Look at what the client sends. `null` means that the user is not signed in and the front end called the API anyway.",
				"If the provider returned an opaque access token, request one for an API (Auth0 calls it `audience`): " +
					"then it is a JWT.",
				"Do not encode, quote or shorten the token on its way.",
			},
		},
		{
			Code: core.CodeAlgorithmNotAllowed,
			Cause: "The token's `alg` is not among the contract's algorithms. The contract decides, never the token. " +
				"An unsigned token (`none`) gets this code as well.",
			Fix: []string{
				"If the provider really signs with that algorithm, configure it: most presets have a field for it, " +
					"a contract of your own has `Algorithms`.",
				"An HS256 token where RS256 is expected is often a token of the provider's legacy secret, or a forged " +
					"one. Do not accept both with one key.",
			},
		},
		{
			Code: core.CodeIssuerMismatch,
			Cause: "The token's `iss` is missing or differs from the contract's issuer. The comparison is exact: " +
				"a trailing slash, `http` in place of `https`, or another instance makes a difference. No key was fetched.",
			Fix: []string{
				"Compare the two values in the log line, character by character. Copy `iss` from a real token into " +
					"the configuration.",
				"Check that the front end and the service use the same instance: development and production have " +
					"different issuers.",
				"If several issuers are right, give all contracts to `core.NewVerifier`, or use `core.Resolver`.",
			},
		},
	}
}
