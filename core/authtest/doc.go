// Package authtest tests programs that use auth-go.
//
// To test a handler or a service, put a session into its context: no issuer, no
// keys, no HTTP.
//
//	ctx := authtest.Context(t.Context(), "user_1", authtest.Claims{"org_id": "org_9"})
//
// To test a whole program, run an [Issuer] on loopback, mint tokens with it,
// rotate its keys or take it down:
//
//	issuer := authtest.NewIssuer(t)
//	router := newRouter(issuer.Contract())
//	authtest.Authorize(req, issuer.Token(authtest.Claims{"sub": "user_1"}))
//
// [Issuer.Bad] lists tokens that a contract must reject, with the reasons.
//
// Everything here is for tests and demonstrations. It does not make a contract
// accept a token that it would not accept otherwise.
//
// # Errors
//
// Functions that get a test fail it. [StartIssuer] and [CheckContract] return
// errors, for programs. Invalid arguments to [Session], [Context] and the methods
// of an issuer that [StartIssuer] started are programming errors: they panic.
//
// # Concurrency
//
// An [Issuer], its HTTP client and a [Clock] are safe for concurrent use. An issuer
// that [NewIssuer] started is closed when its test ends.
//
// # Compatibility
//
// Later versions may add tokens to [Issuer.Bad], so a program can fail after an
// upgrade. The names of bad tokens and the texts of errors may change.
package authtest
