// Package dpop checks and makes DPoP proofs (RFC 9449): a client proves with each request that it holds the key that
// its access token is bound to, so a stolen token is useless without the key.
//
// Most services do not use this package directly. They accept bound tokens in their contract, and give the guard the
// URL that clients call:
//
//	contract, err := oidc.NewContract(oidc.Config{..., Confirmation: "dpop"})
//	r.Use(ginauth.New(contract, guard.ExternalURL("https://api.example.com")))
//
// guard.Proofs changes which proofs are accepted: its [Config] has the algorithms, a replay [Store] for several
// replicas, and [Nonces]. A program without a guard sets a [Checker] in core.Credentials.
//
// A client signs its requests with a [Transport].
//
// # Errors
//
// [Checker.Check] returns an [*Error]; a verifier turns it into a core.Error with the code INVALID_PROOF, or
// [CodeUnavailable] if the store fails.
//
// # Concurrency
//
// All types are safe for concurrent use. None of them starts a goroutine.
package dpop
