// Package core verifies sessions issued by a third-party sign-in and guards
// routes with them.
//
// A [Contract] says what to accept: issuer, keys, algorithms, audience and the
// quirks of a provider, as data. A [Verifier] answers whether a token is that,
// and a [Guard] turns a request into a [Session] or a [Rejection]. The adapters
// ginauth, echoauth, chiauth and fiberauth only carry requests in and
// rejections out; programs on plain net/http use [Middleware].
//
// A Session is the verified claims of one token for one request. It can only
// come from a Verifier; package authtest makes real ones for tests.
//
// Everything here is safe for concurrent use unless its documentation says
// otherwise. The package owns no goroutine while no key fetch is in flight, and
// there is nothing to close.
package core
