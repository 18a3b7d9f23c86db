// Package core verifies the tokens of a third-party sign-in service and turns
// them into sessions. It does not depend on HTTP.
//
//	contract, err := clerk.NewContract(clerk.Config{IssuerURL: os.Getenv("CLERK_ISSUER_URL")})
//	if err != nil {
//		log.Fatal(err)
//	}
//	verifier, err := core.NewVerifier(contract)
//	if err != nil {
//		log.Fatal(err)
//	}
//	session, err := verifier.Verify(ctx, token)
//
// A [Contract] describes which tokens to accept: issuer, keys, algorithms,
// audience and the provider's own rules, as data. A [Verifier] checks tokens
// against contracts. A [Session] holds the verified claims of one token; only a
// contract can make one, and package authtest makes real ones for tests.
//
// Programs that serve requests give the contract or verifier to package guard
// (net/http) or to the New of their adapter, such as ginauth.New(contract).
// Handlers then read the session with [UserID], [Claims] and [FromContext].
//
// # Errors
//
// [NewContract], [ParseContract] and [NewVerifier] return all mistakes at once,
// joined, as [*ConfigError]. A rejected token is an [*Error], whose [Code] is part
// of the API; its Detail is for logs and must not be sent to clients. No error
// contains a token or a secret. If keys are unavailable, the code is one that is
// answered with 503, never with 401.
//
// # Concurrency
//
// Everything in this package is safe for concurrent use unless its documentation
// says otherwise. A goroutine runs only while keys are being fetched or a resolver
// is being called, and there is nothing to close.
//
// # Compatibility
//
// Before v1, a minor version may break exported names, and CHANGELOG.md shows each
// break. Codes may be added. A version that refuses a token which was accepted by
// mistake is not considered a break.
package core
