// Package jwks fetches, reads and keeps the public keys of an issuer.
//
// A [Source] keeps one key set: that of a JWKS URL, or of an issuer whose discovery document names one. It fetches one
// at a time for all requests, refreshes the set in the background before it expires, serves last-known-good keys during
// an outage, limits the fetches that made-up key ids can cause, and distinguishes "no such key" ([UnknownKeyError])
// from "the issuer cannot be reached" ([UnavailableError]). A [Directory] does the same for an issuer that publishes
// each key at its own URL.
//
// The package runs a goroutine only while a fetch is in flight: there is nothing to start and nothing to close.
// Every exported type is safe for concurrent use unless its comment says otherwise.
package jwks
