// Package jwks fetches, reads and keeps the public keys of an issuer.
//
// A [Source] stands for one key set: a JWKS URL, or an issuer whose discovery document names one. It promises that keys
// never go dark while they can be had: one shared fetch at a time, refreshed behind the requests that use it,
// last-known-good keys through an outage, a bounded answer to floods of made-up key ids, and an error that tells
// "no such key" ([UnknownKeyError]) from "the issuer cannot be reached" ([UnavailableError]).
//
// The package owns a goroutine only while a fetch is in flight: there is nothing to start and nothing to close.
// Every exported type is safe for concurrent use unless its comment says otherwise.
package jwks
