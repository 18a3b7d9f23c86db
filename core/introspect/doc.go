// Package introspect accepts tokens that only their issuer can read, by asking the issuer (RFC 7662):
//
//	client, err := introspect.New(introspect.Config{
//		Server: introspect.Server{URL: "https://id.example.com/oauth2/introspect"},
//		Auth:   clientauth.Basic("orders-api", core.NewSecret(os.Getenv("CLIENT_SECRET"))),
//		Rules:  core.Rules{Issuer: "https://id.example.com", Audiences: core.Strings{"https://orders.example.com"}},
//	})
//	if err != nil {
//		log.Fatal(err)
//	}
//	r.Use(ginauth.New(core.FirstOf(contract, client)))
//
// The answer of the server becomes a [core.Session] by the same rules and mapping as the claims of a JWT. A [Server]
// describes how to ask and how to read the answer. [ClerkMachineTokens], [ClerkOAuthTokens], [ClerkAPIKeys] and
// [WorkOSAPIKeys] are configurations for endpoints that are not those of RFC 7662.
//
// # Bound tokens
//
// A token is bound to a client's key if the answer has cnf.jkt (RFC 9449) or cnf.x5t#S256 (RFC 8705). Such a token is
// accepted only if Rules.Confirmation says so, and only in a request that proves the key. Every request needs a
// proof, even if the token's session is remembered. A bound token is never accepted as a bearer token.
//
// # What is remembered
//
// An active token is remembered for Config.MaxAge and at most until it expires, an inactive one for
// Config.RefusedFor: within that time the server is not asked again. [Client.Forget] and [Client.ForgetSessions]
// forget tokens at once, for a service that learns about revocations in another way; MaxAge may then be long. Tokens
// are kept as digests only.
//
// # Outages
//
// One call at a time is made for each token, however many requests wait for it. A request whose context ends stops
// waiting; the call goes on for the others. If the server does not answer within Config.Timeout, or its answer is
// malformed, the request is rejected with [CodeUnavailable] and status 503, because the token may be good. After
// three failures in a row, requests are rejected at once, and one call at a time probes whether the server works
// again. Remembered sessions are still accepted in an outage, and those that are past MaxAge if Config.KeepInOutage
// says so. The beginning and the end of an outage are logged.
//
// # Errors
//
// Every error of [Client.Authenticate] is a [*core.Error]: CodeInactive, CodeUnavailable, or a code of package core for
// claims that the rules do not accept. No error and no log line contains a token or a secret.
//
// # Concurrency
//
// A [Client] is safe for concurrent use, owns no goroutine between requests and has nothing to close.
package introspect
